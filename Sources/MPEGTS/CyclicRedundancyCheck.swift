/// The CRC-32 of sections, ISO/IEC 13818-1 annex A: polynomial 0x04C11DB7, most significant bit first, start value all
/// ones. Over a section with its CRC it is 0.
enum CyclicRedundancyCheck {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index) << 24
        for _ in 0..<8 { value = value & 0x8000_0000 != 0 ? value << 1 ^ 0x04C1_1DB7 : value << 1 }
        return value
    }

    static func value(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var value = UInt32.max
            for byte in bytes { value = value << 8 ^ table[Int(UInt8(truncatingIfNeeded: value >> 24) ^ byte)] }
            return value
        }
    }
}
