import ArgumentParser
import FlowConfig
import FlowModel
import FlowPlanner
import FlowValidation
import FoundationEssentials
import StatusViews

/// `headgate plan`: what files would change on a running gateway, without changing anything.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what flow files would change on a running gateway.",
        discussion: """
            A folder stands for all that the gateway would run: flows that it does not declare would be deleted. A file, \
            or - for standard input, stands for its own flows and leaves the others alone; one of the gateway's own \
            files takes the place of what it held before.

            Each change is one of: create, update (nobody is dropped), restart input, leg or output (with the sessions \
            that it would end), delete. The gateway reads none of the secret files that are named: a secret that moves \
            from or to one counts as another one.

            Exit codes: 0 no change, 3 changes, 1 invalid, 2 the question cannot be asked.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    private static let defaultPath = "flows.d"
    /// Some 20,000 files on a busy machine.
    private static let timeout = Duration.seconds(60)

    @Argument(help: "A folder, a file, or -; HEADGATE_FLOWS when left out, else \(defaultPath).")
    var path: String?

    @Option(help: "How the plan is printed: text or json.")
    var format: Format = .text

    @OptionGroup var gateway: GatewayOptions

    func run() async throws {
        let path = path ?? environmentPath ?? Self.defaultPath
        var collector = FileCollector()
        collector.collect(path)
        guard collector.failures.isEmpty else {
            for failure in collector.failures { Console.error("headgate: \(failure.escapedForOneLine)") }
            throw ExitCode(2)
        }
        var plan = PlanPreview(diagnostics: collector.unreadable)
        // A lone file that cannot be read leaves nothing to ask.
        if !collector.files.isEmpty || plan.valid {
            do {
                let answer = try await gateway.gateway(timeout: Self.timeout).plan(request(collector, path))
                plan = plan.valid ? answer : PlanPreview(diagnostics: plan.diagnostics + answer.diagnostics)
            } catch {
                Console.error("headgate: \(error)")
                throw ExitCode(2)
            }
        }
        plan.diagnostics = collector.inOrder(plan.diagnostics)
        try show(plan)
        guard plan.valid else { throw ExitCode(1) }
        if !plan.changes.isEmpty { throw ExitCode(3) }
    }

    private var environmentPath: String? {
        ProcessInfo.processInfo.environment["HEADGATE_FLOWS"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func request(_ collector: FileCollector, _ path: String) -> PlanRequest {
        let isFolder = FileCollector.isFolder(path)
        return PlanRequest(
            scope: isFolder ? .folder : .file,
            files: collector.files.map { collected in
                let location = isFolder ? collected.relativePath : FileCollector.location(of: collected.file)
                return .init(path: collected.file.path, location: location ?? "", bytes: collected.file.bytes)
            }
        )
    }

    private func show(_ plan: PlanPreview) throws {
        switch format {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Console.output(String(decoding: try encoder.encode(plan), as: UTF8.self) + "\n")
        case .text:
            let problems = DiagnosticFormat.text.render(plan.diagnostics)
            guard plan.valid else {
                Console.output(problems)
                return
            }
            // Warnings stand beside the plan, not in it.
            if !problems.isEmpty { Console.error(String(problems.dropLast())) }
            let environment = ProcessInfo.processInfo.environment
            let style = TextStyle(isTerminal: Console.outputIsTerminal, environment: environment)
            Console.output(PlanView.render(plan, style: style))
        }
    }
}
