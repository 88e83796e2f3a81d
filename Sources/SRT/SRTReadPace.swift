import Media

/// When to read on from a socket, so that libsrt's delivery thread of that socket can sleep.
///
/// libsrt wakes that thread whenever a read leaves nothing behind that is due. So most rounds stop reading while the
/// next message but one is probably not due yet: a message waits for the next round, a few milliseconds at most. The
/// time at which it was due goes along with it, so a receiver behind an SRT output does not notice. Now and then a
/// round reads everything, which makes the thread look at its clock before its timer fires; when that happens, each
/// acknowledgement wakes it until it is told again.
struct SRTReadPace: Hashable, Sendable {
    /// How long a message may be left waiting.
    static let maximumLag: Int64 = 4_000_000
    /// From one round that reads everything to the next; shorter than libsrt's threads are allowed to be late.
    static let fullReadInterval: Int64 = 30_000_000
    private static let quietAfter: Int64 = 100_000_000
    /// A longer distance between two messages says nothing about the stream's pace.
    private static let longestSpacing: Int64 = 20_000_000

    private var lastDue: Int64?
    private var lastFullRead: Int64 = 0
    private var readsEverything = true
    /// The mean distance between two messages in nanoseconds.
    private(set) var spacing: Int64 = 0

    /// A round begins.
    mutating func roundBegan(at now: MonotonicTime) {
        readsEverything = now.nanoseconds &- lastFullRead >= Self.fullReadInterval
        if readsEverything { lastFullRead = now.nanoseconds }
    }

    func mayRead(at now: MonotonicTime) -> Bool {
        guard !readsEverything, let lastDue else { return true }
        return now.nanoseconds &- lastDue >= min(2 &* spacing, Self.maximumLag)
    }

    /// Whether nothing came for a while, so that a look is cheaper than a read.
    func isQuiet(at now: MonotonicTime) -> Bool {
        guard let lastDue else { return false }
        return now.nanoseconds &- lastDue > Self.quietAfter
    }

    /// A message was read that was due at this moment.
    mutating func messageRead(due: MonotonicTime) {
        defer { lastDue = due.nanoseconds }
        guard let lastDue else { return }
        let distance = due.nanoseconds &- lastDue
        guard (0...Self.longestSpacing).contains(distance) else { return }
        spacing += (distance - spacing) / 8
    }
}
