public import Media

/// Holds what passes to a rate, measured over one second.
///
/// A ring of ten 100 ms slots: what the last ten slots let pass never exceeds one second's worth of the rate.
public struct BandwidthLimiter: Sendable {
    private static let slotCount = 10
    private static let slotNanoseconds: Int64 = 100_000_000

    /// In bytes per second.
    private var bytesPerSecond: Int64
    private var slots: [Int64] = Array(repeating: 0, count: slotCount)
    private var total: Int64 = 0
    private var currentSlot: Int64 = 0

    public init(bitsPerSecond: Int64) {
        self.bytesPerSecond = bitsPerSecond / 8
    }

    public mutating func update(bitsPerSecond: Int64) {
        self.bytesPerSecond = bitsPerSecond / 8
    }

    /// Whether `byteCount` more bytes stay within the rate; if so they are counted as passed.
    public mutating func admit(_ byteCount: Int, at now: MonotonicTime) -> Bool {
        advance(to: now)
        let count = Int64(byteCount)
        guard total &+ count <= bytesPerSecond else { return false }
        total &+= count
        slots[Int(currentSlot % Int64(Self.slotCount))] &+= count
        return true
    }

    private mutating func advance(to now: MonotonicTime) {
        let slot = max(0, now.nanoseconds) / Self.slotNanoseconds
        guard slot > currentSlot else { return }
        let steps = min(slot - currentSlot, Int64(Self.slotCount))
        for step in 0..<steps {
            let index = Int((slot - step) % Int64(Self.slotCount))
            total &-= slots[index]
            slots[index] = 0
        }
        currentSlot = slot
    }
}
