import FlowModel
import HeadgateTestKit
import Testing

/// Losses are repaired with the FEC of SMPTE ST 2022-1: between two flows, and from ffmpeg.
@Suite("Forward error correction", .shared)
struct FECTests {
    enum Pattern: String, CaseIterable {
        /// One packet of each row and each column.
        case diagonal
        /// A whole row.
        case burst

        func loses(_ place: Int) -> Bool {
            switch self {
            case .diagonal: place % 6 == 0
            case .burst: (10..<15).contains(place)
            }
        }
    }

    /// An even port with four free ones behind it.
    private static func portBlock() -> UInt16 {
        var port = FreePorts.next()
        while true {
            let next = FreePorts.next()
            if next == port + 4 { return port }
            port = next
        }
    }

    @Test(
        "Between two flows, 5 by 5: single losses in each row and column, and whole rows",
        arguments: Pattern.allCases
    )
    func betweenFlows(_ pattern: Pattern) async throws {
        let stream = SyntheticStream(identifier: 91)
        let (source, relayed, input) = (FreePorts.next(), Self.portBlock(), Self.portBlock())
        let received = try DatagramReceiver(verifying: stream)
        let relay = try LossyRelay(from: relayed, to: input) { place in
            // Nothing of the last matrix: its columns would come with the next one.
            place >= 25 && place < 975 && pattern.loses(place % 25)
        }
        let gateway = try await GatewayProcess.start([
            "send.yaml": FlowText.flow(
                "send",
                inputs: ["name: in, protocol: rtp, port: \(source)"],
                outputs: [
                    "name: out, protocol: rtp, host: 127.0.0.1, port: \(relayed), fec: 2022-1, "
                        + "fecColumns: 5, fecRows: 5"
                ]
            ),
            "receive.yaml": FlowText.flow(
                "receive",
                inputs: ["name: in, protocol: rtp, port: \(input), fec: 2022-1"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(received.port)"]
            ),
        ])
        let sender = try DatagramSender(stream, to: source, interval: .milliseconds(2), limit: 1_000)
        sender.waitUntilSent()
        try await eventually("all packets", detail: { "\(received.current.packetCount) \(relay)" }) {
            received.current.packetCount >= sender.packetCount
        }
        #expect(received.current.faults == [])
        #expect(relay.dropped == 38 * 5)
        let flow = try #require(try gateway.flow("receive"))
        // What comes after the FEC packets that stand for it counts as recovered, too.
        #expect((flow.leg()?.counters.packetsRecovered ?? 0) >= 38 * 5)
        #expect(flow.leg()?.counters.packetsLost == 0)
        _ = try await gateway.stop()
    }

    @Test("What ffmpeg sends along repairs what is lost of its stream")
    func fromFFmpeg() async throws {
        let (relayed, input) = (Self.portBlock(), Self.portBlock())
        let relay = try LossyRelay(from: relayed, to: input) { (64..<320).contains($0) && $0 % 13 == 0 }
        let gateway = try await GatewayProcess.start([
            "receive.yaml": FlowText.flow(
                "receive",
                inputs: ["name: in, protocol: rtp, port: \(input), fec: 2022-1"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(FreePorts.next())"]
            )
        ])
        let encoder = try ClientProcess.ffmpeg([
            "-re", "-i", try await TransportStreamFixture.path, "-c", "copy", "-fec", "prompeg=l=8:d=4",
            "-f", "rtp_mpegts", "rtp://127.0.0.1:\(relayed)",
        ])
        defer { encoder.end() }
        _ = try await encoder.waitForExit()
        let dropped = relay.dropped
        #expect(dropped > 15, "\(relay)")
        let flow = try await gateway.waitForFlow("receive", "repaired") {
            ($0.leg()?.counters.packetsRecovered ?? 0) >= dropped
        }
        #expect(flow.leg()?.counters.packetsLost == 0)
        #expect(flow.leg()?.transportStream?.continuityErrors == 0)
        _ = try await gateway.stop()
    }
}

/// Hands on RTP with its FEC, and loses some of the media.
private final class LossyRelay: CustomStringConvertible {
    private struct Media: Sendable {
        var first: UInt16?
        var dropped = 0
    }

    private let media: DatagramReceiver<Media>
    private let correction: [DatagramReceiver<Int>]

    /// - Parameter loses: told the place of a packet, counted from the first one.
    init(from port: UInt16, to target: UInt16, loses: @escaping @Sendable (Int) -> Bool) throws {
        let outgoing = try UDPSocket()
        media = try DatagramReceiver(port: port, state: Media()) { media, datagram in
            let number = UInt16(datagram[2]) << 8 | UInt16(datagram[3])
            let first = media.first ?? number
            media.first = first
            if loses(Int(number &- first)) {
                media.dropped += 1
            } else {
                try? outgoing.send(datagram, to: target)
            }
        }
        correction = try [UInt16(2), 4].map { offset in
            try DatagramReceiver(port: port + offset, state: 0) { count, datagram in
                count += 1
                try? outgoing.send(datagram, to: target + offset)
            }
        }
    }

    var dropped: Int { media.current.dropped }
    var description: String { "\(dropped) lost, FEC \(correction.map(\.current))" }
}
