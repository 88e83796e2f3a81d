import FlowModel
import HeadgateTestKit
import Testing

@Suite("One input stands in for another", .shared)
struct TakeoverTests {
    @Test("When the first publisher is killed the second feeds the outputs, and the switch is told")
    func killed() async throws {
        let streams = [SyntheticStream(identifier: 71), SyntheticStream(identifier: 72)]
        let ports = [FreePorts.next(), FreePorts.next()]
        // Counts the packets of each stream, in whatever order they come.
        let receiver = try DatagramReceiver<[UInt32: Int]>(state: [:]) { counts, datagram in
            guard let (identifier, _) = SyntheticStream.identify(datagram.prefix(SyntheticStream.packetLength)) else {
                return
            }
            counts[identifier, default: 0] += 1
        }
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                extra: ["failover: {lossAfter: 300ms}"],
                inputs: zip(["first", "second"], ports).map {
                    "name: \($0), protocol: srt, mode: listener, port: \($1)"
                },
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(receiver.port)"]
            )
        ])
        let sources = [FreePorts.next(), FreePorts.next()]
        var clients: [ChildProcess] = []
        defer { for client in clients { client.end() } }
        var senders: [DatagramSender] = []
        defer { for sender in senders { sender.stop() } }
        // One after the other: the leg that has packets first is the one that is used.
        for (index, name) in ["first", "second"].enumerated() {
            clients.append(try SRTPublisher.srtLiveTransmit.start(from: sources[index], to: ports[index]))
            try await gateway.waitForFlow("live", "published to on \(name)") {
                $0.leg(name)?.state == .connected || $0.leg(name)?.remote != nil
            }
            senders.append(try DatagramSender(streams[index], to: sources[index]))
            try await gateway.waitForFlow("live", "receiving on \(name)") {
                ($0.leg(name)?.counters.packets ?? 0) > 0 && $0.activeLeg == "first/main"
            }
        }
        try await eventually("the first stream") { (receiver.current[71] ?? 0) > 20 }
        #expect(receiver.current[72] == nil)

        clients[0].end()
        let flow = try await gateway.waitForFlow("live", "on its second input") { $0.activeLeg == "second/main" }
        #expect(flow.switches >= 1)
        try await eventually("the second stream", detail: { "\(receiver.current)" }) {
            (receiver.current[72] ?? 0) > 20
        }
        try await gateway.waitForLog("Switched", "second")
        // A caller that is killed says no goodbye: its session ends after the peer's idle time-out.
        try await gateway.waitForFlow("live", "without its first publisher") { $0.leg("first")?.state == .waiting }
        #expect(try gateway.flow("live")?.activeLeg == "second/main")
    }
}
