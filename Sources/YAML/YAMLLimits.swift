/// How much one YAML text may ask for.
public struct YAMLLimits: Hashable, Sendable {
    /// Of the text, before decoding.
    public var maximumBytes: Int
    /// Scalars, sequences and mappings of all documents, with what aliases expand to.
    public var maximumNodes: Int
    /// Levels of nesting, the root being the first.
    public var maximumDepth: Int
    /// Uses of an anchor in all documents.
    public var maximumAliases: Int
    /// After this many problems, reading stops.
    public var maximumProblems: Int

    public init(
        maximumBytes: Int = 1 << 20,
        maximumNodes: Int = 10_000,
        maximumDepth: Int = 64,
        maximumAliases: Int = 100,
        maximumProblems: Int = 100
    ) {
        self.maximumBytes = maximumBytes
        self.maximumNodes = maximumNodes
        self.maximumDepth = maximumDepth
        self.maximumAliases = maximumAliases
        self.maximumProblems = maximumProblems
    }
}
