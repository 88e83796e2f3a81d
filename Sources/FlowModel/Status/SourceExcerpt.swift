/// The line of a flow file that a problem stands in, in three pieces. What may be a secret is left out.
public struct SourceExcerpt: Hashable, Sendable, Codable {
    /// What stands in place of a value that is not shown.
    public static let mask = "•••"

    public var before: String
    /// What the problem is about, or the rest of the line where that is not known.
    public var offending: String
    public var after: String

    public init(before: String, offending: String, after: String) {
        self.before = before
        self.offending = offending
        self.after = after
    }
}
