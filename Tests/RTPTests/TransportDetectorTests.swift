import Media
import RTP
import Testing

@Suite("Telling RTP from plain UDP")
struct TransportDetectorTests {
    private let plain = RTPTestPackets.packetsOfStream(7)
    private let rtp = RTPTestPackets.packet(1, payload: RTPTestPackets.packetsOfStream(7))

    private func classify(_ detector: inout TransportDetector, _ bytes: [UInt8]) -> TransportDetector.Verdict {
        bytes.withUnsafeBytes { detector.classify($0) }
    }

    @Test("knows both from the first datagram")
    func first() {
        var detector = TransportDetector()
        #expect(classify(&detector, plain) == .plain)
        detector = TransportDetector()
        #expect(classify(&detector, rtp) == .rtp)
    }

    @Test("knows a plain stream that is cut anywhere", arguments: [1000, 1316, 1472])
    func unaligned(size: Int) {
        var detector = TransportDetector()
        let stream = RTPTestPackets.packetsOfStream(100)
        for start in stride(from: 50, to: stream.count, by: size) {
            #expect(classify(&detector, Array(stream[start..<min(start + size, stream.count)])) == .plain)
        }
    }

    @Test(
        "refuses what is neither and counts it",
        arguments: [
            [], [0x47], Array(repeating: 0, count: 1316), Array(repeating: 0x80, count: 1328),
            RTPTestPackets.packet(1), RTPTestPackets.packet(1, payload: Array(repeating: 0, count: 188)),
        ] as [[UInt8]]
    )
    func refused(bytes: [UInt8]) {
        var detector = TransportDetector()
        #expect(classify(&detector, bytes) == .refused)
        #expect(detector.refused == 1)
        #expect(detector.transport == nil)
    }

    @Test("sticks to its decision until enough of the other kind came in a row")
    func sticks() {
        var detector = TransportDetector()
        #expect(classify(&detector, plain) == .plain)
        for _ in 1..<TransportDetector.switchAfter { #expect(classify(&detector, rtp) == .refused) }
        #expect(classify(&detector, plain) == .plain)
        for _ in 1..<TransportDetector.switchAfter { #expect(classify(&detector, rtp) == .refused) }
        #expect(classify(&detector, rtp) == .rtp)
        #expect(detector.transport == .rtp)
        #expect(detector.refused == UInt64(2 * (TransportDetector.switchAfter - 1)))
    }
}

@Suite("Sending RTP")
struct RTPPacketizerTests {
    @Test("numbers packets across the wrap and stamps them with 90 kHz")
    func headers() throws {
        var packetizer = RTPPacketizer(ssrc: 7, sequenceNumber: 65_535, timestampOffset: 100)
        var headers: [RTPHeader] = []
        for second in 0..<3 {
            var bytes = [UInt8](repeating: 0, count: 12)
            bytes.withUnsafeMutableBytes {
                packetizer.writeHeader(into: $0, at: .init(nanoseconds: Int64(second) * 1_000_000_000))
            }
            headers.append(try #require(bytes.withUnsafeBytes { RTPHeader(decoding: $0) }))
        }
        #expect(headers.map(\.sequenceNumber) == [65_535, 0, 1])
        #expect(headers.map(\.timestamp) == [100, 90_100, 180_100])
        #expect(headers.allSatisfy { $0.ssrc == 7 && $0.payloadType == 33 && !$0.marker })
    }

    @Test(
        "splits payloads at whole packets",
        arguments: [
            (0, []), (188, [188]), (1316, [1316]), (1504, [1316, 188]), (8 * 1316, Array(repeating: 1316, count: 8)),
            (1456, [1316, 140]),
        ] as [(Int, [Int])]
    )
    func chunks(count: Int, sizes: [Int]) {
        let payload = [UInt8](repeating: 1, count: count)
        payload.withUnsafeBytes { payload in
            let chunks = (0..<RTPPacketizer.chunkCount(of: payload)).map { RTPPacketizer.chunk($0, of: payload) }
            #expect(chunks.map(\.count) == sizes)
        }
    }
}
