import FlowModel
import HeadgateTestKit
import Testing

@Suite("Advice on SRT latency", .shared)
struct LatencyAdviceTests {
    /// One way; there and back it is more than a third of SRT's usual 120 ms.
    private static let delay = Duration.milliseconds(50)

    @Test("A latency below three round trips is told with what to set, and what was told is enough")
    func advice() async throws {
        let (port, source) = (FreePorts.next(), FreePorts.next())
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: port, "latency: 120ms")])
        let link = try CuttableLink(.udp, to: port, delay: Self.delay)
        let publisher = try SRTPublisher.srtLiveTransmit.start(from: source, to: link.port)
        defer { publisher.end() }
        try await gateway.waitForFlow("a", "published to") { $0.leg()?.state == .connected }
        let sender = try DatagramSender(SyntheticStream(identifier: 3), to: source, interval: .milliseconds(10))
        defer { sender.stop() }

        let flow = try await gateway.waitForFlow("a", "advised", within: .seconds(60)) {
            $0.condition(.latencyTooLow) != nil
        }
        let latency = try #require(flow.leg()?.latency)
        let advised = try #require(latency.advisedMilliseconds)
        #expect(latency.milliseconds == 120)
        // Three times 100 ms, and what the machine adds.
        #expect((300...900).contains(advised) && advised.isMultiple(of: 10))
        #expect(
            flow.condition(.latencyTooLow)?.message
                == "input in/main: the latency of 120 ms is below three round trips; set latency: \(advised)ms"
        )
        #expect(flow.isReady)
        try await gateway.waitForLog("LatencyTooLow", "set latency: \(advised)ms")
        publisher.end()

        // What was advised, and something for a machine that is slower the next time.
        try gateway.flows.write(FlowText.srtInput("a", port: port, "latency: \(advised * 2)ms"), to: "a.yaml")
        try await gateway.waitForFlow("a", "listening again") { $0.generation == 2 && $0.observedGeneration == 2 }
        let second = try SRTPublisher.srtLiveTransmit.start(from: source, to: link.port)
        defer { second.end() }
        let better = try await gateway.waitForFlow("a", "connected for longer than advice takes", within: .seconds(60))
        {
            ($0.leg()?.uptime ?? 0) > 8
        }
        #expect(better.leg()?.latency == LatencyStatus(milliseconds: advised * 2))
        #expect(better.condition(.latencyTooLow) == nil)
    }
}
