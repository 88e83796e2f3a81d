/// Why a YAML text was refused, and where.
public struct YAMLProblem: Hashable, Sendable, Error {
    public var mark: YAMLMark
    /// One line, without control or bidirectional characters, and never with the value of a scalar.
    public var message: String
    /// `yaml/` and one of: `syntax`, `encoding`, `control-character`, `size-limit`, `node-limit`, `depth-limit`,
    /// `alias-limit`, `problem-limit`, `unknown-anchor`, `recursive-alias`, `duplicate-key`, `key-type`, `merge-value`,
    /// `unknown-tag`, `tag-mismatch`.
    public var rule: String

    public init(mark: YAMLMark, message: String, rule: String) {
        self.mark = mark
        self.message = message
        self.rule = rule
    }
}
