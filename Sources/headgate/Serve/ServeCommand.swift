import ArgumentParser
import Foundation
import LogOutput
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the gateway on a folder of flow files.",
        discussion: """
            Every flag has an environment variable: HEADGATE_ and the flag's name in capitals, with _ for -, such as \
            HEADGATE_STATE_DIR. SIGTERM and SIGINT drain and end; SIGHUP reads the files again now.

            With --plan-only it prints what a first start would create, opens no socket, writes nothing, and ends: with 0, \
            with 1 when a file is invalid, with 2 when the folder cannot be read.
            """
    )

    @OptionGroup var options: ServeOptions

    @Flag(help: "Print what a first start would create, and end.")
    var planOnly = false

    func validate() throws {
        _ = try ServeSettings(options, environment: ProcessInfo.processInfo.environment)
    }

    func run() async throws {
        let settings = try ServeSettings(options, environment: ProcessInfo.processInfo.environment)
        guard !planOnly else { throw ExitCode(await FirstStart(settings: settings).run()) }
        LoggingSystem.bootstrap { _ in LineLogHandler(format: settings.logFormat, level: settings.logLevel) }
        let logger = Logger(label: "headgate")
        OpenFileLimit.raise()
        do {
            try await Gateway(settings: settings, logger: logger).run()
        } catch let error as Gateway.StartError {
            logger.critical("\(error.message)")
            throw ExitCode(1)
        }
    }
}
