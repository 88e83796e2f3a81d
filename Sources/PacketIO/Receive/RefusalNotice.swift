import Media

/// Spaces out what a handler hears about strangers.
struct RefusalNotice {
    private var pending: UInt64 = 0
    private var next = MonotonicTime.zero

    /// How many to report now; nil when the last report was too recent.
    mutating func strangersRefused(_ count: UInt64, at now: MonotonicTime) -> UInt64? {
        pending &+= count
        guard now >= next else { return nil }
        next = now.advanced(by: PacketIOLimits.refusalNoticeInterval)
        defer { pending = 0 }
        return pending
    }
}
