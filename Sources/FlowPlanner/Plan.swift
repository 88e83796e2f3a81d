/// What brings the running flows to what the files ask for.
public struct Plan: Hashable, Sendable {
    /// In the order in which they are to be applied: everything that frees sockets precedes everything that takes them.
    public var steps: [PlanStep]
    /// The same for people, by flow name.
    public var changes: [PlannedChange]

    public var isEmpty: Bool { steps.isEmpty }

    public init(steps: [PlanStep] = [], changes: [PlannedChange] = []) {
        self.steps = steps
        self.changes = changes
    }
}

/// One line of a plan as people read it.
public struct PlannedChange: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, Codable, CaseIterable {
        case create
        /// Nobody is dropped.
        case update
        /// The second leg of an input starts or stops; the first one stays.
        case restartLeg = "restart leg"
        case restartInput = "restart input"
        case restartOutput = "restart output"
        case delete

        /// Whether sessions may end.
        public var isDisruptive: Bool {
            switch self {
            case .create, .update: false
            case .restartLeg, .restartInput, .restartOutput, .delete: true
            }
        }
    }

    public var flow: String
    public var component: FlowComponent
    public var action: Action

    public init(flow: String, component: FlowComponent, action: Action) {
        self.flow = flow
        self.component = component
        self.action = action
    }
}

extension PlannedChange: CustomStringConvertible {
    /// `stadium-a: restart input fibre`, `stadium-a: create`.
    public var description: String {
        switch action {
        case .create, .update, .delete:
            component == .flow ? "\(flow): \(action.rawValue)" : "\(flow): \(action.rawValue) \(component)"
        case .restartLeg, .restartInput, .restartOutput:
            "\(flow): \(action.rawValue) \(component.name ?? "")"
        }
    }
}
