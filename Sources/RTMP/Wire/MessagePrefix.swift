import NIOCore

/// Up to eight bytes that stand before a payload in a message, kept apart from it so that the payload need not be copied
/// behind them.
package struct MessagePrefix: Hashable, Sendable {
    /// The last of the bytes is the lowest.
    private var bytes: UInt64 = 0
    package private(set) var byteCount = 0

    package init() {}

    mutating func append(_ byte: UInt8) {
        precondition(byteCount < 8, "a prefix has eight bytes")
        bytes = bytes << 8 | UInt64(byte)
        byteCount += 1
    }

    /// The lower three bytes.
    mutating func append24(_ value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 16))
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    mutating func append(_ value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 24))
        append24(value)
    }

    func forEach(_ body: (UInt8) -> Void) {
        var shift = byteCount * 8
        while shift > 0 {
            shift -= 8
            body(UInt8(truncatingIfNeeded: bytes >> UInt64(shift)))
        }
    }

    func write(to buffer: inout ByteBuffer) {
        forEach { buffer.writeInteger($0) }
    }
}
