public import HLS

/// What a player gets of an `hls` output.
public enum HLSDelivery: Hashable, Sendable {
    case content(HLSContent)
    /// There is no such flow, output or name, or what it named is gone.
    case notFound
    /// The request means nothing, or something too far in the future.
    case badRequest
    /// What the player waited for did not come in time, or too many wait.
    case unavailable
}
