public import NIOCore

/// What a request gets.
public enum HLSAnswer: Hashable, Sendable {
    case content(HLSContent)
    /// Not yet: ask again when the presentation has changed. After `HLSPresentation.patience` the answer is 503.
    case wait
    /// 404: it never was, or is gone.
    case notFound
    /// 400: it is too far in the future.
    case badRequest
}

/// The bytes of a resource, and what HTTP says about them.
public struct HLSContent: Hashable, Sendable {
    /// To be sent one behind the other.
    public var pieces: [ByteBuffer]
    public var contentType: String
    /// The header `Cache-Control`.
    public var cacheControl: String

    public var byteCount: Int { pieces.reduce(0) { $0 + $1.readableBytes } }
}
