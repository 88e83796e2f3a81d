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

    /// When a leg that brings media counts as lost all the same.
    public struct Quality: Hashable, Sendable {
        public var minBitrate: BitRate?
        /// How long the rate may be below it.
        public var minBitrateFor: Duration
        /// How long no picture may begin.
        public var noVideoFor: Duration?
        /// Within a second.
        public var maxContinuityErrors: Int?
        /// How long the errors may be above it.
        public var maxContinuityErrorsFor: Duration
        /// How long the time stamps may stand still.
        public var frozenFor: Duration?

        public init(
            minBitrate: BitRate? = nil,
            minBitrateFor: Duration = .seconds(2),
            noVideoFor: Duration? = nil,
            maxContinuityErrors: Int? = nil,
            maxContinuityErrorsFor: Duration = .seconds(1),
            frozenFor: Duration? = nil
        ) {
            self.minBitrate = minBitrate
            self.minBitrateFor = minBitrateFor
            self.noVideoFor = noVideoFor
            self.maxContinuityErrors = maxContinuityErrors
            self.maxContinuityErrorsFor = maxContinuityErrorsFor
            self.frozenFor = frozenFor
        }
    }

    public var mode: Mode
    /// With `merge`: how long a packet of the leg that is behind is waited for.
    public var mergeWindow: Duration
    /// Silence after which a leg counts as lost.
    public var lossAfter: Duration
    public var switchBack: SwitchBack
    /// With `auto`: how long the preferred leg must be healthy first. Also how long a leg of poor quality must be without
    /// fault.
    public var recoverAfter: Duration
    /// The operator's choice: an input, or a leg as `input/leg`.
    public var active: String?
    public var quality: Quality

    public init(
        mode: Mode = .switch,
        mergeWindow: Duration = .milliseconds(200),
        lossAfter: Duration = .milliseconds(500),
        switchBack: SwitchBack = .never,
        recoverAfter: Duration = .seconds(5),
        active: String? = nil,
        quality: Quality = Quality()
    ) {
        self.mode = mode
        self.mergeWindow = mergeWindow
        self.lossAfter = lossAfter
        self.switchBack = switchBack
        self.recoverAfter = recoverAfter
        self.active = active
        self.quality = quality
    }
}
