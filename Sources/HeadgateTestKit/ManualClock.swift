public import Media
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: Sendable {
    private let time: Mutex<MonotonicTime>

    public init(startingAt time: MonotonicTime = MonotonicTime(nanoseconds: 1_000_000_000)) {
        self.time = Mutex(time)
    }

    public var now: MonotonicTime { time.withLock { $0 } }

    public func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }
}
