/// The latency of an SRT connection, and whether it leaves time to send lost packets again.
public struct LatencyStatus: Hashable, Sendable, Codable {
    /// What both sides agreed on.
    public var milliseconds: Int
    /// What to set instead; nil while the latency is long enough for the round-trip time.
    public var advisedMilliseconds: Int?
    /// Since when it has been too short, in seconds before now.
    public var tooLowForSeconds: Double?

    public init(milliseconds: Int, advisedMilliseconds: Int? = nil, tooLowForSeconds: Double? = nil) {
        self.milliseconds = milliseconds
        self.advisedMilliseconds = advisedMilliseconds
        self.tooLowForSeconds = tooLowForSeconds
    }
}
