import FlowModel
import Glibc
import HeadgateTestKit
import Synchronization
import Testing

/// Two legs that carry the same RTP stream become one, packet by packet (SMPTE ST 2022-7).
@Suite("Merge", .shared)
struct MergeTests {
    private static let count: UInt64 = 2_000
    /// The second way is 100 ms longer: 50 datagrams of 2 ms.
    private static let delay: UInt64 = 50

    /// Which datagrams a way loses: one in ten, at random, but not the first ones.
    private static func losses(seed: UInt64) -> Set<UInt64> {
        var random = SeededGenerator(seed: seed)
        return Set((2..<count).filter { _ in Int.random(in: 0..<10, using: &random) == 0 })
    }

    @Test("With a tenth lost on each way, and one of them longer, all that either way brought goes out, in order, once")
    func merge() async throws {
        let stream = SyntheticStream(identifier: 81)
        let port = FreePorts.next()
        let received = try DatagramReceiver<[UInt64]>(state: []) { numbers, datagram in
            guard let (_, index) = SyntheticStream.identify(datagram.prefix(SyntheticStream.packetLength)) else {
                return
            }
            numbers.append(index / UInt64(DatagramSender.packetsPerDatagram))
        }
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                extra: ["failover: {mode: merge, mergeWindow: 400ms}"],
                inputs: ["name: path, protocol: rtp, port: \(port), failover: true"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(received.port)"]
            )
        ])
        let lost = (Self.losses(seed: 3), Self.losses(seed: 4))
        let thread = BackgroundThread()
        let isDone = Atomic(false)
        let socket = try UDPSocket()
        let other = try UDPSocket()
        thread.start {
            // What comes behind the counted ones keeps the stream alive while the test looks at it.
            var number: UInt64 = 0
            while !isDone.load(ordering: .acquiring) {
                if !lost.0.contains(number) {
                    try? socket.send(Self.datagram(number, of: stream), to: port)
                }
                if number >= Self.delay, !lost.1.contains(number - Self.delay) {
                    try? other.send(Self.datagram(number - Self.delay, of: stream), to: port + 2)
                }
                number += 1
                usleep(2_000)
            }
        }
        defer {
            isDone.store(true, ordering: .releasing)
            thread.join()
        }
        try await eventually("the last counted packet", detail: { "\(received.current.count)" }) {
            (received.current.last ?? 0) >= Self.count
        }
        let expected = (0..<Self.count).filter { !lost.0.contains($0) || !lost.1.contains($0) }
        #expect(received.current.filter { $0 < Self.count } == expected)
        let flow = try await gateway.waitForFlow("live", "merged") { flow in
            flow.activeLeg == "path/merged"
                && ["main", "backup"].allSatisfy { flow.leg("path", $0)?.merge?.skewMilliseconds != nil }
        }
        for leg in ["main", "backup"] {
            let merge = try #require(flow.leg("path", leg)?.merge)
            #expect(merge.packetsUsed > 0 && merge.packetsMissing > 0)
            let skew = try #require(merge.skewMilliseconds)
            // The clocks of the sender's two ways are one; the rest is this machine's share.
            #expect(abs(abs(skew) - 100) < 90)
        }
        // What both ways lost is told.
        try await gateway.waitForLog("MergeLoss", "came on neither leg")
        _ = try await gateway.stop()
    }

    @Test("A way that falls silent costs nothing, and the mode is changed while the stream goes on")
    func oneWayGone() async throws {
        let stream = SyntheticStream(identifier: 82)
        let port = FreePorts.next()
        let received = try DatagramReceiver(verifying: stream)
        func text(_ mode: String) -> String {
            FlowText.flow(
                "live",
                extra: ["failover: {mode: \(mode)}"],
                inputs: ["name: path, protocol: rtp, port: \(port), failover: true"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(received.port)"]
            )
        }
        let gateway = try await GatewayProcess.start(["live.yaml": text("switch")])
        let first = try DatagramSender(stream, to: port, framing: .rtp, interval: .milliseconds(2))
        defer { first.stop() }
        try await gateway.waitForFlow("live", "fed by the first way") { $0.activeLeg == "path/main" }
        try gateway.flows.write(text("merge"), to: "live.yaml")
        try await gateway.waitForFlow("live", "merging") { $0.activeLeg == "path/merged" }
        // The second way brings only what the first one has brought already, and then nothing.
        let second = try DatagramSender(stream, to: port + 2, framing: .rtp, interval: .milliseconds(2), limit: 200)
        second.waitUntilSent()
        try await gateway.waitForFlow("live", "counting both ways") {
            ($0.leg("path", "backup")?.counters.packets ?? 0) >= 200
        }
        try gateway.flows.write(text("switch"), to: "live.yaml")
        try await gateway.waitForFlow("live", "switching") { $0.activeLeg == "path/main" }
        first.stop()
        try await eventually("all packets", detail: { "\(received.current.packetCount) of \(first.packetCount)" }) {
            received.current.packetCount >= first.packetCount
        }
        #expect(received.current.faults == [])
        _ = try await gateway.stop()
    }

    @Test(
        "Two SRT legs are merged by content: one is killed, comes back, then the other: no packet is lost or sent twice"
    )
    func contributions() async throws {
        let stream = SyntheticStream(identifier: 83)
        let ports = [FreePorts.next(), FreePorts.next()]
        let sources = [FreePorts.next(), FreePorts.next()]
        let received = try DatagramReceiver(verifying: stream)
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                extra: ["failover: {mode: merge, mergeWindow: 2s}"],
                inputs: zip(["one", "two"], ports).map { "name: \($0), protocol: srt, port: \($1)" },
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(received.port)"]
            )
        ])
        var clients = try [0, 1].map {
            try SRTPublisher.srtLiveTransmit.start(from: sources[$0], to: ports[$0])
        }
        defer { for client in clients { client.end() } }
        try await gateway.waitForFlow("live", "called by both") {
            $0.leg("one")?.state == .connected && $0.leg("two")?.state == .connected
        }
        // The same packets, some time apart.
        let senders = try sources.map { try DatagramSender(stream, to: $0, interval: .milliseconds(3)) }
        defer { for sender in senders { sender.stop() } }
        for (lost, name) in ["one", "two"].enumerated() {
            try await gateway.waitForFlow("live", "merged") { flow in
                flow.activeLeg == "one/merged"
                    && ["one", "two"].allSatisfy { (flow.leg($0)?.merge?.skewMilliseconds) != nil }
            }
            clients[lost].end()
            try await gateway.waitForFlow("live", "without \(name)") { $0.leg(name)?.state == .waiting }
            clients[lost] = try SRTPublisher.srtLiveTransmit.start(from: sources[lost], to: ports[lost])
            let missing = try gateway.flow("live")?.leg(name)?.merge?.packetsMissing ?? 0
            try await gateway.waitForFlow("live", "with \(name) again") {
                $0.leg(name)?.state == .connected && ($0.leg(name)?.merge?.packetsMissing ?? 0) >= missing
                    && $0.leg(name)?.merge?.skewMilliseconds != nil
            }
        }
        for sender in senders { sender.stop() }
        let sent = senders.map(\.packetCount).max() ?? 0
        try await eventually("all packets", detail: { "\(received.current.packetCount) of \(sent)" }) {
            received.current.packetCount >= sent
        }
        #expect(received.current.faults == [])
        _ = try await gateway.stop()
    }

    @Test("What SRT gives up on one leg comes on the other, and fills the gap in its place")
    func givenUp() async throws {
        let stream = SyntheticStream(identifier: 84)
        let ports = [FreePorts.next(), FreePorts.next()]
        let sources = [FreePorts.next(), FreePorts.next()]
        let links = try ports.map { try CuttableLink(.udp, to: $0) }
        let received = try DatagramReceiver(verifying: stream)
        let gateway = try await GatewayProcess.start([
            "live.yaml": FlowText.flow(
                "live",
                extra: ["failover: {mode: merge, mergeWindow: 2s}"],
                inputs: zip(["one", "two"], ports).map { "name: \($0), protocol: srt, port: \($1)" },
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(received.port)"]
            )
        ])
        let clients = try zip(sources, links).map { try SRTPublisher.srtLiveTransmit.start(from: $0, to: $1.port) }
        defer { for client in clients { client.end() } }
        try await gateway.waitForFlow("live", "called by both") {
            $0.leg("one")?.state == .connected && $0.leg("two")?.state == .connected
        }
        let senders = try sources.map { try DatagramSender(stream, to: $0, interval: .milliseconds(3)) }
        defer { for sender in senders { sender.stop() } }
        for (link, name) in zip(links, ["one", "two"]) {
            let before = try gateway.flow("live")?.leg(name)?.counters.packets ?? 0
            link.cut()
            // Some two seconds by the other leg's count: a sender drops what is older than one.
            let other = name == "one" ? "two" : "one"
            let passed = try gateway.flow("live")?.leg(other)?.counters.packets ?? 0
            try await gateway.waitForFlow("live", "with \(name) cut") {
                ($0.leg(other)?.counters.packets ?? 0) > passed + 700
            }
            link.mend()
            try await gateway.waitForFlow("live", "with losses of \(name)") {
                ($0.leg(name)?.counters.packets ?? 0) > before + 300 && ($0.leg(name)?.merge?.packetsMissing ?? 0) > 0
            }
        }
        for sender in senders { sender.stop() }
        let sent = senders.map(\.packetCount).max() ?? 0
        try await eventually("all packets", detail: { "\(received.current.packetCount) of \(sent)" }) {
            received.current.packetCount >= sent
        }
        #expect(received.current.faults == [])
        _ = try await gateway.stop()
    }

    private static func datagram(_ number: UInt64, of stream: SyntheticStream) -> [UInt8] {
        let packets = DatagramSender.packetsPerDatagram
        return DatagramSender.header(number) + stream.bytes(from: number * UInt64(packets), count: packets)
    }
}
