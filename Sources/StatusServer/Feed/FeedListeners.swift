import Synchronization

/// Those who follow the status. Each is told that there is something new, and takes it when it can: nothing queues up
/// for one that is slow.
final class FeedListeners: Sendable {
    private struct State {
        var listeners: [UInt64: (topic: StatusFeed.Topic, signal: AsyncStream<Void>.Continuation)] = [:]
        var count: UInt64 = 0
    }

    private let state = Mutex(State())
    private let maximum: Int

    init(maximum: Int = StatusServerLimits.maximumFeedListeners) {
        self.maximum = maximum
    }

    /// Signals for one more listener, who leaves by letting go of them; nil when there are as many as may be.
    func join(_ topic: StatusFeed.Topic) -> AsyncStream<Void>? {
        let (signals, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        return state.withLock { state in
            guard state.listeners.count < maximum else { return nil }
            state.count += 1
            let number = state.count
            state.listeners[number] = (topic, continuation)
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.listeners[number] = nil }
            }
            return signals
        }
    }

    var count: Int { state.withLock { $0.listeners.count } }

    var topics: Set<StatusFeed.Topic> { state.withLock { Set($0.listeners.values.map(\.topic)) } }

    func signal() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.signal.yield() }
    }
}
