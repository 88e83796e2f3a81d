import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// An edit disturbs only what it names.
@Suite("Reload")
struct ReloadTests {
    enum Save: CaseIterable {
        case inPlace
        case rename
        case configMap
    }

    private struct Relay: Sendable {
        var name: String
        var input: UInt16
        var receiver: DatagramReceiver<StreamVerifier>
        var stream: SyntheticStream
    }

    private static func makeRelays(_ count: Int) throws -> [Relay] {
        try (0..<count).map { number in
            let stream = SyntheticStream(identifier: UInt32(1_000 + number))
            let receiver = try DatagramReceiver(verifying: stream)
            return Relay(name: "flow\(number)", input: FreePorts.next(), receiver: receiver, stream: stream)
        }
    }

    private static func text(_ relay: Relay, extra: [String] = []) -> String {
        FlowText.relay(relay.name, from: relay.input, to: relay.receiver.port, extra: extra)
    }

    @Test("100 edits of one of 50 running flows cost the other 49 nothing", .alone, arguments: Save.allCases)
    func manyEdits(_ save: Save) async throws {
        let relays = try Self.makeRelays(50)
        let flows = try TemporaryDirectory("headgate-flows")
        var files = Dictionary(uniqueKeysWithValues: relays.map { ("\($0.name).yaml", Self.text($0)) })
        let configMap = save == .configMap ? try ConfigMapFolder(flows.path) : nil
        if let configMap {
            try configMap.swap(to: files)
        } else {
            for (name, text) in files { try flows.write(text, to: name) }
        }
        let gateway = try await GatewayProcess.start(flows: flows)
        try await gateway.waitForStatus("all flows ready") { $0.flows.count == 50 && $0.flows.allSatisfy(\.isReady) }
        let senders = try relays.map { try DatagramSender($0.stream, to: $0.input, interval: .milliseconds(40)) }
        for relay in relays {
            try await eventually("\(relay.name) flows") { relay.receiver.current.packetCount > 0 }
        }

        let edited = relays[17]
        for edit in 1...100 {
            // Each third edit changes an input field, the others what changes in the run.
            let idle = edit.isMultiple(of: 3) ? edit % 2 : 0
            let text = Self.text(edited, extra: ["description: edit \(edit)"])
                .replacing("protocol: rtp,", with: "protocol: rtp, idleTimeout: \(2 + idle)s,")
            files["\(edited.name).yaml"] = text
            switch save {
            case .inPlace: try flows.write(text, to: "\(edited.name).yaml")
            case .rename: try flows.replace("\(edited.name).yaml", with: text)
            case .configMap: try configMap?.swap(to: files)
            }
            try await gateway.waitForFlow(edited.name, "edit \(edit) runs") {
                $0.description == "edit \(edit)" && $0.observedGeneration == $0.generation && $0.isReady
            }
        }
        for sender in senders { sender.stop() }
        for (relay, sender) in zip(relays, senders) where relay.name != edited.name {
            try await eventually("all of \(relay.name)", within: .seconds(5), detail: { "\(relay.receiver.current)" }) {
                (relay.receiver.current.nextIndex ?? 0) >= sender.packetCount
            }
            #expect(relay.receiver.current.faults == [], "\(relay.name)")
        }
        let others = try gateway.flowList().filter { $0.name != edited.name }
        #expect(others.count == 49 && others.allSatisfy { $0.generation == 1 })
        #expect(edited.receiver.current.packetCount > 0)
    }

    @Test(
        "Allowlist, bandwidth, description and added outputs keep an SRT session; latency restarts that input alone",
        .shared
    )
    func sessions() async throws {
        let stream = SyntheticStream(identifier: 21)
        let receiver = try DatagramReceiver(verifying: stream)
        let second = try DatagramReceiver(verifying: stream)
        let (edited, other) = (FreePorts.next(), FreePorts.next())
        let text = { (bandwidth: String, fields: String, outputs: [String]) in
            FlowText.flow(
                "a",
                maxBandwidth: bandwidth,
                extra: ["description: \(bandwidth)"],
                inputs: [
                    "name: one, protocol: srt, mode: listener, port: \(edited)\(fields)",
                    "name: two, protocol: srt, mode: listener, port: \(other)",
                ],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"] + outputs
            )
        }
        let gateway = try await GatewayProcess.start(["a.yaml": text("20Mbps", "", [])])
        let sources = [FreePorts.next(), FreePorts.next()]
        let clients = [
            try SRTPublisher.srtLiveTransmit.start(from: sources[0], to: edited),
            try SRTPublisher.srtLiveTransmit.start(from: sources[1], to: other),
        ]
        defer { for client in clients { client.end() } }
        let before = try await gateway.waitForFlow("a", "both published to") { flow in
            ["one", "two"].allSatisfy { flow.leg($0)?.state == .connected }
        }
        let sender = try DatagramSender(stream, to: sources[0])
        defer { sender.stop() }

        let edits = [
            text("30Mbps", "", []),
            text("31Mbps", ", allow: [127.0.0.1, 192.0.2.0/24]", []),
            text(
                "32Mbps",
                ", allow: \"127.0.0.0/8;192.0.2.0/24\"",
                [
                    "name: more, protocol: udp, host: 127.0.0.1, port: \(second.port)"
                ]
            ),
        ]
        for (index, edit) in edits.enumerated() {
            try gateway.flows.replace("a.yaml", with: edit)
            let flow = try await gateway.waitForFlow("a", "edited") {
                $0.generation == index + 2 && $0.observedGeneration == index + 2
            }
            #expect(flow.leg("one")?.remote == before.leg("one")?.remote)
            #expect(clients[0].isRunning)
        }
        try await eventually("the added output") { second.current.packetCount > 70 }
        #expect(receiver.current.faults == [])

        try gateway.flows.replace("a.yaml", with: text("33Mbps", ", latency: 300ms", []))
        try await gateway.waitForFlow("a", "restarted") {
            $0.observedGeneration == 5 && $0.leg("one")?.state == .waiting
        }
        try await clients[0].waitForExit()
        let after = try #require(try gateway.flow("a"))
        #expect(after.leg("two")?.remote == before.leg("two")?.remote)
        #expect(after.leg("two")?.state == .connected)
        #expect(clients[1].isRunning)
    }

