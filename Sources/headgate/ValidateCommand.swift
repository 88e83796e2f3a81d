public import ArgumentParser
public import FlowConfig
import FlowModel
import FlowValidation

/// `headgate validate`: checks files without touching a socket.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check flow files without touching a running gateway.",
        discussion: """
            PATHs are files, folders, or - for standard input; flows.d when left out. All files are checked together: \
            names and ports that two of them claim are errors.

            With --against DIR the rules across files hold against the files of DIR too. A file replaces the one of the \
            same name there. Standard input and files whose names do not count as flow files, such as temporary ones, \
            replace whatever declares the same flow.

            Exit codes: 0 valid, 1 invalid, 2 could not check.
            """
    )

    @Argument(help: "Files, folders, or - for standard input.")
    var path: [String] = ["flows.d"]

    @Option(help: ArgumentHelp("A folder whose flows the files will join.", valueName: "dir"))
    var against: String?

    @Option(help: "How problems are printed: text, json or sarif.")
    var format: DiagnosticFormat = .text

    @Option(help: ArgumentHelp("A JSON Schema with rules of your own.", valueName: "schema.json"))
    var policy: String?

    @Option(help: ArgumentHelp("As of serve: what all flows together may have.", valueName: "rate"))
    var capacity: String?

    func run() async throws {
        let validation = FlowValidation(paths: path, against: against, policy: policy, capacity: try parsedCapacity())
        let report = await validation.run()
        Console.output(format.render(report.diagnostics))
        for failure in report.failures { Console.error("headgate: \(failure.escapedForOneLine)") }
        if format == .text { Console.error(report.summary) }
        throw ExitCode(report.exitCode)
    }

    private func parsedCapacity() throws -> BitRate? {
        guard let capacity else { return nil }
        guard let rate = BitRate(capacity) else {
            throw ValidationError("--capacity: '\(capacity)' is not a rate such as 1Gbps")
        }
        return rate
    }
}

extension DiagnosticFormat: ExpressibleByArgument {}
