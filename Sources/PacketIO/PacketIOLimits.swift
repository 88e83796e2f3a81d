/// The sizes and periods of the UDP threads.
public enum PacketIOLimits {
    /// Datagrams taken or sent by one system call.
    public static let batchDatagrams = 64
    /// The longest datagram that is received whole, in bytes: a jumbo frame. Longer ones are counted and dropped.
    public static let datagramBytes = 9_216
    /// System calls in a row on one socket before the others get their turn.
    public static let receiveRounds = 16
    /// Ready sockets asked for by one `epoll_wait`.
    public static let readySockets = 256
    /// Threads of a loop that was given no number.
    public static let defaultThreads = 2
    /// How long a thread lets datagrams gather while traffic flows, and so what it delays them by at most. At 5 Mbit/s a
    /// stream has a datagram every 2.1 ms: below 4 ms turns mostly find one, which costs as many system calls as not
    /// waiting. Leaves room below the 10 ms that a flow may add.
    public static let defaultBatchingInterval = Duration.milliseconds(6)
    /// What a receiving socket asks of the kernel, in bytes.
    public static let receiveBufferBytes = 4 << 20
    /// What a sending socket asks of the kernel, in bytes.
    public static let sendBufferBytes = 1 << 20
    /// The longest header that a sender puts before a payload, in bytes.
    public static let headerBytes = 64
    /// Sources of one multicast group that are joined one by one; the kernel's own default limit
    /// (`net.ipv4.igmp_max_msf`). With more the group is joined for every source and the allowlist does the rest.
    public static let multicastSources = 10
    /// Refused datagrams within ``strangerWindow`` that move the allowlist into the kernel.
    public static let strangersBeforeKernelFilter = 256
    public static let strangerWindow = Duration.milliseconds(100)
    /// One stranger's datagram in this many passes the kernel's filter, so that refusals stay visible.
    public static let kernelFilterSampling = 1_024
    /// After this long without a sampled stranger the kernel's filter is taken off.
    public static let kernelFilterHold = Duration.seconds(10)
    /// A handler hears about refusals at most this often.
    public static let refusalNoticeInterval = Duration.seconds(1)

    /// Distance of two receive slots, in bytes. A multiple of 9,216 would map every fourth slot to the same sets of a
    /// first-level cache (4,096 bytes a way); this one places datagrams of up to 1,344 bytes next to each other.
    static let slotStride = datagramBytes + 320
    /// `UDP_MAX_SEGMENTS` of kernels before 6.9.
    static let segmentsPerMessage = 64
    /// The bytes of one segmented message: what fits an IP packet's length with room for its headers.
    static let segmentedBytes = 65_535 - 128
}
