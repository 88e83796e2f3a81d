import Media
import Testing

@Suite("Bits")
struct BitstreamReaderTests {
    private func reading<Value>(
        _ bytes: [UInt8],
        removesEmulationPrevention: Bool = false,
        _ body: (inout BitstreamReader) throws -> Value
    ) rethrows -> Value {
        try bytes.withUnsafeBytes { bytes in
            var reader = BitstreamReader(bytes, removesEmulationPrevention: removesEmulationPrevention)
            return try body(&reader)
        }
    }

    @Test("are read over the bounds of bytes, and counted")
    func numbers() throws {
        try reading([0xA5, 0x0F, 0xFF, 0x00, 0x01]) { (reader: inout BitstreamReader) throws in
            #expect(try reader.read(3) == 0b101)
            #expect(try reader.read(9) == 0b00101_0000)
            #expect(try reader.read(0) == 0)
            #expect(try reader.readFlag())
            #expect(try reader.read(27) == 0x7FF_0001)
            #expect(reader.position == 40)
            #expect(reader.remainingBits == 0)
            #expect(throws: BitstreamError.exhausted) { try reader.read(1) }
        }
    }

    @Test(
        "of unsigned Exp-Golomb codes",
        arguments: [
            ([0x80], 0), ([0x40], 1), ([0x60], 2), ([0x20], 3), ([0x38], 6),
            ([0x00, 0x00, 0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFE], 0xFFFF_FFFE),
        ] as [([UInt8], UInt32)]
    )
    func unsigned(bytes: [UInt8], value: UInt32) throws {
        #expect(try reading(bytes) { try $0.readUnsigned() } == value)
    }

    @Test(
        "of signed Exp-Golomb codes",
        arguments: [([0x80], 0), ([0x40], 1), ([0x60], -1), ([0x20], 2), ([0x28], -2)] as [([UInt8], Int32)]
    )
    func signed(bytes: [UInt8], value: Int32) throws {
        #expect(try reading(bytes) { try $0.readSigned() } == value)
    }

    @Test("of codes that are too long are refused")
    func tooLong() {
        #expect(throws: BitstreamError.invalid) { try reading([0, 0, 0, 0, 0xFF]) { try $0.readUnsigned() } }
        #expect(throws: BitstreamError.exhausted) { try reading([0, 0, 0]) { try $0.readUnsigned() } }
        #expect(throws: BitstreamError.invalid) { try reading([0x20]) { try $0.readUnsigned(upTo: 2) } }
        #expect(throws: BitstreamError.invalid) { try reading([0x20]) { try $0.read(33) } }
    }

    @Test("leave out bytes that prevent emulation")
    func emulationPrevention() throws {
        let value = try reading([0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3], removesEmulationPrevention: true) { reader in
            try (reader.read(32), reader.read(32))
        }
        #expect(value == (0x0000_0100, 0x0000_0003))
        #expect(throws: BitstreamError.exhausted) {
            try reading([0, 0, 3], removesEmulationPrevention: true) { try $0.read(17) }
        }
    }
}
