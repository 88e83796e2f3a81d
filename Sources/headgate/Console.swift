import Glibc
import SystemFiles

/// The standard streams, written at once and without mixing lines.
enum Console {
    /// Returns false when nobody reads any more.
    @discardableResult
    static func output(_ text: String) -> Bool { FileWriting.write(Array(text.utf8), to: STDOUT_FILENO) }

    /// A line of its own on standard error.
    static func error(_ text: String) { _ = FileWriting.write(Array("\(text)\n".utf8), to: STDERR_FILENO) }

    /// Whether somebody looks at standard output, rather than a file or a pipe.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns and rows of the terminal behind standard output; nil when there is none, or it does not tell.
    static var terminalSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
