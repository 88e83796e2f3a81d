public import FlowModel

/// What `headgate wait` waits for.
public enum WaitGoal: String, Sendable, CaseIterable {
    /// Everything that the file asks for runs.
    case ready = "Ready"
    /// Media arrives on one leg at least.
    case connected = "Connected"

    /// - Parameter flow: nil while the gateway knows no flow of that name.
    public func isReached(by flow: FlowStatus?) -> Bool {
        guard let flow else { return false }
        switch self {
        case .ready:
            // A new spec counts once it runs, not while the old one is still Ready.
            return flow.isReady && flow.observedGeneration >= flow.generation
        case .connected:
            return flow.inputs.contains { $0.legs.contains { $0.state == .connected } }
        }
    }

    /// What to say when time is up.
    public func obstacle(of flow: FlowStatus?, name: String) -> String {
        guard let flow else { return "the gateway has no flow \(name)" }
        let summary = FlowSummary(flow)
        let cause = summary.lastError.map { ": \($0)" } ?? ""
        switch self {
        case .ready: return "\(name) is \(summary.state.rawValue)\(cause)".escapedForOneLine
        case .connected: return "no input of \(name) is connected\(cause)".escapedForOneLine
        }
    }
}
