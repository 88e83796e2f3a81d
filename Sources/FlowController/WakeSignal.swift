import Synchronization

/// What the run loop is woken for. Any thread may ask; requests that come close together become one.
final class WakeSignal: Sendable {
    struct Requests {
        /// Something in the directory may have changed.
        var changed = false
        /// Look now, without waiting for quiet.
        var reload = false
    }

    private struct State {
        var requests = Requests()
        var isWoken = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func wake(_ change: (inout Requests) -> Void = { _ in }) {
        let waiter = state.withLock { state in
            change(&state.requests)
            state.isWoken = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns what was asked for since the last call.
    func takeRequests() -> Requests {
        state.withLock { state in
            defer { state.requests = Requests() }
            return state.requests
        }
    }

    /// Waits for `wake`, or returns at once when it was called since the last wait. One task waits at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumesNow = state.withLock { state in
                    guard !state.isWoken else {
                        state.isWoken = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if resumesNow { continuation.resume() }
            }
            state.withLock { $0.isWoken = false }
        } onCancel: {
            wake()
        }
    }
}
