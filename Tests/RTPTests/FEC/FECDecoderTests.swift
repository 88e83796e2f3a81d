import Media
import RTP
import Testing

@Suite("Recovering with FEC")
struct FECDecoderTests {
    private func recovers(_ stream: FECTestStream, _ lost: Set<Int>) -> Bool {
        var test = TestFECDecoder()
        test.receive(stream, without: lost)
        return Set(test.recovered) == Set(lost.map { stream.media[$0] }) && test.recovered.count == lost.count
            && test.counters.recovered == UInt64(lost.count) && test.counters.malformed == 0
    }

    private func check(
        _ stream: FECTestStream,
        _ lost: Set<Int>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let isRecovered = recovers(stream, lost)
        #expect(isRecovered, sourceLocation: sourceLocation)
    }

    @Test("gives back each single loss, byte for byte", arguments: FECMatrix.Protection.allCases, [100, 65_520])
    func single(protection: FECMatrix.Protection, start: Int) {
        let stream = FECTestStream(5, 5, protection, start: start, count: 100, length: { 150 + $0 * 41 % 120 })
        for index in 1..<25 { check(stream, [index]) }
    }

    @Test("gives back one of each row, and one of each column")
    func oneOfEach() {
        check(FECTestStream(5, 5, .rows, count: 100), [1, 5, 14, 17, 22])
        check(FECTestStream(5, 5, .columns, count: 100), [20, 6, 12, 23, 19])
        check(FECTestStream(5, 5, .columns, count: 100), [3, 4, 5, 6, 7])
    }

    @Test("columns give back a burst as long as a row", arguments: [(4, 5), (10, 10), (20, 5), (1, 20)])
    func burst(columns: Int, rows: Int) {
        let stream = FECTestStream(columns, rows, .columns, count: 4 * columns * rows)
        let first = columns * rows + 2
        let isRecovered = recovers(stream, Set(first..<first + columns))
        #expect(isRecovered)
        let isLongerRecovered = recovers(stream, Set(first..<first + columns + 1))
        #expect(!isLongerRecovered)
    }

    @Test("gives back what needs rows and columns in turn")
    func iterates() {
        // Two in row 0 and two in column 0: the column of the one, then the row of the other.
        check(FECTestStream(5, 5, count: 100), [25, 26, 30])
        // A staircase, that falls from its end.
        check(FECTestStream(5, 5, count: 100), [25, 26, 31, 32, 37, 38, 43, 44, 49])
        // A whole row and a whole column: the rows leave one of each column.
        check(FECTestStream(5, 5, count: 100), [25, 26, 27, 28, 29, 32, 37, 42])
    }

    @Test("counts what cannot be recovered: two rows by two columns")
    func unrecoverable() {
        let stream = FECTestStream(5, 5, count: 250)
        var test = TestFECDecoder()
        test.receive(stream, without: [26, 28, 36, 38, 60])
        #expect(test.recovered == [stream.media[60]])
        #expect(test.counters.unrecovered == 4)
        #expect(test.decoder.heldFEC == 0)
        #expect(test.counters.columnsReceived + test.counters.rowsReceived == 50 + 45)
    }

    @Test("loss of FEC packets is no harm while nothing else is lost, and nothing counts without them")
    func withoutFEC() {
        let stream = FECTestStream(5, 5, count: 300)
        var test = TestFECDecoder()
        for (index, media) in stream.media.enumerated() where index % 10 != 9 { test.receiveMedia(media) }
        #expect(test.counters.unrecovered == 0)
        #expect(test.recovered.isEmpty)
    }

    @Test("takes FEC packets in any order", arguments: 1...20 as ClosedRange<UInt64>)
    func shuffled(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let stream = FECTestStream(5, 5, start: 65_400, count: 300, length: { 100 + $0 % 50 })
        var lost: Set<Int> = []
        for matrix in 1..<10 { lost.insert(matrix * 25 + Int.random(in: 0..<25, using: &generator)) }
        let gone = Set(lost.map { stream.media[$0] })
        var sent: [(place: Double, packet: FECTestStream.Packet)] = []
        for (index, packet) in stream.packets.enumerated() {
            if case .media(let bytes) = packet, gone.contains(bytes) { continue }
            sent.append((Double(index) + (index == 0 ? -20 : .random(in: -10..<10, using: &generator)), packet))
        }
        var test = TestFECDecoder()
        for item in sent.sorted(by: { $0.place < $1.place }) { test.receive(item.packet) }
        #expect(Set(test.recovered).isSuperset(of: gone))
        #expect(test.counters.malformed == 0)
    }

