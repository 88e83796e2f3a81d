import FlowModel
import Glibc
import HeadgateTestKit
import Testing

/// What exceeds `maxBandwidth` is held back, and nobody else notices.
@Suite("Bandwidth", .shared)
struct BandwidthTests {
    /// Bytes in each tenth of a second since the first datagram.
    private struct Tenths: Sendable {
        var begin: ContinuousClock.Instant?
        var bytes: [Int] = []

        mutating func arrived(_ count: Int) {
            let now = ContinuousClock.now
            let start = begin ?? now
            begin = start
            let index = Int(start.duration(to: now) / .milliseconds(100))
            while bytes.count <= index { bytes.append(0) }
            bytes[index] += count
        }

        /// Of each whole second that begins with a tenth, after the first second, in bit/s.
        var rates: [Int] {
            guard bytes.count > 21 else { return [] }
            return (10..<bytes.count - 11).map { start in bytes[start..<start + 10].reduce(0, +) * 8 }
        }
    }

    /// A neighbour, whose every packet counts.
    private struct Neighbour {
        let input = FreePorts.next()
        let stream = SyntheticStream(identifier: 41)
        let receiver: DatagramReceiver<StreamVerifier>

        init() throws { receiver = try DatagramReceiver(verifying: stream) }

        var text: String { FlowText.relay("neighbour", from: input, to: receiver.port) }
    }

    /// A second in which the machine held the sender, the gateway or this test back shows another rate, and the next one
    /// the opposite. To the byte, the limiter is held to each second by its unit tests, whose clock is an argument.
    @Test("Datagrams beyond the cap are dropped: what passes is within three per cent of it")
    func datagrams() async throws {
        let cap = 2_000_000
        let input = FreePorts.next()
        let passed = try DatagramReceiver<Tenths>(state: Tenths()) { $0.arrived($1.count) }
        let neighbour = try Neighbour()
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow(
                "a",
                maxBandwidth: "2Mbps",
                inputs: ["name: in, protocol: rtp, port: \(input)"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(passed.port)"]
            ),
            "neighbour.yaml": neighbour.text,
        ])
        let beside = try DatagramSender(neighbour.stream, to: neighbour.input)
        // 1,316 bytes each 2.5 ms: 4.2 Mbit/s.
        let sender = try DatagramSender(
            SyntheticStream(identifier: 4),
            to: input,
            interval: .microseconds(2_500),
            limit: 3_000
        )
        sender.waitUntilSent()
        let rates = passed.current.rates
        #expect(rates.count > 30)
        let within = rates.filter { abs($0 - cap) <= cap * 3 / 100 }
        #expect(within.count * 4 >= rates.count * 3, "\(rates)")
        #expect(abs(rates.reduce(0, +) / max(rates.count, 1) - cap) <= cap * 3 / 100, "\(rates)")
        let flow = try #require(try gateway.flow("a"))
        #expect(flow.packetsOverBandwidth > 1_000)
        try await gateway.waitForLog("OverBandwidth")
        beside.stop()
        try await eventually("all of the neighbour's packets") {
            neighbour.receiver.current.packetCount >= beside.packetCount
        }
        #expect(neighbour.receiver.current.faults == [])
        _ = try await gateway.stop()
    }

    @Test("A publisher over TCP that stays above the cap is closed after the grace, and the neighbour loses nothing")
    func publisher() async throws {
        let neighbour = try Neighbour()
        let gateway = try await GatewayProcess.start(
            [
                "a.yaml": FlowText.flow(
                    "a",
                    maxBandwidth: "100kbps",
                    inputs: ["name: in, protocol: rtmp, streamKey: key"]
                ),
                "neighbour.yaml": neighbour.text,
            ],
            arguments: ["--rtmp", "127.0.0.1:0"]
        )
        let beside = try DatagramSender(neighbour.stream, to: neighbour.input)
        let port = try gateway.listenerPort("rtmp")
        let encoder = try await FLVFixture.publish(to: "rtmp://127.0.0.1:\(port)/a/key", loops: -1)
        defer { encoder.end() }
        try await gateway.waitForFlow("a", "published") { $0.activeLeg == "in/main" }
        let begin = ContinuousClock.now
        try await gateway.waitForFlow("a", "without its publisher") { $0.leg()?.state == .waiting }
        // Three seconds of grace.
        #expect(begin.duration(to: .now) > .seconds(2))
        try await gateway.waitForLog("OverBandwidth")
        beside.stop()
        try await eventually("all of the neighbour's packets") {
            neighbour.receiver.current.packetCount >= beside.packetCount
        }
        #expect(neighbour.receiver.current.faults == [])
        _ = try await gateway.stop()
    }
}
