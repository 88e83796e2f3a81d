import Foundation
import Glibc
import Synchronization

/// A terminal that a test holds the other end of, and what was written to it.
public final class PseudoTerminal: Sendable {
    private let controller: Int32
    private let path: String
    private let written = Mutex<[UInt8]>([])

    // ioctl_tty(2): numbers that C makes with macros, which Swift does not see.
    private static let unlock = UInt(0x4004_5431)
    private static let number = UInt(0x8004_5430)

    public init(columns: UInt16, rows: UInt16) throws {
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        guard controller >= 0 else { throw SystemCallError("open /dev/ptmx") }
        var isLocked: Int32 = 0
        var terminal: UInt32 = 0
        guard ioctl(controller, Self.unlock, &isLocked) == 0, ioctl(controller, Self.number, &terminal) == 0 else {
            throw SystemCallError("ioctl of /dev/ptmx")
        }
        path = "/dev/pts/\(terminal)"
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard ioctl(controller, UInt(TIOCSWINSZ), &size) == 0 else { throw SystemCallError("TIOCSWINSZ") }
        // Written characters stay as they are: what is looked at is what the program wrote.
        var modes = termios()
        guard tcgetattr(controller, &modes) == 0 else { throw SystemCallError("tcgetattr") }
        modes.c_oflag &= ~tcflag_t(OPOST)
        guard tcsetattr(controller, TCSANOW, &modes) == 0 else { throw SystemCallError("tcsetattr") }
    }

    deinit { close(controller) }

    /// Starts a program whose standard output is the terminal.
    public func run(_ executable: String, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(executable, arguments, environment: ["TERM": "xterm"], terminal: path)
    }

    /// Everything that was written so far. Reads without waiting.
    public var output: String {
        written.withLock { written in
            var chunk = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = read(controller, &chunk, chunk.count)
                guard count > 0 else { break }
                written += chunk[..<count]
            }
            return String(decoding: written, as: UTF8.self)
        }
    }
}
