/// A view that is drawn over the one before it, line by line, so that nothing flickers.
public struct TerminalFrame: Hashable, Sendable {
    public var columns: Int
    public var rows: Int

    /// A screen of its own (xterm's, in every terminal since), no cursor, and no line that wraps.
    public static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l"
    /// The terminal as it was before `enter`.
    public static let leave = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"

    // ECMA-48 §8.3.57 (CUP), §8.3.41 (EL), §8.3.39 (ED), §8.3.117 (SGR).
    private static let home = "\u{1b}[H"
    private static let eraseToEndOfLine = "\u{1b}[K"
    private static let eraseBelow = "\u{1b}[J"
    private static let plain = "\u{1b}[0m"

    /// - Parameters:
    ///   - columns: characters of a line.
    ///   - rows: lines of the screen.
    public init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
    }

    /// What to write. Lines are cut to the width, and what does not fit below is counted in the last line.
    public func render(_ view: String) -> String {
        var lines = view.split(separator: "\n", omittingEmptySubsequences: false).map(clipped)
        if lines.last == "" { lines.removeLast() }
        if lines.count > rows {
            let hidden = lines.count - (rows - 1)
            lines = lines.prefix(rows - 1) + [clipped("… \(hidden) more lines")]
        }
        return Self.home + lines.joined(separator: Self.eraseToEndOfLine + "\r\n") + Self.eraseToEndOfLine
            + Self.eraseBelow
    }

    /// The line up to the width; colours take no room, and end with the line.
    private func clipped(_ line: Substring) -> String {
        var result = ""
        var width = 0
        var isPainted = false
        var rest = line
        while let character = rest.first {
            if character == "\u{1b}", let end = rest.firstIndex(of: "m") {
                isPainted = rest[...end] != Self.plain
                result += rest[...end]
                rest = rest[rest.index(after: end)...]
            } else {
                guard width < columns else { break }
                result.append(character)
                width += 1
                rest = rest.dropFirst()
            }
        }
        return isPainted ? result + Self.plain : result
    }
}
