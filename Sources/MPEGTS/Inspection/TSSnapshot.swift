/// What a `TSInspector` has found so far. Counters only grow.
public struct TSSnapshot: Hashable, Sendable {
    /// The packets of one PID: two snapshots give its bit rate.
    public struct PIDCount: Hashable, Sendable {
        public var pid: UInt16
        public var packets: UInt64
        public var continuityErrors: UInt64
    }

    public var packets: UInt64 = 0
    public var nullPackets: UInt64 = 0
    /// Jumps of a continuity counter that no discontinuity indicator announced.
    public var continuityErrors: UInt64 = 0
    /// Packets sent twice, as the standard allows.
    public var duplicatePackets: UInt64 = 0
    /// Times the sync bytes were lost, not bytes: two in a row were missing.
    public var syncLosses: UInt64 = 0
    /// Packets with the transport error indicator.
    public var transportErrors: UInt64 = 0
    /// Sections of PAT, PMT, CAT, NIT, SDT, BAT, EIT and TOT with a wrong CRC.
    public var crcErrors: UInt64 = 0
    /// What else ETSI TR 101 290 has counted.
    public var faults = TSFaults()
    /// How often a PAT or PMT replaced an earlier one.
    public var tableVersionChanges: UInt64 = 0
    /// In the order of the PAT.
    public var programs: [TSProgram] = []
    /// Every PID seen, null packets included, up to `TSInspector.maximumPIDs`, by PID.
    public var pids: [PIDCount] = []

    /// The clock of the first program that has one.
    public var pcrPID: UInt16?
    public var lastPCR: ClockReference?
    /// The longest time between two PCRs of `pcrPID`, by their values; the standard allows 100 ms.
    public var maximumPCRInterval: Duration = .zero
    /// Jumps of the PCR that no discontinuity indicator announced.
    public var pcrDiscontinuities: UInt64 = 0
    /// Bits per second of the whole stream, null packets included, by the PCR over about the last second.
    public var muxBitrate: Int64?
    /// The same, where it does not change: only then is the accuracy of PCRs judged.
    public var constantBitrate: Int64?

    public init() {}

    /// The streams of all programs.
    public var streams: [TSStream] { programs.flatMap(\.streams) }

    /// How many packets of a PID came.
    public func packets(of pid: UInt16) -> UInt64 {
        pids.first { $0.pid == pid }?.packets ?? 0
    }
}
