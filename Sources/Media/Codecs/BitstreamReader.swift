/// Why bits of a codec's header could not be read.
public enum BitstreamError: Error, Hashable, Sendable {
    /// The bytes end before the syntax does.
    case exhausted
    /// A value that the syntax does not allow, or that is beyond what any real stream has.
    case invalid
}

/// Reads the bits of a codec's header, the most significant first, never beyond the bytes that it was given.
///
/// The bytes are borrowed: a reader is used within the call that made it.
public struct BitstreamReader {
    private let bytes: UnsafeRawBufferPointer
    private let removesEmulationPrevention: Bool
    private var nextByte = 0
    private var current: UInt8 = 0
    /// Bits of `current` that were not read yet.
    private var bitsLeft = 0
    private var zeros = 0
    /// Bits read so far; bytes that prevent emulation do not count.
    public private(set) var position = 0

    /// - Parameter removesEmulationPrevention: leaves out the 3 of each 0, 0, 3 as NAL units have it: ITU-T H.264
    ///   §7.4.1.1, H.265 §7.4.2.
    public init(_ bytes: UnsafeRawBufferPointer, removesEmulationPrevention: Bool = false) {
        self.bytes = bytes
        self.removesEmulationPrevention = removesEmulationPrevention
    }

    /// At least this many bits are left; with emulation prevention up to a third fewer.
    public var remainingBits: Int { (bytes.count - nextByte) * 8 + bitsLeft }

    private mutating func loadByte() throws(BitstreamError) {
        if removesEmulationPrevention, zeros >= 2, nextByte < bytes.count, bytes[nextByte] == 3 {
            nextByte += 1
            zeros = 0
        }
        guard nextByte < bytes.count else { throw .exhausted }
        current = bytes[nextByte]
        nextByte += 1
        bitsLeft = 8
        zeros = current == 0 ? zeros + 1 : 0
    }

    /// The next `count` bits, at most 32, as a number: `u(n)`.
    public mutating func read(_ count: Int) throws(BitstreamError) -> UInt32 {
        guard (0...32).contains(count) else { throw .invalid }
        var value: UInt32 = 0
        var missing = count
        while missing > 0 {
            if bitsLeft == 0 { try loadByte() }
            let taken = min(missing, bitsLeft)
            let bits = (current >> UInt8(bitsLeft - taken)) & UInt8(truncatingIfNeeded: (1 << taken) - 1)
            value = (value << UInt32(taken)) | UInt32(bits)
            bitsLeft -= taken
            missing -= taken
        }
        position += count
        return value
    }

    /// The next bit: `u(1)`.
    public mutating func readFlag() throws(BitstreamError) -> Bool {
        try read(1) != 0
    }

    public mutating func skip(_ count: Int) throws(BitstreamError) {
        var rest = count
        while rest > 0 {
            _ = try read(min(rest, 32))
            rest -= 32
        }
    }

    /// An Exp-Golomb number, `ue(v)`: ITU-T H.264 §9.1. Codes of more than 32 bits after the leading zeros are refused.
    public mutating func readUnsigned() throws(BitstreamError) -> UInt32 {
        var leadingZeros = 0
        while try !readFlag() {
            leadingZeros += 1
            guard leadingZeros < 32 else { throw .invalid }
        }
        let rest = try read(leadingZeros)
        return ((1 << UInt32(leadingZeros)) &- 1) &+ rest
    }

    /// A `ue(v)` that may not be above `maximum`.
    public mutating func readUnsigned(upTo maximum: UInt32) throws(BitstreamError) -> Int {
        let value = try readUnsigned()
        guard value <= maximum else { throw .invalid }
        return Int(value)
    }

    /// A signed Exp-Golomb number, `se(v)`: ITU-T H.264 §9.1.1.
    public mutating func readSigned() throws(BitstreamError) -> Int32 {
        let code = try readUnsigned()
        let magnitude = Int32(bitPattern: (code >> 1) &+ (code & 1))
        return code & 1 == 1 ? magnitude : 0 &- magnitude
    }
}
