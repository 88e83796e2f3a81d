/// How the merge of two legs waits.
public struct MergeConfiguration: Hashable, Sendable {
    public static let defaultSkewWindow = Duration.milliseconds(200)
    /// What the skew window is kept within. ST 2022-7 names classes of receivers for up to 10, 50 and 450 ms.
    public static let skewWindowLimits = Duration.milliseconds(100)...Duration.seconds(2)

    /// How long a missing packet is waited for, and how far behind a leg may be.
    public let skewWindow: Duration

    /// - Parameter skewWindow: brought within `skewWindowLimits`.
    public init(skewWindow: Duration = defaultSkewWindow) {
        self.skewWindow = min(max(skewWindow, Self.skewWindowLimits.lowerBound), Self.skewWindowLimits.upperBound)
    }

    /// The skew window.
    public var windowNanoseconds: Int64 {
        let (seconds, attoseconds) = skewWindow.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
