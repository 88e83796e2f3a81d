import Media

/// When each member wants to be called, by slot.
///
/// Setting one is a store; finding the due ones reads the whole array, at eight bytes a member, and only when the
/// earliest time known has passed. That suits deadlines that nearly always move on before they are reached, as idle
/// timeouts do.
struct DeadlineTable {
    private var times: [Int64] = []
    /// No deadline is before this; it may be earlier than the first one.
    private(set) var earliest = MonotonicTime.never

    mutating func set(_ deadline: MonotonicTime, slot: Int) {
        if slot >= times.count {
            guard deadline != .never else { return }
            times.append(contentsOf: repeatElement(.max, count: slot + 1 - times.count))
        }
        times[slot] = deadline.nanoseconds
        if deadline < earliest { earliest = deadline }
    }

    /// Calls `body` for each slot that is due and sets what it returns.
    mutating func takeDue(_ now: MonotonicTime, _ body: (_ slot: Int) -> MonotonicTime) {
        var first = Int64.max
        for slot in times.indices {
            if times[slot] <= now.nanoseconds { times[slot] = body(slot).nanoseconds }
            first = min(first, times[slot])
        }
        earliest = MonotonicTime(nanoseconds: first)
    }
}