    @Test("all FEC packets before the media they protect, or long behind it")
    func farOrder() {
        let stream = FECTestStream(5, 5, .rows, count: 50)
        let fec = stream.packets.filter { if case .fec = $0 { true } else { false } }
        var test = TestFECDecoder()
        test.receiveMedia(stream.media[0])
        for packet in fec { test.receive(packet) }
        for (index, media) in stream.media.enumerated() where index % 5 != 2 { test.receiveMedia(media) }
        #expect(test.recovered == (0..<10).map { stream.media[$0 * 5 + 2] })
        test = TestFECDecoder()
        for (index, media) in stream.media.enumerated() where index % 5 != 2 { test.receiveMedia(media) }
        for packet in fec { test.receive(packet) }
        #expect(test.recovered == (0..<10).map { stream.media[$0 * 5 + 2] })
    }

    @Test("keeps CSRCs, extension and padding, which are part of what is protected")
    func wholeHeader() {
        var encoder = FECEncoder(
            matrix: FECMatrix(columns: 4, rows: 4, protection: .rows)!,
            columnSequence: 0,
            rowSequence: 0
        )
        var media = (0..<4).map { RTPTestPackets.packet($0, payload: [UInt8](repeating: UInt8($0), count: 40)) }
        media[2][0] = 0x80 | 0x30 | 1
        media[2].replaceSubrange(12..<24, with: [1, 2, 3, 4, 0xBE, 0xDE, 0, 1, 9, 9, 9, 9])
        media[2][51] = 3
        var fec: [UInt8] = []
        for packet in media { packet.withUnsafeBytes { encoder.protect($0) { fec = Array($1) } } }
        var test = TestFECDecoder()
        for index in [0, 1, 3] { test.receiveMedia(media[index]) }
        test.receiveFEC(fec)
        #expect(test.recovered == [media[2]])
    }

    @Test(
        "what is recovered reaches the receiver in time, with the window that the decoder asks for",
        arguments: [
            (5, 5, .columns), (10, 10, .columnsAndRows), (20, 5, .columns), (4, 20, .columnsAndRows), (8, 1, .rows),
        ] as [(Int, Int, FECMatrix.Protection)]
    )
    func receiver(columns: Int, rows: Int, protection: FECMatrix.Protection) {
        let stream = FECTestStream(columns, rows, protection, start: 0, count: 1000, length: { _ in 30 })
        let size = protection == .rows ? columns : columns * rows
        var receiver = RTPReceiver(
            configuration: .init(
                windowPackets: FECDecoder.receiverWindowPackets(columns: columns, rows: rows, protection: protection),
                windowTime: .seconds(10)
            )
        )
        var decoder = FECDecoder()
        var delivered: [[UInt8]] = []
        for packet in stream.packets {
            switch packet {
            case .media(let bytes):
                // One of each matrix, at changing places.
                let index = Int(bytes[2]) << 8 | Int(bytes[3])
                if index > 0, index < 1000 - 3 * size, index % size == index / size % size { continue }
                bytes.withUnsafeBytes { bytes in
                    receiver.receive(bytes, at: .zero) { delivered.append(Array($0)) }
                    decoder.receiveMedia(bytes) {
                        receiver.receive($0, at: .zero) { delivered.append(Array($0)) }
                    }
                }
            case .fec(_, let bytes):
                bytes.withUnsafeBytes {
                    decoder.receiveFEC($0) { receiver.receive($0, at: .zero) { delivered.append(Array($0)) } }
                }
            }
        }
        let isSame = delivered == stream.media.map { Array($0[12...]) }
        #expect(isSame)
        #expect(receiver.counters.lost == 0)
        #expect(decoder.counters.recovered > 5)
    }
}
