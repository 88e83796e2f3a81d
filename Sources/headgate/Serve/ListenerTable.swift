import Synchronization

/// The addresses that the gateway's own listeners were given, by protocol.
final class ListenerTable: Sendable {
    private struct State {
        var addresses: [String: String] = [:]
        var waiting: [(name: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var all: [String: String] { state.withLock { $0.addresses } }

    func set(_ name: String, _ address: String) {
        let woken = state.withLock { state in
            state.addresses[name] = address
            let woken = state.waiting.filter { $0.name == name }.map(\.continuation)
            state.waiting.removeAll { $0.name == name }
            return woken
        }
        for continuation in woken { continuation.resume() }
    }

    /// Returns when `name` has an address, or when the task is cancelled.
    func wait(for name: String) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.addresses[name] != nil || Task.isCancelled { return true }
                    state.waiting.append((name, continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            let woken = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting.map(\.continuation)
            }
            for continuation in woken { continuation.resume() }
        }
    }
}
