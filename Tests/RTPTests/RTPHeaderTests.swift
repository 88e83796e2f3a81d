import RTP
import Testing

@Suite("The RTP header")
struct RTPHeaderTests {
    private func decode(_ bytes: [UInt8]) -> RTPHeader? {
        bytes.withUnsafeBytes { RTPHeader(decoding: $0) }
    }

    private let fixed: [UInt8] = [0x80, 33, 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8]

    @Test("names the fields and finds the payload behind CSRCs, extension and before padding")
    func fields() throws {
        var bytes = fixed
        bytes[0] = 0x80 | 0x30 | 2
        bytes[1] = 0x80 | 33
        bytes += Array(repeating: 9, count: 8) + [0xBE, 0xDE, 0, 1, 0, 0, 0, 0] + [1, 2, 3, 4, 5] + [0, 0, 3]
        let header = try #require(decode(bytes))
        #expect(header.marker)
        #expect(header.payloadType == 33)
        #expect(header.sequenceNumber == 0x1234)
        #expect(header.timestamp == 0x0102_0304)
        #expect(header.ssrc == 0x0506_0708)
        #expect(header.payloadRange == 28..<33)
    }

    @Test(
        "is refused when it claims more than there is",
        arguments: [
            [],
            [0x80],
            [0x80, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0x40, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0xC0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0x8F, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0x90, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0x90, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
            [0xA0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0xA0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
            [0xA0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255],
        ] as [[UInt8]]
    )
    func refused(bytes: [UInt8]) {
        #expect(decode(bytes) == nil)
    }

    @Test("is written as it is read")
    func roundTrip() {
        var bytes = [UInt8](repeating: 0, count: 12)
        let header = RTPHeader(marker: true, payloadType: 96, sequenceNumber: 65_535, timestamp: .max, ssrc: 1)
        bytes.withUnsafeMutableBytes { header.encode(into: $0) }
        #expect(decode(bytes) == header)
        var short = [UInt8](repeating: 7, count: 11)
        short.withUnsafeMutableBytes { header.encode(into: $0) }
        #expect(short == [UInt8](repeating: 7, count: 11))
    }

    @Test("never traps on garbage, and its payload lies within", arguments: 1...10 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var isWithin = true
        for _ in 0..<3000 {
            var bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                UInt8(truncatingIfNeeded: generator.next() >> 9)
            }
            if !bytes.isEmpty { bytes[0] = bytes[0] & 0x3F | 0x80 }
            if let header = decode(bytes) {
                isWithin =
                    isWithin && header.payloadRange.lowerBound >= 12 && header.payloadRange.upperBound <= bytes.count
            }
        }
        #expect(isWithin)
    }
}
