import RTP
import Testing

@Suite("The FEC header")
struct FECHeaderTests {
    /// Laid out by hand after RFC 2733 §6.2 and the extension of ST 2022-1.
    private let golden: [UInt8] = [
        0x12, 0x34,  // SNBase low bits
        0x05, 0x24,  // length recovery
        0x80 | 0x21,  // E, PT recovery
        0x00, 0x00, 0x00,  // mask
        0xCA, 0xFE, 0xBA, 0xBE,  // TS recovery
        0x40,  // N 0, D 1, type 0, index 0
        0x01,  // offset
        0x0A,  // NA
        0x00,  // SNBase ext bits
    ]
    private let header = FECHeader(
        sequenceBase: 0x1234,
        lengthRecovery: 0x0524,
        payloadTypeRecovery: 0x21,
        timestampRecovery: 0xCAFE_BABE,
        stream: .row,
        offset: 1,
        count: 10
    )

    private func decode(_ bytes: [UInt8]) -> FECHeader? {
        bytes.withUnsafeBytes { FECHeader(decoding: $0) }
    }

    @Test("is laid out as the standard has it")
    func layout() {
        var bytes = [UInt8](repeating: 0xFF, count: 16)
        bytes.withUnsafeMutableBytes { header.encode(into: $0) }
        #expect(bytes == golden)
        #expect(decode(golden) == header)
        var short = [UInt8](repeating: 7, count: 15)
        short.withUnsafeMutableBytes { header.encode(into: $0) }
        #expect(short == [UInt8](repeating: 7, count: 15))
    }

    @Test("needs all its bytes", arguments: 0..<16)
    func truncated(count: Int) {
        #expect(decode(Array(golden.prefix(count))) == nil)
    }

    @Test(
        "is refused when it is not of ST 2022-1, or protects nothing",
        arguments: [(4, 0x21), (12, 0xC0), (12, 0x48), (12, 0x50), (12, 0x60), (13, 0), (14, 0)] as [(Int, UInt8)]
    )
    func refused(place: Int, value: UInt8) {
        var bytes = golden
        bytes[place] = value
        #expect(decode(bytes) == nil)
    }

    @Test("does not look at mask, index and the extension bits", arguments: [5, 6, 7, 15])
    func ignored(place: Int) {
        var bytes = golden
        bytes[place] = 0xFF
        #expect(decode(bytes) == header)
        bytes[12] |= 7
        #expect(decode(bytes) == header)
    }

    @Test(
        "the matrix keeps to the standard's limits",
        arguments: [
            (1, 4, .columns, true), (20, 5, .columns, true), (5, 20, .columns, true), (0, 5, .columns, false),
            (21, 4, .columns, false), (5, 3, .columns, false), (5, 21, .columns, false), (20, 6, .columns, false),
            (4, 4, .columnsAndRows, true), (3, 5, .columnsAndRows, false), (10, 10, .columnsAndRows, true),
            (4, 0, .rows, true), (20, 99, .rows, true), (3, 5, .rows, false), (21, 5, .rows, false),
        ] as [(Int, Int, FECMatrix.Protection, Bool)]
    )
    func matrix(columns: Int, rows: Int, protection: FECMatrix.Protection, isAllowed: Bool) {
        #expect((FECMatrix(columns: columns, rows: rows, protection: protection) != nil) == isAllowed)
    }
}
