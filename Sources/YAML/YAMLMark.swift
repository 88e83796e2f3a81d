/// A place in a YAML text, as an editor shows it.
public struct YAMLMark: Hashable, Sendable {
    /// Counts from 1. Only LF, CR and CR LF end a line.
    public var line: Int
    /// Counts from 1, in Unicode scalars; a tab is one. A byte order mark is not counted.
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

extension YAMLMark: Comparable {
    public static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension YAMLMark: CustomStringConvertible {
    public var description: String { "line \(self.line), column \(self.column)" }
}
