/// What a client asks for: `rtsp://HOST/<flow>/<name>`, or a track of it, `/<flow>/<name>/<track>`.
///
/// A name means one thing only: nothing in it is escaped, goes up, or is empty.
package struct RTSPPath: Hashable, Sendable {
    package enum ParseFailure: Error, Hashable, Sendable {
        /// Escapes, `.` and `..`, empty parts, and characters that no name has.
        case malformed
        /// Queries mean nothing here.
        case hasQuery
        /// Not of two or three parts.
        case notAStream
    }

    /// The longest part, in bytes.
    static let maximumPartBytes = 128

    package var flow: String
    package var name: String
    /// The last part, as a client adds what the description says of a track; nil for the stream as a whole.
    package var track: String?

    package init(flow: String, name: String, track: String? = nil) {
        self.flow = flow
        self.name = name
        self.track = track
    }

    /// Reads an absolute address, whose server is not looked at, or a path alone.
    package init(requestURI: String) throws(ParseFailure) {
        var resource = Substring(requestURI)
        if !resource.hasPrefix("/") {
            guard let url = try? RTSPURL(parsing: requestURI) else { throw .malformed }
            resource = Substring(url.resource)
        }
        guard resource.utf8.count <= RTSPURL.maximumBytes else { throw .malformed }
        guard !resource.contains("?") else { throw .hasQuery }
        var parts = resource.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        // The base of the tracks ends with a slash, and clients use it for the stream.
        if parts.last?.isEmpty == true { parts.removeLast() }
        guard parts.allSatisfy(Self.isName) else { throw .malformed }
        guard parts.count == 2 || parts.count == 3 else { throw .notAStream }
        flow = String(parts[0])
        name = String(parts[1])
        track = parts.count == 3 ? String(parts[2]) : nil
    }

    /// The same without a track.
    package var stream: RTSPPath { RTSPPath(flow: flow, name: name) }

    private static func isName(_ part: Substring) -> Bool {
        !part.isEmpty && part.utf8.count <= maximumPartBytes && part != "." && part != ".."
            && part.utf8.allSatisfy { $0.isLetter || $0.isDigit || "-_.~=+".utf8.contains($0) }
    }
}

extension RTSPPath: CustomStringConvertible {
    package var description: String { "/\(flow)/\(name)" + (track.map { "/\($0)" } ?? "") }
}
