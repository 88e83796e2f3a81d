public import FlowModel
import Synchronization

/// The last events of the gateway, and those who listen for more.
public final class EventHistory: Sendable {
    /// Older ones are forgotten.
    public static let capacity = 1_000

    private struct State {
        /// A ring once it is full, with rising numbers from `start` on.
        var events: [RecordedEvent] = []
        var start = 0
        var lastID: UInt64 = 0
        var throttle = EventThrottle()
        var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var listenerCount: UInt64 = 0

        mutating func append(_ event: RecordedEvent) {
            lastID = event.id
            if events.count < EventHistory.capacity {
                events.append(event)
            } else {
                events[start] = event
                start = (start + 1) % EventHistory.capacity
            }
        }

        /// Those with a number above `id`, in order.
        func events(after id: UInt64) -> [RecordedEvent] {
            // A listener who knows numbers that are still to come saw a history that was lost.
            let id = id > lastID ? 0 : id
            var (low, high) = (0, events.count)
            while low < high {
                let middle = (low + high) / 2
                if self[middle].id > id { high = middle } else { low = middle + 1 }
            }
            return (low..<events.count).map { self[$0] }
        }

        private subscript(position: Int) -> RecordedEvent { events[(start + position) % events.count] }
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> Double
    private let onRecord: @Sendable (RecordedEvent) -> Void

    /// - Parameters:
    ///   - past: of earlier starts, with rising numbers; the next event goes on from there.
    ///   - clock: seconds since 1970.
    ///   - onRecord: gets each event in order, and must not wait.
    public init(
        past: [RecordedEvent] = [],
        clock: @escaping @Sendable () -> Double,
        onRecord: @escaping @Sendable (RecordedEvent) -> Void = { _ in }
    ) {
        var state = State()
        for event in past.suffix(Self.capacity) { state.append(event) }
        self.state = Mutex(state)
        self.clock = clock
        self.onRecord = onRecord
    }

    /// May be called from any thread. What is for whoever looks into the gateway itself is left out, and so is what
    /// comes again and again.
    public func record(_ event: FlowEvent) {
        guard event.severity != .debug else { return }
        let time = clock()
        state.withLock { state in
            guard let event = state.throttle.admit(event, at: time) else { return }
            let recorded = RecordedEvent(event, id: state.lastID + 1, time: time)
            state.append(recorded)
            onRecord(recorded)
            for listener in state.listeners.values { listener.yield() }
        }
    }

    /// Those that are kept with a number above `id`, in order.
    func events(after id: UInt64 = 0) -> [RecordedEvent] {
        state.withLock { $0.events(after: id) }
    }

    /// The number of the newest event of a flow that is kept; 0 without one.
    func lastID(of flow: String) -> UInt64 {
        state.withLock { state in
            state.events.reduce(0) { $1.flow == flow ? max($0, $1.id) : $0 }
        }
    }

    /// Yields when there is something new to be asked for, once for all that came meanwhile: a listener that is slow
    /// misses nothing as long as it is not `capacity` behind. Ends when the listener does.
    func news() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { state in
            state.listenerCount += 1
            let number = state.listenerCount
            state.listeners[number] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.listeners[number] = nil }
            }
        }
        return stream
    }

    var listenerCount: Int { state.withLock { $0.listeners.count } }
}
