/// The protocol version of a message.
package struct RTSPVersion: Hashable, Sendable {
    package var major: UInt8
    package var minor: UInt8

    package init(major: UInt8, minor: UInt8) {
        self.major = major
        self.minor = minor
    }

    /// RFC 2326, which everybody speaks.
    package static let v1 = Self(major: 1, minor: 0)
    /// RFC 7826, which some clients try first.
    package static let v2 = Self(major: 2, minor: 0)

    /// Reads `RTSP/1.0`.
    init?(_ text: some StringProtocol) {
        guard text.begins(ignoringCase: "RTSP/") else { return nil }
        let parts = text.dropFirst(5).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let major: UInt8 = parts[0].number(), let minor: UInt8 = parts[1].number() else {
            return nil
        }
        self.init(major: major, minor: minor)
    }
}

extension RTSPVersion: CustomStringConvertible {
    package var description: String { "RTSP/\(major).\(minor)" }
}
