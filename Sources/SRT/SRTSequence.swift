/// The packet sequence numbers of a session, by which lost messages are noticed. They are 31 bits.
struct SRTSequence: Sendable {
    private var last: Int32?

    /// Whether messages are missing between the last one and this.
    mutating func isGap(before number: Int32) -> Bool {
        defer { last = number }
        return last.map { (number &- $0) & Int32.max != 1 } ?? false
    }
}
