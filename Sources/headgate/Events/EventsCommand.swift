import ArgumentParser
import FlowModel
import FoundationEssentials
import GatewayClient
import LogOutput

/// `headgate events`: what happened, and what happens.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happened to the flows of a running gateway.",
        discussion: """
            The last 1,000 events, oldest first, over restarts of the gateway. With --follow each one as it happens, \
            until interrupted; when the gateway goes away it is called again, and the events go on where they stopped.

            Exit codes: 0 shown, 2 there is no answer.
            """
    )

    @Argument(help: "The name of a flow.")
    var flow: String?

    @Flag(name: .shortAndLong, help: "Go on with each event as it happens.")
    var follow = false

    @Option(help: "How each event is printed: text, or json for an object a line.", transform: EventsCommand.format)
    var format: LogFormat = .text

    @Option(
        help: ArgumentHelp("Only those of the last 30s, 10m, 1500ms.", valueName: "duration"),
        transform: EventsCommand.duration
    )
    var since: Duration?

    @Option(
        help: ArgumentHelp(
            "Only those with this reason, such as Switched; may be given several times.",
            valueName: "reason"
        )
    )
    var reason: [String] = []

    @OptionGroup var gateway: GatewayOptions

    func run() async throws {
        do {
            let gateway = try self.gateway.gateway()
            let filter = EventFilter(flow: flow, reasons: Set(reason), since: since)
            if follow {
                let follower = EventFollower(gateway: gateway, filter: filter, format: format)
                try await follower.run()
            } else {
                for event in try await gateway.events() where filter.wants(event) {
                    guard Console.output(EventLine(event).render(format) + "\n") else { return }
                }
            }
        } catch {
            Console.error("headgate: \(error)")
            throw ExitCode(2)
        }
    }

    @Sendable private static func format(_ text: String) throws -> LogFormat {
        guard let format = LogFormat(rawValue: text) else { throw ValidationError("'\(text)' is not text or json.") }
        return format
    }

    @Sendable private static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(flowText: text) else {
            throw ValidationError("'\(text)' is not a duration such as 1500ms, 30s or 10m.")
        }
        return duration
    }
}

/// Which events are wanted.
struct EventFilter {
    var flow: String?
    var reasons: Set<String>
    /// Seconds since 1970; what was before is not wanted.
    private var start: Double

    init(flow: String?, reasons: Set<String>, since: Duration?) {
        self.flow = flow
        self.reasons = reasons
        start = since.map { Date().timeIntervalSince1970 - Double($0.wholeNanoseconds) / 1e9 } ?? -.infinity
    }

    func wants(_ event: RecordedEvent) -> Bool {
        (flow == nil || event.flow == flow) && (reasons.isEmpty || reasons.contains(event.reason))
            && event.time >= start
    }
}
