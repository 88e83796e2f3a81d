public import Media

/// When a report is due, RFC 3550 §6.2: about every five seconds, spread so that those who began together do not report
/// together.
///
/// Between two parties, as in RTSP, reports never come near to 5 per cent of the bandwidth, so that their number does not
/// matter.
public struct RTCPSchedule: Hashable, Sendable {
    /// `Tmin`, RFC 3550 §6.2.
    public static let defaultInterval = Duration.seconds(5)

    /// When the next report is due.
    public private(set) var deadline: MonotonicTime
    private let interval: Duration

    /// - Parameter start: when the first report is due: at once for a sender, whose receivers wait for it to align their
    ///   tracks.
    public init(startingAt start: MonotonicTime, interval: Duration = defaultInterval) {
        deadline = start
        self.interval = interval
    }

    /// Whether the next report is due.
    public func isDue(at now: MonotonicTime) -> Bool { now >= deadline }

    /// A report was sent; the next is due after half to one and a half of the interval.
    ///
    /// - Parameter spread: random in 0..<1.
    public mutating func reportSent(at now: MonotonicTime, spread: Double) {
        deadline = now.advanced(by: interval * (0.5 + spread))
    }
}
