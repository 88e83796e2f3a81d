import RTP
import Testing

@Suite("Making FEC packets")
struct FECEncoderTests {
    private func places(_ stream: FECTestStream, _ kind: FECHeader.Stream) -> [(behind: Int, header: FECHeader)] {
        var media = -1
        var places: [(Int, FECHeader)] = []
        for packet in stream.packets {
            switch packet {
            case .media: media += 1
            case .fec(let stream, let bytes) where stream == kind:
                bytes.withUnsafeBytes {
                    places.append((media, FECHeader(decoding: UnsafeRawBufferPointer(rebasing: $0[12...]))!))
                }
            case .fec: break
            }
        }
        return places
    }

    @Test("sends a row behind its last packet, and the columns spread over the next matrix")
    func places() {
        let stream = FECTestStream(5, 6, start: 65_530, count: 75)
        let rows = places(stream, .row)
        #expect(rows.map(\.behind) == (0..<15).map { $0 * 5 + 4 })
        #expect(rows.map(\.header.sequenceBase) == (0..<15).map { UInt16(truncatingIfNeeded: 65_530 + $0 * 5) })
        #expect(rows.allSatisfy { $0.header.offset == 1 && $0.header.count == 5 })
        let columns = places(stream, .column)
        #expect(columns.map(\.behind) == [30, 36, 42, 48, 54, 60, 66, 72])
        let bases = [0, 1, 2, 3, 4, 30, 31, 32].map { UInt16(truncatingIfNeeded: 65_530 + $0) }
        #expect(columns.map(\.header.sequenceBase) == bases)
        #expect(columns.allSatisfy { $0.header.offset == 5 && $0.header.count == 6 })
    }

    @Test("sends only the streams that it is to", arguments: FECMatrix.Protection.allCases)
    func streams(protection: FECMatrix.Protection) {
        let stream = FECTestStream(5, 5, protection, count: 100)
        #expect(places(stream, .row).count == (protection == .columns ? 0 : 20))
        #expect(places(stream, .column).count == (protection == .rows ? 0 : 15))
    }

    @Test("a packet is the exclusive or of what it protects, with headers of its own")
    func bytes() throws {
        let stream = FECTestStream(4, 4, start: 9, count: 4, length: { 10 + $0 })
        let packet = try #require(
            stream.packets.lazy.compactMap { packet -> [UInt8]? in
                guard case .fec(.row, let bytes) = packet else { return nil }
                return bytes
            }.first
        )
        var expected: [UInt8] = [0x80, 0x80 | 96, 0, 7] + stream.media[3][4..<8] + [0, 0, 0, 0]
        expected += [0, 9, 0, 10 ^ 11 ^ 12 ^ 13, 0x80, 0, 0, 0]
        expected += (4..<8).map { byte in stream.media.reduce(0) { $0 ^ $1[byte] } }
        expected += [0x40, 1, 4, 0]
        expected += (12..<25).map { byte in stream.media.reduce(0) { $0 ^ (byte < $1.count ? $1[byte] : 0) } }
        #expect(packet == expected)
    }

    @Test("does not matter in how many pieces a packet comes")
    func pieces() {
        let length: (Int) -> Int = { 100 + $0 * 37 % 90 }
        let whole = FECTestStream(5, 5, count: 120, length: length)
        let pieces = FECTestStream(5, 5, count: 120, length: length, inTwoPieces: true)
        #expect(whole.packets == pieces.packets)
    }

    @Test("begins anew when numbers are missing, and leaves out what it cannot protect")
    func discontinuity() {
        var encoder = FECEncoder(
            matrix: FECMatrix(columns: 4, rows: 4, protection: .rows)!,
            columnSequence: 0,
            rowSequence: 0
        )
        var bases: [UInt16] = []
        func protect(_ packet: [UInt8]) {
            packet.withUnsafeBytes { bytes in
                encoder.protect(bytes) {
                    let header = FECHeader(decoding: UnsafeRawBufferPointer(rebasing: $1[12...]))
                    bases.append(header!.sequenceBase)
                }
            }
        }
        for sequence in [1, 2, 3, 10, 11, 12, 13] { protect(RTPTestPackets.packet(sequence)) }
        #expect(bases == [10])
        protect([0x80])
        protect([UInt8](repeating: 0, count: 20))
        protect(RTPTestPackets.packet(14, payload: [UInt8](repeating: 0, count: FECEncoder.maximumMediaBytes - 11)))
        #expect(encoder.unprotected == 3)
        #expect(encoder.sent == 1)
    }
}
