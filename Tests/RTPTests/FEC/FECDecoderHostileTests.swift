import RTP
import Testing

@Suite("FEC packets that are not as they should be")
struct FECDecoderHostileTests {
    private let stream = FECTestStream(5, 5, .rows, count: 10)

    private var row: [UInt8] {
        for case .fec(_, let bytes) in stream.packets { return bytes }
        return []
    }

    private func decoder(without lost: Int) -> TestFECDecoder {
        var test = TestFECDecoder()
        for index in 0..<5 where index != lost { test.receiveMedia(stream.media[index]) }
        return test
    }

    @Test("cut anywhere, recover nothing or refuse")
    func truncated() {
        for count in 0..<row.count {
            var test = decoder(without: 2)
            test.receiveFEC(Array(row.prefix(count)))
            #expect(test.recovered.isEmpty)
            #expect(test.counters.malformed == 1)
        }
        var test = decoder(without: 2)
        test.receiveFEC(row)
        #expect(test.recovered == [stream.media[2]])
    }

    @Test(
        "with a field of nonsense, are counted and do no harm",
        arguments: [
            (0, 0x40), (12, 0xFF), (14, 0xFF), (15, 0xFF), (16, 0x21), (24, 0xC0), (24, 0x78), (25, 0), (25, 255),
            (26, 0), (26, 255), (0, 0xBF),
        ] as [(Int, UInt8)]
    )
    func nonsense(place: Int, value: UInt8) {
        var test = decoder(without: 2)
        var bytes = row
        bytes[place] = value
        test.receiveFEC(bytes)
        #expect(test.recovered.isEmpty)
        for packet in stream.packets { test.receive(packet) }
        #expect(test.counters.unrecovered == 0)
    }

    @Test("before any media are of no use")
    func first() {
        var test = TestFECDecoder()
        test.receiveFEC(row)
        #expect(test.counters.unusable == 1)
        #expect(test.decoder.heldFEC == 0)
    }

    @Test("media of another source do not disturb, unless they go on")
    func otherSource() {
        var test = decoder(without: 2)
        test.receiveMedia(RTPTestPackets.packet(102, ssrc: 5, payload: [1, 2, 3]))
        test.receiveFEC(row)
        #expect(test.recovered == [stream.media[2]])
        for sequence in 30_000..<30_010 { test.receiveMedia(RTPTestPackets.packet(sequence, ssrc: 5)) }
        #expect(test.decoder.ssrc == 5)
        test.receiveFEC(row)
        #expect(test.counters.unusable == 1)
        test.decoder.reset()
        test.receiveMedia(RTPTestPackets.packet(1))
        #expect(test.decoder.ssrc == RTPTestPackets.ssrc)
    }

    @Test("a flood of them is bounded")
    func flood() {
        var test = decoder(without: 2)
        for base in 0..<2000 {
            var bytes = row
            bytes[12] = UInt8(truncatingIfNeeded: (104 + base % 200) >> 8)
            bytes[13] = UInt8(truncatingIfNeeded: 104 + base % 200)
            bytes[25] = UInt8(1 + base % 7)
            bytes[26] = UInt8(1 + base % 30)
            test.receiveFEC(bytes + [UInt8](repeating: 0, count: 1288))
        }
        #expect(test.decoder.heldFEC <= FECDecoder.maximumHeldFEC)
        #expect(test.decoder.reservedBytes < 2_000_000)
        #expect(test.counters.unusable > 0)
    }

    @Test("garbage never traps", arguments: 1...20 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var test = TestFECDecoder()
        var sequence = 65_000
        for _ in 0..<3000 {
            let isJump = Int.random(in: 0..<50, using: &generator) == 0
            sequence += isJump ? Int.random(in: -4000...4000, using: &generator) : 1
            if Int.random(in: 0..<4, using: &generator) > 0 {
                let payload = [UInt8](repeating: 1, count: .random(in: 0..<60, using: &generator))
                test.receiveMedia(RTPTestPackets.packet(sequence, payload: payload))
            } else {
                var bytes = (0..<Int.random(in: 20...90, using: &generator)).map { _ in
                    UInt8(truncatingIfNeeded: generator.next() >> 9)
                }
                bytes[0] = bytes[0] & 0x3F | 0x80
                bytes[12] = UInt8(truncatingIfNeeded: (sequence - 10) >> 8)
                bytes[13] = UInt8(truncatingIfNeeded: sequence - 10)
                bytes[16] |= 0x80
                if bytes.count > 27 {
                    bytes[24] &= 0x47
                    bytes[25] %= 12
                    bytes[26] %= 12
                }
                test.receiveFEC(bytes)
            }
        }
        let isValid = test.recovered.allSatisfy { $0.withUnsafeBytes { RTPHeader(decoding: $0) != nil } }
        #expect(isValid)
        #expect(test.decoder.heldFEC <= FECDecoder.maximumHeldFEC)
    }
}
