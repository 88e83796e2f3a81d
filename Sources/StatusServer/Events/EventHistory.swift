public import FlowModel
import Synchronization

/// The last events of the gateway, and those who listen for more.
public final class EventHistory: Sendable {
    /// Older ones are forgotten.
    public static let capacity = 1_000
    /// What one listener may be behind; then it misses the oldest of them, which the gap in the numbers shows.
    static let listenerCapacity = 256

    private struct State {
        /// A ring once it is full; the one with `id` stands at `id - 1` modulo its capacity.
        var events: [RecordedEvent] = []
        var count: UInt64 = 0
        var listeners: [UInt64: AsyncStream<RecordedEvent>.Continuation] = [:]
        var listenerCount: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> Double

    /// - Parameter clock: seconds since 1970.
    public init(clock: @escaping @Sendable () -> Double) {
        self.clock = clock
    }

    /// May be called from any thread. What is for whoever looks into the gateway itself is left out.
    public func record(_ event: FlowEvent) {
        guard event.severity != .debug else { return }
        let time = clock()
        state.withLock { state in
            state.count += 1
            let recorded = RecordedEvent(event, id: state.count, time: time)
            if state.events.count < Self.capacity {
                state.events.append(recorded)
            } else {
                state.events[Int((state.count - 1) % UInt64(Self.capacity))] = recorded
            }
            for listener in state.listeners.values { listener.yield(recorded) }
        }
    }

    /// Those that are kept with a number above `id`, in order.
    func events(after id: UInt64 = 0) -> [RecordedEvent] {
        state.withLock { Self.events(after: id, in: $0) }
    }

    /// The number of the newest event of a flow that is kept; 0 without one.
    func lastID(of flow: String) -> UInt64 {
        state.withLock { state in
            state.events.reduce(0) { $1.flow == flow ? max($0, $1.id) : $0 }
        }
    }

    /// Those that are kept, and then each as it happens; ends when the listener does.
    func follow(after id: UInt64) -> (past: [RecordedEvent], coming: AsyncStream<RecordedEvent>) {
        let (stream, continuation) = AsyncStream<RecordedEvent>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.listenerCapacity)
        )
        let past = state.withLock { state in
            state.listenerCount += 1
            let number = state.listenerCount
            state.listeners[number] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.listeners[number] = nil }
            }
            return Self.events(after: id, in: state)
        }
        return (past, stream)
    }

    var listenerCount: Int { state.withLock { $0.listeners.count } }

    private static func events(after id: UInt64, in state: State) -> [RecordedEvent] {
        let oldest = state.count - UInt64(state.events.count)
        // A listener of an earlier start of the gateway knows numbers that are still to come.
        let first = id > state.count ? oldest : max(id, oldest)
        return (first..<state.count).map { state.events[Int($0 % UInt64(capacity))] }
    }
}
