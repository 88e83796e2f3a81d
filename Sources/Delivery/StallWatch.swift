package import NIOCore

/// Tells a connection that does not read from one that reads slowly. A pure value: time is an argument.
package struct StallWatch: Sendable {
    private let limit: TimeAmount
    private var stalledSince: NIODeadline?
    /// What waited for the peer when it was last looked at.
    private var waitingBytes = 0

    /// - Parameter limit: how long a peer may take nothing at all.
    package init(limit: Duration) {
        self.limit = TimeAmount(limit)
    }

    /// The peer takes what it is sent.
    package mutating func flows() {
        stalledSince = nil
    }

    /// The peer's buffer is full.
    ///
    /// - Returns: Whether the limit is reached.
    package mutating func isFull(waitingBytes waiting: Int, at now: NIODeadline) -> Bool {
        // A peer that reads, however slowly, has not stalled.
        let since = waiting < waitingBytes ? now : stalledSince ?? now
        waitingBytes = waiting
        stalledSince = since
        return now - since > limit
    }
}
