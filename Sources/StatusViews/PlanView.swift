import FlowModel
public import FlowPlanner

/// A plan as people read it: a line for each change with what it costs, and a count at the end.
public enum PlanView {
    /// Peers that are named for one change; the others are counted.
    static let maximumPeers = 8

    public static func render(_ plan: PlanPreview, style: TextStyle) -> String {
        let notes = plan.notes.map { "Note: \($0.escapedForOneLine)\n" }.joined()
        guard !plan.changes.isEmpty else { return "No changes.\n" + notes }
        return plan.changes.map { text(of: $0, style) }.joined() + "\n" + notes + summary(plan) + "\n"
    }

    /// `stadium-a: restart input fibre, ends 1 session: 192.0.2.1:5000`, and a line for each endpoint that is made.
    private static func text(of change: PreviewedChange, _ style: TextStyle) -> String {
        let isNamedByAction = [.restartInput, .restartOutput].contains(change.action)
        let kind = change.kind == .flow || isNamedByAction ? "" : "\(change.kind.rawValue) "
        let subject = change.action == .restartLeg ? "of input " : kind
        let name = change.name.map { " \(subject)\($0.escapedForOneLine)" } ?? ""
        var text = "\(change.flow.escapedForOneLine): \(style.paint(change.action.rawValue, change.action.tone))\(name)"
        text += cost(of: change) + "\n"
        if let note = change.note { text += "  \(note.escapedForOneLine)\n" }
        for endpoint in change.endpoints {
            text +=
                "  \(endpoint.kind.rawValue) \(endpoint.name), \(endpoint.protocol): \(endpoint.place)"
                .escapedForOneLine
            text += "\n"
        }
        return text
    }

    private static func cost(of change: PreviewedChange) -> String {
        switch change.action {
        case .create: return ""
        case .update: return ", nobody is dropped"
        case .restartLeg, .restartInput, .restartOutput, .delete:
            guard !change.sessions.isEmpty else { return ", ends no session" }
            let peers = change.sessions.prefix(maximumPeers).map(\.remote.escapedForOneLine)
            let others = change.sessions.count - peers.count
            let named = peers.joined(separator: ", ") + (others > 0 ? " and \(others) more" : "")
            return ", ends \(count(change.sessions.count, "session")): \(named)"
        }
    }

    /// `3 changes: 1 create, 2 update. They end 1 session.`
    private static func summary(_ plan: PlanPreview) -> String {
        let kinds = PlannedChange.Action.allCases.compactMap { action in
            let number = plan.changes.count { $0.action == action }
            return number > 0 ? "\(number) \(action.rawValue)" : nil
        }
        let sessions = plan.changes.reduce(0) { $0 + $1.sessions.count }
        let cost = sessions == 0 ? "No session ends." : "\(count(sessions, "session")) would end."
        return "\(count(plan.changes.count, "change")): \(kinds.joined(separator: ", ")). \(cost)"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension PlannedChange.Action {
    fileprivate var tone: TextStyle.Tone {
        switch self {
        case .create, .update: .good
        case .restartLeg, .restartInput, .restartOutput: .working
        case .delete: .bad
        }
    }
}
