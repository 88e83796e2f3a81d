import Media

/// Tells when something that must come again and again came too late, or does not come.
///
/// TR 101 290 measures where the transport delays each packet alike. Over IP packets come in bursts, so that what was
/// sent in time may arrive later: an interval counts as too long only beyond the limit and `arrivalAllowance`.
struct RepetitionTimer: Sendable {
    /// How much longer an interval may be by arrival, in nanoseconds.
    static let arrivalAllowance: Int64 = 100_000_000

    /// When it came last, or when waiting for it began anew.
    private(set) var since: MonotonicTime

    /// It came; true when that was too late.
    mutating func came(at now: MonotonicTime, within limit: Int64) -> Bool {
        defer { since = now }
        return isExceeded(at: now, limit)
    }

    /// Whether it is overdue. Each time that is said the wait begins anew: one error a limit.
    mutating func isOverdue(at now: MonotonicTime, after limit: Int64) -> Bool {
        guard isExceeded(at: now, limit) else { return false }
        since = now
        return true
    }

    /// It came, or nothing is expected of what was before.
    mutating func restart(at now: MonotonicTime) {
        since = now
    }

    private func isExceeded(at now: MonotonicTime, _ limit: Int64) -> Bool {
        now.nanoseconds(since: since) > limit + Self.arrivalAllowance
    }
}
