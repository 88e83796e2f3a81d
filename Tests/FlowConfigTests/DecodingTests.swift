import FlowModel
import NetworkAddress
import Testing

@testable import FlowConfig

struct DecodingTests {
    @Test(
        "Inputs decode with their defaults",
        arguments: [
            ("protocol: rtmp", .rtmp(RTMPInput())),
            ("protocol: rtmp-pull, source: 'rtmp://h/live'", .rtmpPull(RTMPPullInput(source: "rtmp://h/live"))),
            ("protocol: srt", .srtListener(SRTListenerInput())),
            (
                "protocol: srt, mode: caller, host: h.example, port: 9000",
                .srtCaller(SRTCallerInput(host: "h.example", port: 9000))
            ),
            ("protocol: rtp", .rtp(RTPInput())),
            ("protocol: rtsp", .rtsp(RTSPInput())),
            ("protocol: rtsp-pull, source: 'rtsp://h/1'", .rtspPull(RTSPPullInput(source: "rtsp://h/1"))),
            ("protocol: file, path: 'builtin:demo'", .file(FileInput(path: .builtin("demo")))),
        ] as [(String, InputSource)]
    )
    func inputDefaults(text: String, source: InputSource) {
        #expect(Fixture.input(text) == source)
    }

    @Test(
        "Outputs decode with their defaults",
        arguments: [
            ("protocol: srt", .srtListener(SRTListenerOutput())),
            ("protocol: srt, mode: caller, host: '::1', port: 1", .srtCaller(SRTCallerOutput(host: "::1", port: 1))),
            ("protocol: rtmp", .rtmp(RTMPOutput())),
            ("protocol: rtmp-push, url: 'rtmp://h/live'", .rtmpPush(RTMPPushOutput(url: "rtmp://h/live"))),
            ("protocol: rtp, host: 239.1.1.1, port: 5004", .rtp(DatagramOutput(host: "239.1.1.1", port: 5004))),
            ("protocol: udp, host: h, port: 65535", .udp(DatagramOutput(host: "h", port: 65535))),
            ("protocol: rtsp", .rtsp(RTSPOutput())),
            ("protocol: rtsp-push, url: 'rtsps://h/1'", .rtspPush(RTSPPushOutput(url: "rtsps://h/1"))),
            ("protocol: hls", .hls(HLSOutput())),
            ("protocol: record, path: '%H.ts'", .record(RecordOutput(path: "/etc/flows/%H.ts"))),
        ] as [(String, OutputDestination)]
    )
    func outputDefaults(text: String, destination: OutputDestination) {
        #expect(Fixture.output(text) == destination)
    }

    @Test("Every field of an SRT listener input decodes")
    func srtListener() {
        let source = Fixture.input(
            "protocol: srt, mode: listener, port: 9000, streamId: 'x/y', latency: 1.5s, failover: true, "
                + "decryption: {key: 0123456789, keyLength: 24}, allow: '10.1.2.3/8;::1', peerIdleTimeout: 10s"
        )
        let expected = SRTListenerInput(
            port: 9000,
            streamID: "x/y",
            latency: .milliseconds(1500),
            decryption: SRTEncryption(key: Secret(.literal("0123456789")), keyLength: 24),
            failover: true,
            allow: Allowlist(networks: [IPNetwork("10.0.0.0/8")!, IPNetwork("::1/128")!]),
            peerIdleTimeout: .seconds(10)
        )
        #expect(source == .srtListener(expected))
    }

    @Test("Every field of failover decodes")
    func failover() {
        let text = Fixture.flow(
            inputs: "  - {name: in, protocol: rtp, port: 5000, failover: true}",
            """
            failover:
              mode: merge
              mergeWindow: 300ms
              lossAfter: 1s
              switchBack: auto
              recoverAfter: 3s
              active: in/backup
              quality: {minBitrate: 1Mbps, minBitrateFor: 3s, noVideoFor: 2s, maxContinuityErrors: 9, \
            maxContinuityErrorsFor: 4s, frozenFor: 5s}
            """
        )
        let expected = FailoverSpec(
            mode: .merge,
            mergeWindow: .milliseconds(300),
            lossAfter: .seconds(1),
            switchBack: .auto,
            recoverAfter: .seconds(3),
            active: "in/backup",
            quality: FailoverSpec.Quality(
                minBitrate: BitRate(bitsPerSecond: 1_000_000),
                minBitrateFor: .seconds(3),
                noVideoFor: .seconds(2),
                maxContinuityErrors: 9,
                maxContinuityErrorsFor: .seconds(4),
                frozenFor: .seconds(5)
            )
        )
        #expect(Fixture.load(text).specs.first?.failover == expected)
    }

    @Test("An input may be called backup, and be the one that is chosen")
    func chosenBackup() {
        let text = Fixture.flow(
            inputs: "  - {name: backup, protocol: rtp, port: 5000}",
            "failover: {active: backup}\n"
        )
        #expect(Fixture.load(text).diagnostics == [])
    }

    @Test("Every field of an RTP input decodes")
    func rtp() {
        let source = Fixture.input(
            "protocol: rtp, port: 5000, failover: true, allow: [192.0.2.1], fec: 2022-1, group: 'ff3e::1', "
                + "interface: eth0, idleTimeout: 1s"
        )
        let expected = RTPInput(
            port: 5000,
            failover: true,
            allow: Allowlist(networks: [IPNetwork("192.0.2.1")!]),
            fec: .smpte2022_1,
            group: IPAddress("ff3e::1"),
            interface: "eth0",
            idleTimeout: .seconds(1)
        )
        #expect(source == .rtp(expected))
    }

