import Glibc

/// The standard streams, written at once and without mixing lines.
enum Console {
    static func output(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// A line of its own on standard error.
    static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Whether somebody looks at standard output, rather than a file or a pipe.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                // A closed pipe: whoever read has seen enough.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
