import FlowModel
import FlowPlanner
import Logging

/// Tells what happened: one log line and one event each, and only when it is news.
struct Journal: Sendable {
    private let logger: Logger
    private let onEvent: @Sendable (FlowEvent) -> Void

    init(logger: Logger, onEvent: @escaping @Sendable (FlowEvent) -> Void) {
        self.logger = logger
        self.onEvent = onEvent
    }

    // MARK: The directory

    func record(_ look: DirectoryLook, flows: () -> [(name: String, file: String)]) {
        var flowsByFile: [String: [String]] = [:]
        if !look.reports.isEmpty {
            for (name, file) in flows() { flowsByFile[file, default: []].append(name) }
        }
        for report in look.reports {
            switch report {
            case .problems(let path, let diagnostics, let keepsRunning):
                problems(of: path, diagnostics, keepsRunning, flows: flowsByFile[path, default: []].sorted())
            case .recovered(let path):
                logger.info("File is valid again", metadata: ["file": "\(path)"])
                for flow in flowsByFile[path, default: []].sorted() {
                    onEvent(FlowEvent(reason: "FileRecovered", flow: flow, message: "\(path) is valid again"))
                }
            case .removed(let path):
                logger.info("File is gone", metadata: ["file": "\(path)"])
            }
        }
        switch look.pruneChange {
        case .none:
            break
        case .began:
            tellAll(
                "DeletionHeld",
                .warning,
                "all flow files are gone at once; the flows go on until the deletion is confirmed",
                flows().map(\.name)
            )
        case .cancelled:
            tellAll("DeletionCancelled", .info, "the flow files are back; nothing was deleted", flows().map(\.name))
        case .carriedOut:
            logger.warning("All flow files stayed away: the flows are deleted")
        }
    }

    func folderProblems(_ problems: [Diagnostic], before: [Diagnostic]) {
        for problem in problems where !before.contains(problem) {
            logger.error("\(problem)", metadata: ["file": "\(problem.file)"])
        }
        if problems.isEmpty { logger.info("The flows directory can be read in full again") }
    }

    private func problems(of path: String, _ diagnostics: [Diagnostic], _ keepsRunning: Bool, flows: [String]) {
        for diagnostic in diagnostics {
            logger.log(
                level: diagnostic.severity == .error ? .error : .warning,
                "\(diagnostic)",
                metadata: ["file": "\(path)"]
            )
        }
        guard let first = diagnostics.first(where: { $0.severity == .error }) else { return }
        if keepsRunning {
            logger.warning("File is refused, its flows stay as they were", metadata: ["file": "\(path)"])
        }
        for flow in flows {
            onEvent(FlowEvent(reason: "InvalidFile", severity: .error, flow: flow, message: first.description))
        }
    }

    private func tellAll(_ reason: String, _ severity: FlowEvent.Severity, _ message: String, _ flows: [String]) {
        logger.log(
            level: severity.logLevel,
            "\(message)",
            metadata: ["reason": "\(reason)", "flows": "\(flows.count)"]
        )
        for flow in flows.sorted() {
            onEvent(FlowEvent(reason: reason, severity: severity, flow: flow, message: message))
        }
    }

    // MARK: Flows

    func applied(_ change: PlannedChange, file: String?) {
        let reason =
            switch change.action {
            case .create: "Created"
            case .update: "Updated"
            case .restartLeg, .restartInput, .restartOutput: "Restarted"
            case .delete: "Deleted"
            }
        tell(
            FlowEvent(
                reason: reason,
                flow: change.flow,
                component: change.component.name,
                message: "the \(change.component) was \(reason.lowercased())"
            ),
            component: change.component,
            file: file
        )
    }

    func failed(_ step: PlanStep, _ failure: ApplyFailure, isNews: Bool, file: String?) {
        guard isNews else {
            logger.debug("Still failing: \(step): \(failure.message)", metadata: ["flow": "\(step.flow)"])
            return
        }
        tell(
            FlowEvent(
                reason: failure.reason,
                severity: failure.remedy == .retry ? .warning : .error,
                flow: step.flow,
                component: step.component.name,
                message: failure.message
            ),
            component: step.component,
            file: file
        )
    }

    func recovered(_ step: PlanStep, from failure: ApplyFailure, file: String?) {
        tell(
            FlowEvent(
                reason: "Recovered",
                flow: step.flow,
                component: step.component.name,
                message: "\(step.component) works again after \(failure.reason)"
            ),
            component: step.component,
            file: file
        )
    }

    /// Secrets that cannot be read now, and could before or failed otherwise.
    func secretFailures(of flow: DesiredFlow, before: DesiredFlow?) {
        for (component, failure) in flow.failures.sorted(by: { $0.key.description < $1.key.description })
        where before?.failures[component] != failure {
            tell(
                FlowEvent(
                    reason: failure.reason,
                    severity: .warning,
                    flow: flow.accepted.spec.name,
                    component: component.name,
                    message: failure.message
                ),
                component: component,
                file: flow.accepted.file
            )
        }
    }

    private func tell(_ event: FlowEvent, component: FlowComponent, file: String?) {
        var metadata: Logger.Metadata = ["flow": "\(event.flow)", "reason": "\(event.reason)"]
        switch component {
        case .flow: break
        case .input(let name), .backupLeg(let name): metadata["input"] = "\(name)"
        case .output(let name): metadata["output"] = "\(name)"
        }
        if let file { metadata["file"] = "\(file)" }
        logger.log(level: event.severity.logLevel, "\(event.message)", metadata: metadata)
        onEvent(event)
    }
}
