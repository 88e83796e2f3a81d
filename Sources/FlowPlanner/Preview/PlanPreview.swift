public import FlowModel

/// What flow files would change on a gateway, or what is wrong with them.
public struct PlanPreview: Hashable, Sendable, Codable {
    /// No file has an error. Otherwise there are no changes.
    public var valid: Bool
    /// In the order of the files.
    public var diagnostics: [Diagnostic]
    /// By flow name.
    public var changes: [PreviewedChange]
    /// What else to know before the files are put in place: sentences without secrets.
    public var notes: [String]

    public init(diagnostics: [Diagnostic], changes: [PreviewedChange] = [], notes: [String] = []) {
        valid = !diagnostics.contains { $0.severity == .error }
        self.diagnostics = diagnostics
        self.changes = changes
        self.notes = notes
    }
}

/// A change as it would be, with the sessions that it costs.
public struct PreviewedChange: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable {
        case flow
        case input
        /// The second leg of an input.
        case leg
        case output
    }

    public var flow: String
    public var action: PlannedChange.Action
    public var kind: Kind
    /// The input's or output's; nil for the flow itself.
    public var name: String?
    /// Peers that are connected now and would be dropped.
    public var sessions: [EndedSession]
    /// What is created listens or calls here.
    public var endpoints: [PlannedEndpoint]
    /// What keeps the change from being classed with certainty.
    public var note: String?

    public init(
        _ change: PlannedChange,
        sessions: [EndedSession] = [],
        endpoints: [PlannedEndpoint] = [],
        note: String? = nil
    ) {
        flow = change.flow
        action = change.action
        kind =
            switch change.component {
            case .flow: .flow
            case .input: .input
            case .backupLeg: .leg
            case .output: .output
            }
        name = change.component.name
        self.sessions = sessions
        self.endpoints = endpoints
        self.note = note
    }
}
