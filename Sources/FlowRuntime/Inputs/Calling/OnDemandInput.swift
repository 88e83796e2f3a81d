import FlowHub
import FlowModel
import FlowPlanner
import Synchronization

/// An input in cold standby: it runs while the flow has no other to go by, and is at rest the rest of the time.
final class OnDemandInput: RunningInput {
    private struct State {
        var running: (any RunningInput)?
        var isStopped = false
        /// Told once, though it is tried again and again.
        var failure: ApplyFailure?
    }

    private let name: String
    private let address: String
    private let hub: FlowHub
    private let make: @Sendable () throws(ApplyFailure) -> any RunningInput
    private let onFailure: @Sendable (ApplyFailure) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - address: what it calls, shown while it is at rest.
    ///   - make: starts it.
    ///   - onFailure: it could not be started; that is tried again as long as it is needed.
    init(
        name: String,
        address: String,
        hub: FlowHub,
        make: @escaping @Sendable () throws(ApplyFailure) -> any RunningInput,
        onFailure: @escaping @Sendable (ApplyFailure) -> Void
    ) {
        self.name = name
        self.address = address
        self.hub = hub
        self.make = make
        self.onFailure = onFailure
        hub.watchNeed(ofInput: name) { [weak self] isNeeded in self?.needChanged(isNeeded) ?? true }
    }

    /// - Returns: Whether what is needed was done.
    private func needChanged(_ isNeeded: Bool) -> Bool {
        let (isDone, retired) = state.withLock { state -> (Bool, (any RunningInput)?) in
            guard !state.isStopped, isNeeded != (state.running != nil) else { return (true, nil) }
            guard isNeeded else {
                defer { state.running = nil }
                return (true, state.running)
            }
            do throws(ApplyFailure) {
                state.running = try make()
                state.failure = nil
                return (true, nil)
            } catch {
                if state.failure != error { onFailure(error) }
                state.failure = error
                return (false, nil)
            }
        }
        retired?.stop()
        return isDone
    }

    func update(_ spec: InputSpec) {
        state.withLock { $0.running }?.update(spec)
    }

    func stop() {
        hub.forgetNeed(ofInput: name)
        let running = state.withLock { state in
            state.isStopped = true
            defer { state.running = nil }
            return state.running
        }
        running?.stop()
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        if let running = state.withLock({ $0.running }) { return running.legs(hub) }
        return [LegStatus(name: "main", address: address, lastError: state.withLock { $0.failure?.message })]
    }
}
