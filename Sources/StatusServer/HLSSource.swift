public import NIOCore

/// Where the server gets what players of HTTP Live Streaming ask for below `/hls/`.
public protocol HLSSource: Sendable {
    /// Answers as soon as there is an answer, which may take as long as a player may be kept waiting. When the task is
    /// cancelled it answers at once.
    ///
    /// - Parameters:
    ///   - name: what follows the flow's name in the path.
    ///   - query: what follows the question mark, as it came; empty without one.
    ///   - client: the address of who asks, without a port.
    func answer(_ name: String, query: String, ofFlow flow: String, to client: String) async -> HLSSourceAnswer
}

/// What a player gets.
public enum HLSSourceAnswer: Sendable {
    /// The pieces go out one behind the other, and are not copied.
    case content([ByteBuffer], contentType: String, cacheControl: String)
    /// 404
    case notFound
    /// 400
    case badRequest
    /// 503: what was waited for did not come, or too many wait.
    case unavailable
}
