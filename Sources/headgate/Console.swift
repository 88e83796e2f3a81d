import Glibc

/// The standard streams, written at once and without mixing lines.
enum Console {
    /// Returns false when nobody reads any more.
    @discardableResult
    static func output(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

    /// A line of its own on standard error.
    static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Whether somebody looks at standard output, rather than a file or a pipe.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns and rows of the terminal behind standard output; nil when there is none, or it does not tell.
    static var terminalSize: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                // A closed pipe: whoever read has seen enough.
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }
}
