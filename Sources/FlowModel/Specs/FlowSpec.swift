/// What an operator asked for in one flow document: validated, typed, defaults filled in.
public struct FlowSpec: Hashable, Sendable {
    /// Unique over the directory; `[A-Za-z0-9_-]{1,64}`.
    public var name: String
    public var description: String?
    public var maxBandwidth: BitRate
    /// Keep the file, run nothing.
    public var isSuspended: Bool
    /// In order of priority; at least one.
    public var inputs: [InputSpec]
    public var failover: FailoverSpec
    public var outputs: [OutputSpec]

    public init(
        name: String,
        description: String? = nil,
        maxBandwidth: BitRate,
        isSuspended: Bool = false,
        inputs: [InputSpec],
        failover: FailoverSpec = FailoverSpec(),
        outputs: [OutputSpec] = []
    ) {
        self.name = name
        self.description = description
        self.maxBandwidth = maxBandwidth
        self.isSuspended = isSuspended
        self.inputs = inputs
        self.failover = failover
        self.outputs = outputs
    }
}

/// How the legs of all inputs stand in for each other.
public struct FailoverSpec: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable {
        /// One leg at a time.
        case `switch`
        /// SMPTE ST 2022-7: identical legs, packet by packet.
        case merge
    }

    public enum SwitchBack: String, Hashable, Sendable {
        case never
        case auto
    }

    public var mode: Mode
    /// Silence after which a leg counts as lost.
    public var lossAfter: Duration
    public var switchBack: SwitchBack
    /// With `auto`: how long the preferred leg must be healthy first.
    public var recoverAfter: Duration

    public init(
        mode: Mode = .switch,
        lossAfter: Duration = .milliseconds(500),
        switchBack: SwitchBack = .never,
        recoverAfter: Duration = .seconds(5)
    ) {
        self.mode = mode
        self.lossAfter = lossAfter
        self.switchBack = switchBack
        self.recoverAfter = recoverAfter
    }
}
