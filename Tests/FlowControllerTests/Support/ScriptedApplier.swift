import FlowController
import FlowModel
import FlowPlanner
import Synchronization

/// A data plane that does what the test says, and keeps what it was told.
final class ScriptedApplier: FlowApplying {
    private struct State {
        var steps: [PlanStep] = []
        var running: [String: ObservedFlow] = [:]
        var failures: [String: ApplyFailure] = [:]
        var held: Set<String> = []
        var holding: [String: [CheckedContinuation<Void, Never>]] = [:]
        var waiters: [(condition: @Sendable ([PlanStep]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
        var watchers: [(condition: Condition, continuation: CheckedContinuation<Void, Never>)] = []
    }

    typealias Condition = @Sendable ([String: ObservedFlow]) -> Bool

    private let state = Mutex(State())

    /// Every step so far, failed ones included, as text.
    var steps: [String] { state.withLock { $0.steps.map(\.description) } }
    var running: [String: ObservedFlow] { state.withLock(\.running) }

    func forgetSteps() { state.withLock { $0.steps = [] } }

    /// Steps whose text is this fail until told otherwise.
    func fail(_ step: String, _ failure: ApplyFailure?) { state.withLock { $0.failures[step] = failure } }

    /// Steps whose text is this take until they are released.
    func hold(_ step: String) { state.withLock { _ = $0.held.insert(step) } }

    func release(_ step: String) {
        let waiting = state.withLock { state in
            state.held.remove(step)
            return state.holding.removeValue(forKey: step) ?? []
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when this step was begun.
    func step(_ text: String) async {
        await steps { $0.contains { $0.description == text } }
    }

    func steps(where condition: @escaping @Sendable ([PlanStep]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isTrue = state.withLock { state in
                if condition(state.steps) { return true }
                state.waiters.append((condition, continuation))
                return false
            }
            if isTrue { continuation.resume() }
        }
    }

    /// Returns when what runs is like this.
    func running(where condition: @escaping Condition) async {
        await withCheckedContinuation { continuation in
            let isTrue = state.withLock { state in
                if condition(state.running) { return true }
                state.watchers.append((condition, continuation))
                return false
            }
            if isTrue { continuation.resume() }
        }
    }

    func apply(_ step: PlanStep) async throws(ApplyFailure) {
        let text = step.description
        let (isHeld, woken) = state.withLock { state in
            state.steps.append(step)
            var woken: [CheckedContinuation<Void, Never>] = []
            state.waiters.removeAll { waiter in
                guard waiter.condition(state.steps) else { return false }
                woken.append(waiter.continuation)
                return true
            }
            return (state.held.contains(text), woken)
        }
        for continuation in woken { continuation.resume() }
        if isHeld {
            await withCheckedContinuation { continuation in
                let isReleased = state.withLock { state in
                    guard state.held.contains(text) else { return true }
                    state.holding[text, default: []].append(continuation)
                    return false
                }
                if isReleased { continuation.resume() }
            }
        }
        let (failure, satisfied) = state.withLock { state in
            let failure = state.failures[text]
            if failure == nil { state.running.stepSucceeded(step) } else { state.running.stepFailed(step) }
            var satisfied: [CheckedContinuation<Void, Never>] = []
            state.watchers.removeAll { watcher in
                guard watcher.condition(state.running) else { return false }
                satisfied.append(watcher.continuation)
                return true
            }
            return (failure, satisfied)
        }
        for continuation in satisfied { continuation.resume() }
        if let failure { throw failure }
    }

    func reports() async -> [FlowReport] {
        state.withLock { state in
            state.running.values.map { flow in
                FlowReport(
                    name: flow.name,
                    inputs: flow.inputs.values.map { input in
                        InputStatus(
                            name: input.name,
                            protocol: input.source.protocolName,
                            enabled: true,
                            legs: [LegStatus(name: "main", address: "srt://0.0.0.0", state: .waiting)]
                        )
                    }
                )
            }
        }
    }
}

extension ApplyFailure {
    static let portInUse = ApplyFailure(remedy: .retry, reason: "PortInUse", message: "port 9000 is in use")
    static let unsupported = ApplyFailure(
        remedy: .configurationChange,
        reason: "UnsupportedProtocol",
        message: "this version does not run it"
    )
}
