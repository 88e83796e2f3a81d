/// A place in a flow file's text.
public struct SourcePosition: Hashable, Sendable {
    /// From 1; 0 when unknown.
    public var line: Int
    /// From 1, in characters; 0 when unknown.
    public var column: Int

    public static let unknown = SourcePosition(line: 0, column: 0)

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
