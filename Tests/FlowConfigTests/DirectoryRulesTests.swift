import FlowModel
import Testing

@testable import FlowConfig

struct DirectoryRulesTests {
    private static func check(_ files: [(String, String)], gateway: GatewayPorts = GatewayPorts()) -> [String] {
        let loaded = files.map { Fixture.load($0.1, path: $0.0) }
        return DirectoryRules.check(loaded, gateway: gateway).map(\.description)
    }

    /// One input each in a.yaml and b.yaml.
    private static func pair(_ one: String, _ other: String) -> [String] {
        check([
            ("b.yaml", Fixture.flow(name: "b", inputs: "  - {name: in, \(other)}")),
            ("a.yaml", Fixture.flow(name: "a", inputs: "  - {name: in, \(one)}")),
        ])
    }

    @Test("Two flows of one name: the file that sorts later is at fault, and both places are named")
    func duplicateName() {
        let lines = Self.check([
            ("b.yaml", "# moved\n" + Fixture.flow(name: "x")),
            ("a.yaml", Fixture.flow(name: "x", inputs: "  - {name: i, protocol: srt}")),
        ])
        #expect(
            lines == ["b.yaml:3:7: error: name: the flow name x is taken by a.yaml:2:7 [directory/duplicate-name]"]
        )
    }

    @Test("Two flows of one name in one file")
    func duplicateNameInFile() {
        let text = "\(Fixture.flow(name: "x"))---\n\(Fixture.flow(name: "x", inputs: "  - {name: i, protocol: srt}"))"
        let lines = Self.check([("a.yaml", text)])
        #expect(
            lines == ["a.yaml:8:7: error: name: the flow name x is taken by a.yaml:2:7 [directory/duplicate-name]"]
        )
    }

    @Test(
        "Two endpoints on one UDP port",
        arguments: [
            (
                "protocol: srt, port: 9000", "protocol: srt, port: 9000",
                "b.yaml:5:37: error: inputs[0].port: UDP port 9000 is taken by input in of flow a (a.yaml:5:37)"
            ),
            (
                "protocol: srt, port: 9000, failover: true", "protocol: srt, port: 9001",
                "b.yaml:5:37: error: inputs[0].port: UDP port 9001 is taken by the second leg of input in of flow a "
                    + "(a.yaml:5:37)"
            ),
            (
                "protocol: rtp, port: 5000", "protocol: rtp, port: 5001",
                "b.yaml:5:37: error: inputs[0].port: UDP port 5001 is taken by the RTCP of input in of flow a "
                    + "(a.yaml:5:37)"
            ),
            (
                "protocol: rtp, port: 5001", "protocol: rtp, port: 5000",
                "b.yaml:5:37: error: inputs[0].port: UDP port 5001 (RTCP) is taken by input in of flow a (a.yaml:5:37)"
            ),
            (
                "protocol: rtp, port: 5002", "protocol: rtp, port: 5000, failover: true",
                "b.yaml:5:37: error: inputs[0].port: UDP port 5002 (second leg) is taken by input in of flow a "
                    + "(a.yaml:5:37)"
            ),
            (
                "protocol: rtp, port: 5000", "protocol: rtp, port: 5000",
                "b.yaml:5:37: error: inputs[0].port: UDP port 5000 is taken by input in of flow a (a.yaml:5:37)"
            ),
            (
                "protocol: rtp, port: 5000, group: 239.1.1.1", "protocol: rtp, port: 5000, group: 239.1.1.1",
                "b.yaml:5:37: error: inputs[0].port: UDP port 5000 of group 239.1.1.1 is taken by input in of flow a "
                    + "(a.yaml:5:37)"
            ),
            (
                "protocol: srt, port: 5000", "protocol: rtp, port: 5000, group: 239.1.1.1",
                "b.yaml:5:37: error: inputs[0].port: UDP port 5000 of group 239.1.1.1 is taken by input in of flow a "
                    + "(a.yaml:5:37)"
            ),
        ]
    )
    func ports(one: String, other: String, line: String) {
        #expect(Self.pair(one, other) == ["\(line) [directory/port-conflict]"])
    }

    @Test(
        "Endpoints that get on",
        arguments: [
            ("protocol: srt, port: 9000", "protocol: srt, port: 9001"),
            ("protocol: srt", "protocol: srt"),
            ("protocol: rtp, port: 5000", "protocol: rtp, port: 5002"),
            ("protocol: rtp, port: 5000, group: 239.1.1.1", "protocol: rtp, port: 5000, group: 239.1.1.2"),
            ("protocol: rtp, port: 5000, group: 239.1.1.1", "protocol: rtp, port: 5001, group: 239.1.1.2"),
            ("protocol: rtp", "protocol: rtp"),
            ("protocol: srt, port: 9000", "protocol: srt, port: 9000, enabled: false"),
            ("protocol: srt, mode: caller, host: h, port: 9000", "protocol: srt, port: 9000"),
            ("protocol: rtp, port: 65535", "protocol: srt, port: 1"),
        ]
    )
    func peace(one: String, other: String) {
        #expect(Self.pair(one, other) == [])
    }

    @Test("Two outputs of one flow on one port")
    func outputs() {
        let text = Fixture.flow(
            "outputs:\n  - {name: x, protocol: srt, port: 9100}\n  - {name: y, protocol: srt, port: 9100}"
        )
        #expect(
            Self.check([("a.yaml", text)]) == [
                "a.yaml:8:36: error: outputs[1].port: UDP port 9100 is taken by output x of flow a (a.yaml:7:36) "
                    + "[directory/port-conflict]"
            ]
        )
    }

    @Test("The gateway's own SRT port belongs to the gateway; its TCP ports are another matter")
    func gatewayPorts() {
        let text = Fixture.flow(
            inputs: "  - {name: in, protocol: srt, port: 8890}\n  - {name: i2, protocol: rtp, port: 8554}"
        )
        #expect(
            Self.check([("a.yaml", text)], gateway: .defaults) == [
                "a.yaml:5:37: error: inputs[0].port: UDP port 8890 is taken by the gateway's shared SRT port "
                    + "[directory/port-conflict]"
            ]
        )
        #expect(Self.check([("a.yaml", text)], gateway: GatewayPorts(srt: 8891)) == [])
    }

    @Test(
        "Stream IDs on the shared SRT port",
        arguments: [
            ("protocol: srt, streamId: x", "protocol: srt, streamId: x", "b.yaml:5:41", ".streamId", "x", ""),
            ("protocol: srt, streamId: b/in", "protocol: srt", "b.yaml:5:5", "", "b/in", ""),
            (
                "protocol: srt, streamId: x, failover: true", "protocol: srt, streamId: x-backup", "b.yaml:5:41",
                ".streamId", "x-backup", "the second leg of "
            ),
        ]
    )
    func streamIDs(one: String, other: String, place: String, field: String, streamID: String, purpose: String) {
        #expect(
            Self.pair(one, other) == [
                "\(place): error: inputs[0]\(field): the stream ID \(streamID) is taken by \(purpose)input in of flow a "
                    + "(a.yaml:5:41) [directory/duplicate-stream-id]"
            ]
        )
    }

    @Test("A stream ID on a port of its own collides with nobody's")
    func streamIDOnOwnPort() {
        #expect(Self.pair("protocol: srt, streamId: x, port: 9000", "protocol: srt, streamId: x") == [])
    }

    @Test("The second leg of an RTSP input has a path, which no other input may have")
    func rtspPaths() {
        let text = Fixture.flow(
            inputs: "  - {name: cam, protocol: rtsp, failover: true}\n  - {name: cam-backup, protocol: rtsp}"
        )
        #expect(
            Self.check([("a.yaml", text)]) == [
                "a.yaml:6:5: error: inputs[1]: this RTSP path is taken by the second leg of input cam of flow a "
                    + "(a.yaml:5:5) [directory/duplicate-path]"
            ]
        )
    }

    @Test("An input and an output of one name share the default stream ID")
    func inputAndOutput() {
        let text = Fixture.flow(inputs: "  - {name: x, protocol: srt}", "outputs:\n  - {name: x, protocol: srt}")
        #expect(
            Self.check([("a.yaml", text)]) == [
                "a.yaml:7:5: error: outputs[0]: the stream ID a/x is taken by input x of flow a (a.yaml:5:5) "
                    + "[directory/duplicate-stream-id]"
            ]
        )
    }

    @Test("Two recordings into one path")
    func recordings() {
        let text = Fixture.flow(
            "outputs:\n  - {name: x, protocol: record, path: /r/%H.ts}\n  - {name: y, protocol: record, path: /r/./%H.ts}"
        )
        #expect(
            Self.check([("a.yaml", text)]) == [
                "a.yaml:8:39: error: outputs[1].path: this path is taken by output x of flow a (a.yaml:7:39) "
                    + "[directory/duplicate-path]"
            ]
        )
    }

    @Test("A suspended flow keeps its name and nothing else")
    func suspended() {
        let running = Fixture.flow(name: "a")
        #expect(Self.check([("a.yaml", running), ("b.yaml", Fixture.flow(name: "b", "suspend: true"))]) == [])
        #expect(Self.check([("a.yaml", running), ("b.yaml", Fixture.flow(name: "a", "suspend: true"))]).count == 1)
    }

    @Test("A file that is refused takes nothing, so that the files after it go ahead")
    func refusedClaimsNothing() {
        let both = Fixture.flow(
            name: "b",
            inputs: "  - {name: i, protocol: srt, port: 1}\n  - {name: j, protocol: srt, port: 2}"
        )
        let files = [
            ("a.yaml", Fixture.flow(name: "a", inputs: "  - {name: i, protocol: srt, port: 1}")), ("b.yaml", both),
            ("c.yaml", Fixture.flow(name: "c", inputs: "  - {name: i, protocol: srt, port: 2}")),
            ("d.yaml", Fixture.flow(name: "d", inputs: "  - {name: i, protocol: srt, port: 2}")),
        ]
        let lines = Self.check(files)
        #expect(lines.map { $0.prefix(6) } == ["b.yaml", "d.yaml"])
        #expect(lines.last?.contains("flow c (c.yaml:5:36)") == true)
    }

    @Test("An invalid file takes nothing")
    func invalidClaimsNothing() {
        let broken = Fixture.flow(name: "a") + "colour: red\n"
        #expect(Self.check([("a.yaml", broken), ("b.yaml", Fixture.flow(name: "b"))]) == [])
    }

    @Test("What runs already owns its ports whatever its path")
    func established() {
        let new = Fixture.load(Fixture.flow(name: "new"), path: "a.yaml")
        let old = Fixture.load(Fixture.flow(name: "old"), path: "z.yaml")
        let diagnostics = DirectoryRules.check([new], established: [old], gateway: GatewayPorts())
        #expect(diagnostics.map(\.file) == ["a.yaml"])
    }

    @Test("Flows beyond the capacity are refused, those that run already and suspended ones are not")
    func capacity() {
        func flow(_ name: String, _ rate: String, _ rest: String = "") -> LoadedFile {
            let text = """
                apiVersion: headgate/v1
                name: \(name)
                maxBandwidth: \(rate)
                \(rest)
                inputs:
                  - {name: in, protocol: srt}
                """
            return Fixture.load(text, path: "\(name).yaml")
        }
        func check(_ files: [LoadedFile], _ established: [LoadedFile] = []) -> [String] {
            DirectoryRules.check(
                files,
                established: established,
                gateway: GatewayPorts(),
                capacity: BitRate(bitsPerSecond: 100_000_000)
            ).map(\.description)
        }
        #expect(check([flow("a", "60Mbps"), flow("b", "40Mbps"), flow("s", "40Mbps", "suspend: true")]) == [])
        #expect(
            check([flow("a", "60Mbps"), flow("b", "50Mbps"), flow("c", "40Mbps")]) == [
                "b.yaml:3:15: error: maxBandwidth: 50Mbps is more than the 40Mbps that other flows leave of the "
                    + "capacity of 100Mbps [directory/over-capacity]"
            ]
        )
        #expect(check([flow("a", "60Mbps")], [flow("z", "50Mbps")]).count == 1)
    }

    @Test("The order in which files are given does not matter")
    func deterministic() {
        let files = (0..<20).map { Fixture.load(Fixture.flow(name: "f\($0 % 7)"), path: "\($0).yaml") }
        let expected = DirectoryRules.check(files, gateway: .defaults)
        #expect(!expected.isEmpty)
        for _ in 0..<5 { #expect(DirectoryRules.check(files.shuffled(), gateway: .defaults) == expected) }
    }
}
