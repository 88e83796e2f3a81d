/// Intent and reality of one flow, as the status API shows it.
public struct FlowStatus: Hashable, Sendable, Codable {
    public var name: String
    public var description: String?
    /// The file that declares the flow, as the operator names it.
    public var file: String
    public var suspended: Bool
    /// Counts the accepted changes of this flow's spec, from 1.
    public var generation: Int
    /// The generation that the running inputs and outputs were last brought to.
    public var observedGeneration: Int
    /// SHA-256 of the file on disk, in hex.
    public var diskHash: String
    /// SHA-256 of the file content that runs; differs from `diskHash` while the file is invalid.
    public var runningHash: String
    /// The cap, in bit/s.
    public var maxBandwidth: Int64
    /// `INPUT/LEG` that feeds the outputs.
    public var activeLeg: String?
    /// What leaves the flow's heart towards each output, in bit/s over the last second.
    public var bitrate: Int64
    /// What left the flow's heart towards each output since the flow started.
    public var bytes: UInt64
    public var packets: UInt64
    /// Packets dropped because the flow exceeded `maxBandwidth`.
    public var packetsOverBandwidth: UInt64
    /// Times that another leg took over.
    public var switches: UInt64
    public var conditions: [Condition]
    public var inputs: [InputStatus]
    public var outputs: [OutputStatus]

    public init(
        name: String,
        description: String? = nil,
        file: String,
        suspended: Bool = false,
        generation: Int = 1,
        observedGeneration: Int = 0,
        diskHash: String = "",
        runningHash: String = "",
        maxBandwidth: Int64,
        activeLeg: String? = nil,
        bitrate: Int64 = 0,
        bytes: UInt64 = 0,
        packets: UInt64 = 0,
        packetsOverBandwidth: UInt64 = 0,
        switches: UInt64 = 0,
        conditions: [Condition] = [],
        inputs: [InputStatus] = [],
        outputs: [OutputStatus] = []
    ) {
        self.name = name
        self.description = description
        self.file = file
        self.suspended = suspended
        self.generation = generation
        self.observedGeneration = observedGeneration
        self.diskHash = diskHash
        self.runningHash = runningHash
        self.maxBandwidth = maxBandwidth
        self.activeLeg = activeLeg
        self.bitrate = bitrate
        self.bytes = bytes
        self.packets = packets
        self.packetsOverBandwidth = packetsOverBandwidth
        self.switches = switches
        self.conditions = conditions
        self.inputs = inputs
        self.outputs = outputs
    }

    public func condition(_ type: Condition.Kind) -> Condition? {
        conditions.first { $0.type == type }
    }

    public var isReady: Bool { condition(.ready)?.status == .true }
}

/// What the data plane alone knows of a flow; the controller adds intent to make a `FlowStatus`.
public struct FlowReport: Hashable, Sendable {
    public var name: String
    public var activeLeg: String?
    public var bitrate: Int64
    public var bytes: UInt64
    public var packets: UInt64
    public var packetsOverBandwidth: UInt64
    public var switches: UInt64
    public var inputs: [InputStatus]
    public var outputs: [OutputStatus]

    public init(
        name: String,
        activeLeg: String? = nil,
        bitrate: Int64 = 0,
        bytes: UInt64 = 0,
        packets: UInt64 = 0,
        packetsOverBandwidth: UInt64 = 0,
        switches: UInt64 = 0,
        inputs: [InputStatus] = [],
        outputs: [OutputStatus] = []
    ) {
        self.name = name
        self.activeLeg = activeLeg
        self.bitrate = bitrate
        self.bytes = bytes
        self.packets = packets
        self.packetsOverBandwidth = packetsOverBandwidth
        self.switches = switches
        self.inputs = inputs
        self.outputs = outputs
    }
}
