public import FlowModel

/// One flow in one word and one sentence.
public struct FlowSummary: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        case ready = "Ready"
        case suspended = "Suspended"
        case reconciling = "Reconciling"
        case stalled = "Stalled"
        case notReady = "NotReady"
    }

    public var state: State
    /// The leg that feeds the outputs, as `INPUT/LEG`.
    public var activeLeg: String?
    /// Its peer.
    public var remote: String?
    /// Seconds since the peer connected.
    public var uptime: Double?
    /// What came on the leg.
    public var counters: StreamCounters?
    /// What keeps the flow, or a part of it, from running.
    public var lastError: String?

    public init(_ flow: FlowStatus, problem: FileStatus? = nil) {
        state = Self.state(of: flow)
        let legs = flow.inputs.flatMap { input in input.legs.map { (name: "\(input.name)/\($0.name)", leg: $0) } }
        let active = legs.first { $0.name == flow.activeLeg } ?? legs.first { $0.leg.active }
        activeLeg = flow.activeLeg ?? active?.name
        remote = active?.leg.remote
        uptime = active?.leg.uptime
        counters = active?.leg.counters
        lastError =
            Self.conditionMessage(flow)
            ?? problem.flatMap(Self.firstError)
            ?? legs.lazy.filter { $0.leg.state != .connected }.compactMap(\.leg.lastError).first
            ?? flow.outputs.lazy.filter { $0.state != .connected }.compactMap(\.lastError).first
    }

    /// Whether `headgate status` has to complain: a suspended flow is as its file asks.
    public var isAsAskedFor: Bool { state == .ready || state == .suspended }

    private static func state(of flow: FlowStatus) -> State {
        if flow.suspended { return .suspended }
        if flow.condition(.stalled)?.status == .true { return .stalled }
        if flow.isReady { return .ready }
        if flow.condition(.reconciling)?.status == .true { return .reconciling }
        return .notReady
    }

    private static func conditionMessage(_ flow: FlowStatus) -> String? {
        if flow.suspended { return nil }
        if let stalled = flow.condition(.stalled), stalled.status == .true { return sentence(stalled) }
        guard !flow.isReady else { return nil }
        return (flow.condition(.ready) ?? flow.condition(.reconciling)).map(sentence)
    }

    private static func sentence(_ condition: Condition) -> String {
        condition.message.isEmpty ? condition.reason : "\(condition.reason): \(condition.message)"
    }

    private static func firstError(_ file: FileStatus) -> String? {
        guard !file.valid, let problem = file.problems.first(where: { $0.severity == .error }) else { return nil }
        return FileProblemLine.render(problem, in: file.path)
    }
}