    @Test("An allowlist edit ends the session that is no longer allowed", .shared)
    func allowlistNarrows() async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.srtInput("a", port: port, "allow: [127.0.0.1]")
        ])
        let client = try SRTPublisher.srtLiveTransmit.start(from: FreePorts.next(), to: port)
        try await gateway.waitForFlow("a", "published to") { $0.leg()?.state == .connected }
        try gateway.flows.replace("a.yaml", with: FlowText.srtInput("a", port: port, "allow: [192.0.2.1]"))
        try await gateway.waitForFlow("a", "cut") { $0.leg()?.state == .waiting }
        try await client.waitForExit()
    }

    @Test("Removing a file stops its flows and frees their ports; the others stay", .shared)
    func removal() async throws {
        let (kept, removed) = (FreePorts.next(), FreePorts.next())
        let gateway = try await GatewayProcess.start([
            "kept.yaml": FlowText.srtInput("kept", port: kept),
            "removed.yaml": FlowText.srtInput("removed", port: removed),
        ])
        try gateway.flows.remove("removed.yaml")
        try await gateway.waitForStatus("gone") { $0.flows.map(\.name) == ["kept"] }
        try await eventually("the port is free") { (try? UDPSocket(port: removed)) != nil }
        #expect(try gateway.flow("kept")?.isReady == true)
    }

    @Test("A flow with two legs goes without a takeover on its way out", .shared)
    func removalOfTwoLegs() async throws {
        let ports = [FreePorts.next(), FreePorts.next()]
        let gateway = try await GatewayProcess.start([
            "two.yaml": FlowText.flow(
                "two",
                inputs: zip(["a", "b"], ports).map { "name: \($0), protocol: rtp, port: \($1)" }
            ),
            // Alone, it would not go at once.
            "kept.yaml": FlowText.srtInput("kept", port: FreePorts.next()),
        ])
        let stream = SyntheticStream(identifier: 9)
        let senders = try ports.map { try DatagramSender(stream, to: $0, interval: .milliseconds(20)) }
        defer { senders.forEach { $0.stop() } }
        try await gateway.waitForFlow("two", "two senders") { flow in
            flow.inputs.flatMap(\.legs).count { $0.state == .connected } == 2
        }
        try gateway.flows.remove("two.yaml")
        try await gateway.waitForLog("flow=two", "Deleted")
        #expect(!gateway.log.contains("took over") && !gateway.log.contains("StreamLost"), "\(gateway.log)")
    }

    @Test("Editors' temporary files, comments-only saves and half-written files change nothing", .shared)
    func transientFiles() async throws {
        let port = FreePorts.next()
        let text = FlowText.srtInput("a", port: port)
        let gateway = try await GatewayProcess.start(["a.yaml": text])
        for name in [".a.yaml.swp", "a.yaml~", "#a.yaml#", ".#a.yaml", "4913", "a.yaml.tmp", ".a.yaml.x7Qz2"] {
            try gateway.flows.write("not: [a flow", to: name)
        }
        for content in ["", "# being saved\n", String(text.prefix(40))] {
            try gateway.flows.write(content, to: "a.yaml")
            #expect(try gateway.post("/-/reload").status / 100 == 2)
            let flow = try #require(try gateway.flow("a"))
            #expect(flow.isReady && flow.generation == 1, "\(content)")
        }
        try gateway.flows.write(text, to: "a.yaml")
        try await gateway.waitForStatus("valid again") { $0.files.allSatisfy(\.valid) && $0.files.count == 1 }
        #expect(try gateway.flow("a")?.generation == 1)
    }

    @Test("SIGHUP and POST /-/reload look at once", .shared, arguments: ["SIGHUP", "POST"])
    func reloadNow(_ way: String) async throws {
        let gateway = try await GatewayProcess.start(
            ["a.yaml": FlowText.srtInput("a", port: FreePorts.next())],
            arguments: ["--rescan", "1h"]
        )
        let passes = try gateway.status().reconcile.passes
        if way == "POST" {
            #expect(try gateway.post("/-/reload").status / 100 == 2)
        } else {
            gateway.process.signal(SIGHUP)
        }
        try await gateway.waitForStatus("another pass", within: .seconds(5)) { $0.reconcile.passes > passes }
        #expect(gateway.process.isRunning)
    }
}
