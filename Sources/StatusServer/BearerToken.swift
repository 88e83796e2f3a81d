import Glibc

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
        // Without O_NONBLOCK a FIFO would hold the caller until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ReadError(path, errno) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw ReadError(path, errno) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw ReadError(description: "token file \(path) is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: maximumFileBytes + 1)
        while bytes.count <= maximumFileBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ReadError(path, errno) }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        guard bytes.count <= maximumFileBytes else {
            throw ReadError(description: "token file \(path) is larger than \(maximumFileBytes) bytes")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension BearerToken.ReadError {
    fileprivate init(_ path: String, _ code: Int32) {
        self.description = "token file \(path) cannot be read: \(String(cString: strerror(code)))"
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
