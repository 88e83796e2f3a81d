/// What a `TSInspector` knows of one PID: 16 bytes.
struct PIDState {
    static let unknownContinuity: UInt8 = 0xFF

    var packets: UInt64 = 0
    var continuityErrors: UInt32 = 0
    var pid: UInt16
    var lastContinuity: UInt8 = Self.unknownContinuity
    var role: Role

    struct Role: OptionSet {
        let rawValue: UInt8
        static let table = Role(rawValue: 1)
        static let clock = Role(rawValue: 2)
        static let video = Role(rawValue: 4)
        /// The last packet was a repetition of the one before: one is allowed.
        static let repeated = Role(rawValue: 8)
        /// Continuity means nothing: null packets, and PIDs beyond the limit.
        static let unchecked = Role(rawValue: 16)
        /// One of `InformationTables`.
        static let information = Role(rawValue: 32)
        /// Video or audio: PTS must come all the time.
        static let timed = Role(rawValue: 64)
        /// The last PES packet was scrambled: its PTS cannot be seen.
        static let scrambled = Role(rawValue: 128)
        static let sections: Role = [.table, .information]
    }
}
