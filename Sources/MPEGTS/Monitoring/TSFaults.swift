/// What ETSI TR 101 290 §5.2.1 and §5.2.2 have counted beside the faults that a `TSSnapshot` names itself, with their
/// numbers there. Counters only grow.
public struct TSFaults: Hashable, Sendable {
    /// 1.2: packets without the sync byte where one was due.
    public var syncByteErrors: UInt64 = 0
    /// 1.3.a: no PAT in time, a section of another table on PID 0, or a scrambled packet there.
    public var patErrors: UInt64 = 0
    /// 1.5.a: no PMT in time on a PID that the PAT names, or a scrambled packet there.
    public var pmtErrors: UInt64 = 0
    /// 1.6: no packet in time of a video, an audio or a clock PID that a PMT names.
    public var pidErrors: UInt64 = 0
    /// 2.3.a: too long between two PCRs of a program.
    public var pcrRepetitionErrors: UInt64 = 0
    /// 2.3.b: jumps of a PCR that no discontinuity indicator announced.
    public var pcrDiscontinuityErrors: UInt64 = 0
    /// 2.4: PCRs that do not fit the bytes before them, while the rate is constant.
    public var pcrAccuracyErrors: UInt64 = 0
    /// 2.5: too long between two PTS of a video or an audio stream.
    public var ptsErrors: UInt64 = 0
    /// 2.6: scrambled packets and no CAT in time, or a section of another table on PID 1.
    public var catErrors: UInt64 = 0

    public init() {}
}
