import Media

/// Where a transport stream stands after its last packet: what another one has to go on from to be its continuation.
public struct TSPosition: Sendable {
    struct Stream: Hashable, Sendable {
        var pid: UInt16
        /// Of the last packet; nil when it had none.
        var continuity: UInt8?
        /// Of the last PES packet that began.
        var decodeTime: PESTimestamp?
        /// The latest of all PES packets.
        var presentationTime: PESTimestamp?
        /// From one decode time to the next, in ticks of 90 kHz; 0 when not known.
        var interval: Int64 = 0
        /// When the last one began to arrive.
        var arrival = MonotonicTime.zero
    }

    var tables = TSTables()
    /// Every PID that was seen, null packets not.
    var streams: [Stream] = []
    /// The last PCR of the first program.
    var clock: ClockReference?

    init() {}
}
