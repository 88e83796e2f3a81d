/// The first line of a message, RFC 2326 §6.1 and §7.1.
enum StartLine: Hashable, Sendable {
    case request(RTSPMethod, uri: String, RTSPVersion)
    case response(RTSPVersion, RTSPStatus, reason: String)

    /// The longest name of a method.
    private static let maximumMethodBytes = 32

    init(_ line: String) throws(RTSPWireError) {
        let line = line.trimmed
        guard let firstBlank = line.utf8.firstIndex(where: \.isBlank) else { throw .malformedStartLine }
        let first = line[..<firstBlank]
        if let version = RTSPVersion(first) {
            let rest = line[firstBlank...].trimmed
            let codeEnd = rest.utf8.firstIndex(where: \.isBlank) ?? rest.endIndex
            guard rest[..<codeEnd].utf8.count == 3, let code: UInt16 = rest[..<codeEnd].number(), code >= 100 else {
                throw .malformedStartLine
            }
            self = .response(version, RTSPStatus(rawValue: code), reason: String(rest[codeEnd...].trimmed))
            return
        }
        guard let lastBlank = line.utf8.lastIndex(where: \.isBlank), firstBlank < lastBlank else {
            throw .malformedStartLine
        }
        let last = line[line.utf8.index(after: lastBlank)...]
        guard let version = RTSPVersion(last) else {
            throw last.begins(ignoringCase: "HTTP/") ? .notRTSP : .malformedStartLine
        }
        let uri = line[firstBlank..<lastBlank].trimmed
        guard first.isToken, first.utf8.count <= Self.maximumMethodBytes, !uri.isEmpty else {
            throw .malformedStartLine
        }
        self = .request(RTSPMethod(rawValue: String(first)), uri: String(uri), version)
    }
}
