/// Watches the PCRs of one PID: their spacing, their jumps, and the rate of the multiplex that they imply.
struct ClockTracker: Sendable {
    /// A PCR that is farther than this from the one before, or before it, is a jump. 27 MHz ticks: one second.
    static let maximumStep = Int64(ClockReference.frequency)
    /// The rate is measured over at least this long. 27 MHz ticks: one second.
    static let measuringTime = Int64(ClockReference.frequency)

    private(set) var last: ClockReference?
    /// 27 MHz ticks.
    private(set) var maximumInterval: Int64 = 0
    private(set) var discontinuities: UInt64 = 0
    /// Bits per second.
    private(set) var bitrate: Int64?

    /// Since when the rate is being measured.
    private var anchor: (clock: ClockReference, packet: UInt64)?

    init() {}

    /// Forgets the clock, as when another PID carries it from now on.
    mutating func restart() {
        last = nil
        anchor = nil
    }

    /// A PCR came in the packet number `packet`, counted over all PIDs.
    mutating func clockReceived(_ clock: ClockReference, packet: UInt64, isDiscontinuous: Bool) {
        defer { last = clock }
        guard let last else {
            anchor = (clock, packet)
            return
        }
        let step = clock.ticks(since: last)
        guard !isDiscontinuous, step >= 0, step <= Self.maximumStep else {
            if !isDiscontinuous { discontinuities &+= 1 }
            anchor = (clock, packet)
            return
        }
        maximumInterval = max(maximumInterval, step)
        guard let anchor else { return }
        let measured = clock.ticks(since: anchor.clock)
        guard measured >= Self.measuringTime else { return }
        let bits = Double(packet &- anchor.packet) * Double(TSPacket.byteCount * 8)
        bitrate = Int64(bits * Double(ClockReference.frequency) / Double(measured))
        self.anchor = (clock, packet)
    }
}
