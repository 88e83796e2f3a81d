import FlowConfig
import FlowController
import FlowModel
import FlowPlanner
import FlowValidation
import FoundationEssentials
import StatusViews

/// `serve --plan-only`: what a gateway without a past would create, told without a socket or a written file.
struct FirstStart {
    let settings: ServeSettings

    /// Prints the plan of the files that are valid, and what is wrong with the others. Returns the exit code, as of
    /// `validate`.
    func run() async -> Int32 {
        let validation = FlowValidation(
            paths: [settings.flows],
            capacity: settings.capacity,
            gateway: settings.gatewayPorts
        )
        let report = await validation.run()
        for failure in report.failures { Console.error("headgate: \(failure.escapedForOneLine)") }
        let problems = DiagnosticFormat.text.render(report.diagnostics)
        if !problems.isEmpty { Console.error(String(problems.dropLast())) }
        let plan = FlowPlanner.plan(desired: report.accepted, observed: [])
        let specs = Dictionary(report.accepted.map { ($0.name, $0) }) { first, _ in first }
        let preview = PlanPreview(
            diagnostics: [],
            changes: plan.changes.map { change in
                let spec = specs[change.flow]
                return PreviewedChange(change, endpoints: spec?.plannedEndpoints ?? [], note: spec?.suspensionNote)
            },
            notes: SecretCheck.failures(of: report.accepted)
        )
        let style = TextStyle(
            isTerminal: Console.outputIsTerminal,
            environment: ProcessInfo.processInfo.environment
        )
        Console.output(listeners + PlanView.render(preview, style: style))
        return report.exitCode
    }

    /// `srt: listens on 0.0.0.0:8890`, a line each.
    private var listeners: String {
        let all = [
            ("http", settings.http), ("srt", settings.srt), ("rtmp", settings.rtmp), ("rtmps", settings.rtmps),
        ]
        return all.compactMap { name, address in address.endpoint.map { "\(name): listens on \($0)\n" } }.joined()
            + "\n"
    }
}
