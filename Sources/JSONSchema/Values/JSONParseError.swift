/// Why a text is not JSON, and where.
public struct JSONParseError: Error, Hashable, Sendable {
    /// Counts from 1.
    public var line: Int
    /// Counts from 1, in Unicode scalars.
    public var column: Int
    /// Never holds a part of the text.
    public var message: String

    public init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }
}

extension JSONParseError: CustomStringConvertible {
    public var description: String { "line \(self.line), column \(self.column): \(self.message)" }
}