    @Test(
        "Plain scalars in text fields are taken letter for letter",
        arguments: [
            "0123456789", "0x1F", "1e3", "yes", "true", "~", "null", ".inf", "-0", "0o17", "1_000", "2024-01-01",
        ]
    )
    func letterForLetter(text: String) {
        let file = Fixture.load(
            Fixture.flow(inputs: "  - {name: in, protocol: rtmp, streamKey: \(text), description: \(text)}")
        )
        #expect(file.specs.first?.inputs.first?.description == text)
        #expect(file.specs.first?.inputs.first?.source == .rtmp(RTMPInput(streamKey: Secret(.literal(text)))))
    }

    @Test("Names that look like numbers or booleans stay text", arguments: ["007", "yes", "true", "1e3"])
    func names(name: String) {
        #expect(Fixture.load(Fixture.flow(name: name)).specs.first?.name == name)
    }

    @Test("null in a text field is text, with a warning")
    func nullText() {
        let lines = Fixture.lines(Fixture.flow("description: null"))
        #expect(
            lines == [
                "a.yaml:6:14: warning: description: this is text here, letter for letter; quote it, or leave the field "
                    + "out for no value [yaml/null-text]"
            ]
        )
    }

    @Test(
        "Bandwidth is a rate with a unit or a whole number of bits",
        arguments: [
            ("20Mbps", 20_000_000), ("2.5Gbps", 2_500_000_000), ("800kbps", 800_000), ("64000bps", 64_000),
            ("64000", 64_000), ("1", 1),
        ] as [(String, Int64)]
    )
    func bandwidth(text: String, bits: Int64) {
        let file = Fixture.load(Fixture.flow().replacing("20Mbps", with: text))
        #expect(file.specs.first?.maxBandwidth.bitsPerSecond == bits)
    }

    @Test(
        "Relative paths start at the flow file's folder",
        arguments: [
            ("clip.ts", "/etc/flows/clip.ts"), ("./a/./b.ts", "/etc/flows/a/b.ts"), ("../c.ts", "/etc/flows/../c.ts"),
            ("/srv/d.ts", "/srv/d.ts"),
        ]
    )
    func paths(text: String, path: String) {
        #expect(Fixture.input("protocol: file, path: \(text)") == .file(FileInput(path: .file(path))))
        let secret = Fixture.input("protocol: rtmp, streamKey: {file: \(text)}")
        #expect(secret == .rtmp(RTMPInput(streamKey: Secret(.file(path)))))
    }

    @Test("A file may hold several flows; empty documents between them do not count")
    func documents() {
        let file = Fixture.load("---\n\(Fixture.flow(name: "a"))---\n# nothing\n---\n\(Fixture.flow(name: "b"))")
        #expect(file.specs.map(\.name) == ["a", "b"])
        #expect(file.isValid)
    }

    @Test(
        "A file without content is being saved: valid, empty, and no flow",
        arguments: ["", "\n\n", "# a comment\n", "---\n", "---\n---\n# x\n", "\u{FEFF}"]
    )
    func empty(text: String) {
        let file = Fixture.load(text)
        #expect(file.isEmpty)
        #expect(file.isValid)
        #expect(file.flows.isEmpty)
    }

    @Test("Anchors and merge keys work as in any YAML")
    func anchors() {
        let file = Fixture.load(
            Fixture.flow(
                inputs: """
                      - &first {name: one, protocol: srt, port: 9000, latency: 200ms}
                      - {<<: *first, name: two, port: 9001}
                    """
            )
        )
        let sources: [InputSource] = [
            .srtListener(SRTListenerInput(port: 9000, latency: .milliseconds(200))),
            .srtListener(SRTListenerInput(port: 9001, latency: .milliseconds(200))),
        ]
        #expect(file.specs.first?.inputs.map(\.source) == sources)
    }

    @Test(
        "The bounds of a range belong to it",
        arguments: [
            "protocol: srt, latency: 0ms", "protocol: srt, latency: 10s", "protocol: srt, latency: 0.5ms",
            "protocol: srt, peerIdleTimeout: 1s", "protocol: srt, peerIdleTimeout: 10000ms", "protocol: rtp, port: 1",
            "protocol: rtp, port: 65535", "protocol: rtp, port: 65533, failover: true",
            "protocol: srt, port: 65534, failover: true", "protocol: srt, decryption: {key: 0123456789}",
            "protocol: srt, decryption: {key: \(String(repeating: "x", count: 79))}",
            "protocol: srt, streamId: \(String(repeating: "x", count: 512))",
        ]
    )
    func bounds(text: String) {
        #expect(Fixture.input(text) != nil)
    }

    @Test("Eight inputs and 64 outputs are the most", arguments: [(8, 64, true), (9, 64, false), (8, 65, false)])
    func counts(inputs: Int, outputs: Int, isValid: Bool) {
        let list = { (count: Int) in (0..<count).map { "  - {name: x\($0), protocol: srt}\n" }.joined() }
        let file = Fixture.load(Fixture.flow(inputs: list(inputs), "outputs:\n\(list(outputs))"))
        #expect(file.isValid == isValid)
        #expect(file.specs.first?.outputs.count == (isValid ? outputs : nil))
    }
}
