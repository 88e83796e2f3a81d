import ArgumentParser
import FlowModel
import GatewayClient
import StatusViews

/// `headgate wait`: for scripts that go on once a flow runs.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until a flow is Ready or Connected.",
        discussion: """
            A gateway that does not run yet is waited for as well.

            Exit codes: 0 the flow is there, 1 the time is up, 2 the question cannot be asked.
            """
    )

    /// Between two questions.
    private static let interval: Duration = .milliseconds(200)
    /// What an answer may take, however short the time to wait.
    private static let shortestAnswer: Duration = .seconds(1)

    @Argument(help: "The name of a flow.")
    var flow: String

    @Option(
        name: .customLong("for"),
        help: "Ready: all that the file asks for runs. Connected: media arrives at an input.",
        transform: WaitCommand.goal
    )
    var goal: WaitGoal = .ready

    @Option(help: "How long: 500ms, 30s, 2m.", transform: WaitCommand.duration)
    var timeout: Duration = .seconds(30)

    @OptionGroup var gateway: GatewayOptions

    func validate() throws {
        guard RunningGateway.isFlowName(flow) else {
            throw ValidationError("FLOW is 1 to 64 letters, digits, - and _.")
        }
    }

    func run() async throws {
        let gateway: RunningGateway
        do {
            // A gateway that does not answer must not outlast the time to wait.
            let patience = min(max(timeout, Self.shortestAnswer), GatewayClient.defaultTimeout)
            gateway = try self.gateway.gateway(timeout: patience)
        } catch {
            Console.error("headgate: \(error)")
            throw ExitCode(2)
        }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        var obstacle = ""
        repeat {
            do {
                let flow = try await gateway.flow(named: flow)
                if goal.isReached(by: flow) { return }
                obstacle = goal.obstacle(of: flow, name: self.flow)
            } catch {
                obstacle = "\(error)"
            }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { break }
            try await Task.sleep(for: min(left, Self.interval))
        } while true
        Console.error("headgate: after \(timeout.flowText) \(obstacle)")
        throw ExitCode(1)
    }

    @Sendable private static func goal(_ text: String) throws -> WaitGoal {
        guard let goal = WaitGoal.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            let names = WaitGoal.allCases.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("'\(text)' is not \(names).")
        }
        return goal
    }

    @Sendable private static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(flowText: text) else {
            throw ValidationError("'\(text)' is not a duration such as 500ms, 30s or 2m.")
        }
        return duration
    }
}
