public import FlowModel

/// All flows, one a line.
public enum StatusTable {
    /// Characters that a cell of free text may have.
    static let maximumErrorWidth = 100

    /// A table, then the problems of files, then what waits to be deleted.
    public static func render(_ status: GatewayStatus, style: TextStyle) -> String {
        var text = ""
        if status.flows.isEmpty {
            text += "No flows.\n"
        } else {
            text += table(status).render(style)
        }
        text += problems(of: status.files, style)
        if let deadline = status.reconcile.pendingPruneTime {
            let names = status.reconcile.pendingPruneFlows.map(\.escapedForOneLine).joined(separator: ", ")
            let seconds = Quantity.duration(seconds: max(0, deadline - status.reconcile.lastPassTime))
            text +=
                "\nThe files of all flows are gone. Unless they come back, these end \(seconds) after the last look: "
            text += "\(names)\n"
        }
        return text
    }

    private static func table(_ status: GatewayStatus) -> TextTable {
        // The last file of a name wins; names are unique, so there is one.
        let files = Dictionary(status.files.map { ($0.path, $0) }) { $1 }
        return TextTable(
            header: ["FLOW", "STATE", "ACTIVE INPUT", "REMOTE", "BITRATE", "LOSS", "UPTIME", "LAST ERROR"],
            rows: status.flows.map { flow in
                row(flow, FlowSummary(flow, problem: files[flow.file]))
            }
        )
    }

    private static func row(_ flow: FlowStatus, _ summary: FlowSummary) -> [TextTable.Cell] {
        let counters = summary.counters
        return [
            .init(text: flow.name.escapedForOneLine),
            .init(text: summary.state.rawValue, tone: summary.state.tone),
            .init(text: (summary.activeLeg ?? "-").escapedForOneLine),
            .init(text: (summary.remote ?? "-").escapedForOneLine),
            .init(text: Quantity.bitRate(flow.bitrate), alignsRight: true),
            .init(
                text: counters.map { Quantity.loss(lost: $0.packetsLost, received: $0.packets) } ?? "-",
                alignsRight: true
            ),
            .init(text: summary.uptime.map(Quantity.duration) ?? "-", alignsRight: true),
            .init(text: shortened((summary.lastError ?? "-").escapedForOneLine)),
        ]
    }

    private static func shortened(_ text: String) -> String {
        text.count > maximumErrorWidth ? text.prefix(maximumErrorWidth - 1) + "…" : text
    }

    /// All problems of all files, or nothing.
    static func problems(of files: [FileStatus], _ style: TextStyle) -> String {
        let lines = files.flatMap { file in
            file.problems.map { problem in
                style.paint(
                    FileProblemLine.render(problem, in: file.path),
                    problem.severity == .error ? .bad : .working
                ) + "\n"
            }
        }
        return lines.isEmpty ? "" : "\n" + lines.joined()
    }
}

extension FlowSummary.State {
    var tone: TextStyle.Tone {
        switch self {
        case .ready: .good
        case .suspended: .plain
        case .reconciling, .notReady: .working
        case .stalled: .bad
        }
    }
}
