import Glibc
import Synchronization

/// Takes whole lines to a file descriptor.
///
/// Lines of several threads never mix: the lock is held until a line is out. A reader that stops reading does not stop
/// those who write: lines are lost then, and counted in a line of their own when the reader goes on.
public final class LineSink: Sendable {
    private struct State {
        let descriptor: Int32
        var lostLines: UInt64 = 0
    }

    private let state: Mutex<State>

    /// - Parameter descriptor: stays the caller's, and open.
    public init(descriptor: Int32) {
        self.state = Mutex(State(descriptor: descriptor))
    }

    public static let standardError = LineSink(descriptor: STDERR_FILENO)

    /// How long the first line waits for a reader that does not keep up; the next ones do not wait at all.
    private static let maximumWaitMilliseconds: Int32 = 20
    /// A pipe that is ready takes so much without waiting (`PIPE_BUF`).
    private static let pieceByteCount = 4_096

    /// Writes the line and a line feed.
    public func write(_ line: String) {
        state.withLock { state in
            let isBehind = state.lostLines > 0
            guard Self.isReady(state.descriptor, within: isBehind ? 0 : Self.maximumWaitMilliseconds) else {
                state.lostLines &+= 1
                return
            }
            if isBehind {
                Self.write("\(state.lostLines) lines of the log were lost: their reader did not keep up\n", to: state)
                state.lostLines = 0
            }
            Self.write(line + "\n", to: state)
        }
    }

    private static func isReady(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// What cannot be written is lost: there is nobody left to tell.
    private static func write(_ text: String, to state: State) {
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty, isReady(state.descriptor, within: maximumWaitMilliseconds) {
                let piece = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest.prefix(pieceByteCount)))
                let count = Glibc.write(state.descriptor, piece.baseAddress, piece.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR, errno != EAGAIN {
                    return
                }
            }
        }
    }
}
