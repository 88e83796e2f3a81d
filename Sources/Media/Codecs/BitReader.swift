/// Reads fields of bits, the most significant first. Beyond the end it throws.
struct BitReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Bits that are left.
    var remaining: Int { bytes.count * 8 - position }

    /// Reads up to 32 bits.
    mutating func read(_ count: Int) throws(CodecConfigurationError) -> UInt32 {
        guard count <= remaining else { throw .truncated }
        var value: UInt32 = 0
        for _ in 0..<count {
            value = value << 1 | UInt32(bytes[position >> 3] >> UInt8(7 - position & 7) & 1)
            position += 1
        }
        return value
    }

    mutating func flag() throws(CodecConfigurationError) -> Bool {
        try read(1) == 1
    }
}

/// Writes fields of bits, the most significant first.
struct BitWriter {
    /// The last byte is filled up with zeros.
    private(set) var bytes: [UInt8] = []
    private var free = 0

    init() {}

    mutating func write(_ value: UInt32, _ count: Int) {
        var index = count
        while index > 0 {
            index -= 1
            if free == 0 {
                bytes.append(0)
                free = 8
            }
            free -= 1
            bytes[bytes.count - 1] |= UInt8(value >> UInt32(index) & 1) << UInt8(free)
        }
    }
}
