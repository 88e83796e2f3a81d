/// The room's named limits and the defaults that were measured.
public enum SRTLimits {
    public static let connections = 4_000
    /// High enough for a site behind one address; still leaves others most of the table.
    public static let connectionsPerAddress = 1_000
    public static let defaultPollInterval: Duration = .milliseconds(5)
    public static let defaultLibraryTimerSlack: Duration = .milliseconds(50)

    /// The largest message of SRT's live mode: an MTU of 1,500 less the UDP and SRT headers.
    public static let messageBytes = 1_456
    /// Seven TS packets, what larger payloads are cut to.
    public static let splitMessageBytes = 1_316
    static let transportPacketBytes = 188

    /// Messages that one call of a sink passes at most, and that one socket may deliver before the others have their
    /// turn.
    static let batchMessages = 64
    /// Messages that are read before any is delivered.
    static let roundMessages = 512

    /// libsrt's limit on a stream ID (SRT access control §1).
    public static let streamIDBytes = 512
    /// What libsrt counts a buffered packet as: an MTU less the UDP header.
    static let bufferedPacketBytes: Int32 = 1_472
    /// Packets that one session may hold until they are due: 100 Mbit/s for its latency and a quarter of a second, within
    /// these bounds.
    static let receivePackets: ClosedRange<Int32> = 4_096...65_536
    static let provisionedPacketsPerSecond: Int64 = 9_500
    /// The same for every session on the shared port, where it is set before a session's latency is known: 85 Mbit/s at
    /// a latency of one second, 8 Mbit/s at ten. A port of its own has what its latency needs.
    static let sharedPortReceivePackets: Int32 = 8_192
    /// Packets that may wait for their acknowledgement. libsrt drops them when they are too late, and takes the memory
    /// only as they come.
    static let sendPackets: Int32 = 65_536
    static let passphraseBytes = 10...79
    static let keyLengths = [16, 24, 32]
    static let latencyMilliseconds: ClosedRange<Int64> = 0...10_000
    static let peerIdleMilliseconds: ClosedRange<Int64> = 1_000...10_000

    /// How long a caller waits for the far side's answer.
    static let connectTimeoutMilliseconds: Int32 = 3_000
    /// How long a handshake that the listen callback let through may take until it counts as failed.
    static let handshakeNanoseconds: Int64 = 5_000_000_000
    /// How often the poller looks at sockets that are connecting or about to be accepted.
    static let handshakeTickNanoseconds: Int64 = 5_000_000
    /// How far back in time an output dates a message to the moment when it was due.
    static let sourceTimeLagNanoseconds: Int64 = 50_000_000
    /// Looks at a connecting socket that find it broken without a reason before that is believed.
    static let brokenDoubts = 20
    static let statisticsNanoseconds: Int64 = 1_000_000_000
    /// libsrt lets go of a closed listener within about four seconds.
    static let closedPortNanoseconds: Int64 = 15_000_000_000
    /// Connections that wait to be accepted on one listener.
    static let backlog: Int32 = 128

    /// Wrong keys that an address may try at once of one endpoint.
    static let wrongKeyBurst = 10
    /// How many more are allowed after that.
    public static let wrongKeysPerSecond = 1.0
    /// Addresses with endpoints that the table of wrong keys remembers; what was heard from longest ago goes first.
    static let rememberedAddresses = 4_096
    /// libsrt's log lines that are passed on at once.
    static let eventBurst = 100

    /// The UDP receive buffer to ask for: 250 ms at 200 Mbit/s; the kernel may grant less.
    static let udpReceiveBufferBytes: Int32 = 8 << 20
    /// Look-ups of host names that run at the same time.
    static let concurrentLookups = 4
}
