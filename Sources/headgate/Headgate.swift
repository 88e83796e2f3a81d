import ArgumentParser

@main
struct Headgate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headgate",
        abstract: "A live-video transport gateway driven by flow files.",
        discussion: """
            Describe each flow in a YAML file, and `headgate serve` keeps its inputs and outputs running as the files \
            say, on every change. Other commands check files or ask a running gateway.
            """,
        version: GatewayVersion.current,
        subcommands: [
            ServeCommand.self, ValidateCommand.self, PlanCommand.self, StatusCommand.self, EventsCommand.self,
            WaitCommand.self,
        ]
    )
}

enum GatewayVersion {
    static let current = "0.1.0"
}
