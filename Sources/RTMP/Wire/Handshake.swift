package import NIOCore

/// The numbers of the handshake, RTMP 1.0 §5.2.
enum Handshake {
    static let version: UInt8 = 3
    /// The versions of RTMPE.
    static let encryptedVersions: Set<UInt8> = [6, 8]
    /// C1, S1, C2 and S2.
    static let blockByteCount = 1_536
    /// What of a block is random.
    static let randomByteCount = 1_528

    /// Reads C0 or S0; nil when it is not there yet.
    static func readVersion(_ bytes: inout ByteBuffer) throws(HandshakeError) -> UInt8? {
        guard let version = bytes.readInteger(as: UInt8.self) else { return nil }
        guard !encryptedVersions.contains(version) else { throw .encryptionNotSupported(version: version) }
        guard version == Self.version else { throw .unsupportedVersion(version) }
        return version
    }

    /// Moves bytes to `block` until it is full; whether it is.
    static func fill(_ block: inout [UInt8], from bytes: inout ByteBuffer) -> Bool {
        let count = min(blockByteCount - block.count, bytes.readableBytes)
        if let piece = bytes.readBytes(length: count) { block += piece }
        return block.count == blockByteCount
    }

    /// C1 or S1 of the simple handshake.
    static func block(time: UInt32, random: [UInt8]) -> [UInt8] {
        bigEndian(time) + [0, 0, 0, 0] + random
    }

    /// C2 or S2 of the simple handshake: what the other end sent, with the time of reading it.
    static func echo(_ block: [UInt8], time: UInt32) -> [UInt8] {
        Array(block[..<4]) + bigEndian(time) + Array(block[8...])
    }

    static func bigEndian(_ word: UInt32) -> [UInt8] {
        withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }
}

/// What to do after bytes of a handshake came in.
package struct HandshakeStep: Hashable, Sendable {
    /// To be sent, when there is something.
    package var reply: ByteBuffer?
    /// Whether the handshake is over; what is left in the buffer are chunks.
    package var isDone: Bool

    package init(reply: ByteBuffer? = nil, isDone: Bool = false) {
        self.reply = reply
        self.isDone = isDone
    }
}
