/// Why a handshake cannot go on.
package enum HandshakeError: Error, Hashable, Sendable {
    /// The version byte asks for encrypted RTMP (RTMPE), which is not offered; RTMPS is what is secure.
    case encryptionNotSupported(version: UInt8)
    /// The first byte is not a version of RTMP that there is; the peer may speak another protocol.
    case unsupportedVersion(UInt8)
}
