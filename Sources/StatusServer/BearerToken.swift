import SystemFiles

/// The token that callers show in `Authorization: Bearer …`, and where it comes from.
///
/// Descriptions never hold the token.
public enum BearerToken: Sendable {
    case fixed(String)
    /// A file whose content is the token; read again for each check, so that a new token needs no restart.
    case file(String)

    /// Bytes that a token file may have.
    public static let maximumFileBytes = 4 * 1024

    /// Why there is no token to compare with.
    public struct ReadError: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// The token itself, without white space around it.
    public func read() throws(ReadError) -> String {
        switch self {
        case .fixed(let token):
            return try Self.validated(token, from: "the token")
        case .file(let path):
            return try Self.validated(Self.contents(of: path), from: "token file \(path)")
        }
    }

    private static func validated(_ text: String, from place: String) throws(ReadError) -> String {
        let bytes = text.utf8
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
        guard let start = bytes.firstIndex(where: { !isSpace($0) }), let end = bytes.lastIndex(where: { !isSpace($0) })
        else { throw ReadError(description: "\(place) is empty") }
        let token = text[start...end]
        guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw ReadError(description: "\(place) holds more than one line of visible ASCII characters")
        }
        return String(token)
    }

    private static func contents(of path: String) throws(ReadError) -> String {
        let bytes: [UInt8]
        do throws(RegularFile.ReadFailure) {
            bytes = try RegularFile.read(path, maximumBytes: maximumFileBytes).get()
        } catch {
            throw ReadError(path, error)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension BearerToken.ReadError {
    fileprivate init(_ path: String, _ failure: RegularFile.ReadFailure) {
        self.description =
            switch failure {
            case .system: "token file \(path) cannot be read: \(failure)"
            case .notRegular: "token file \(path) is not a regular file"
            case .tooLarge: "token file \(path) is larger than \(BearerToken.maximumFileBytes) bytes"
            }
    }
}

extension BearerToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .fixed: "<secret>"
        case .file(let path): "file \(path)"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
