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
