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

extension FlowSpec {
    /// What `failover.mode: merge` puts together.
    public struct MergedLegs: Hashable, Sendable {
        public enum Form: Hashable, Sendable {
            /// RTP packets by their sequence numbers.
            case sequence
            /// Packets of a transport stream by what is in them.
            case content
        }

        public var form: Form
        /// In order; there are two.
        public var legs: [LegName]
    }

    /// A leg by the names of its input and its own.
    public struct LegName: Hashable, Sendable {
        public var input: String
        public var leg: String
    }

    /// The two RTP legs, or else the two SRT legs; nil when there are not two of either.
    public var mergeableLegs: MergedLegs? {
        let rtp = legs { if case .rtp(let input) = $0 { input.failover ? 2 : 1 } else { 0 } }
        if rtp.count == 2 { return MergedLegs(form: .sequence, legs: rtp) }
        let srt = legs { source in
            switch source {
            case .srtListener(let input): input.failover ? 2 : 1
            // A leg that only calls when the others are gone brings nothing beside them.
            case .srtCaller(let input): input.standby == .hot ? 1 : 0
            default: 0
            }
        }
        return srt.count == 2 ? MergedLegs(form: .content, legs: srt) : nil
    }

    private func legs(_ count: (InputSource) -> Int) -> [LegName] {
        inputs.filter(\.isEnabled).flatMap { input in
            ["main", "backup"].prefix(count(input.source)).map { LegName(input: input.name, leg: $0) }
        }
    }

    /// Whether an input only fills in: a file that comes after an input that is none.
    public func isFiller(_ input: InputSpec) -> Bool {
        guard case .file = input.source, let index = inputs.firstIndex(where: { $0.name == input.name }) else {
            return false
        }
        return inputs[..<index].contains {
            if case .file = $0.source { false } else { true }
        }
    }
}
