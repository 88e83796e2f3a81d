import ArgumentParser
import FlowModel
import FoundationEssentials
import GatewayClient
import StatusServer
import StatusViews

/// `headgate status`: what a running gateway does, as a table or in detail.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the flows of a running gateway do.",
        discussion: """
            Without FLOW a table of all flows; with it everything about one, its addresses ready to copy.

            With --watch it is drawn again each second until it is interrupted, and goes on when the gateway does; a \
            pipe gets one block after the other.

            Exit codes: 0 all are Ready or suspended, 1 a flow is not Ready or does not exist, 2 there is no answer. With \
            --watch that of the last view.
            """
    )

    @Argument(help: "The name of a flow.")
    var flow: String?

    @Flag(help: "Print what /api/v1/flows answers.")
    var json = false

    @Flag(help: "Show it again each second, until interrupted.")
    var watch = false

    @Flag(
        help: "Print the addresses to publish to and play from, with their stream keys; on the gateway's machine only."
    )
    var showKeys = false

    @OptionGroup var gateway: GatewayOptions

    func run() async throws {
        let gateway: RunningGateway
        do {
            gateway = try self.gateway.gateway()
        } catch {
            Console.error("headgate: \(error)")
            throw ExitCode(2)
        }
        guard watch else {
            let view = await view(of: gateway)
            view.show()
            throw ExitCode(view.exitCode)
        }
        let watched = StatusWatch(isLines: json) { await view(of: gateway) }
        throw ExitCode(await watched.run())
    }

    /// What goes to which stream, and the exit code that goes with it.
    struct View: Sendable {
        var output = ""
        var error = ""
        var exitCode: Int32

        func show() {
            Console.output(output)
            if !error.isEmpty { Console.error("headgate: \(error)") }
        }
    }

    private func view(of gateway: RunningGateway) async -> View {
        do {
            if showKeys { return try await keysView(of: gateway) }
            return json ? try await jsonView(of: gateway) : try await textView(of: gateway)
        } catch {
            return View(error: "\(error)", exitCode: 2)
        }
    }

    private func keysView(of gateway: RunningGateway) async throws -> View {
        let addresses = try await gateway.streamAddresses().filter { flow == nil || $0.flow == flow }
        let style = TextStyle(isTerminal: Console.outputIsTerminal, environment: ProcessInfo.processInfo.environment)
        return View(output: StreamAddressTable.render(addresses, style: style), exitCode: 0)
    }

    private func jsonView(of gateway: RunningGateway) async throws -> View {
        guard let document = try await gateway.flowsDocument(flow: flow) else { return missing }
        let flows =
            flow == nil
            ? try RunningGateway.decode(FlowList.self, from: document).flows
            : [try RunningGateway.decode(FlowStatus.self, from: document)]
        return View(output: String(decoding: document, as: UTF8.self), exitCode: exitCode(flows))
    }

    private func textView(of gateway: RunningGateway) async throws -> View {
        let style = TextStyle(
            isTerminal: Console.outputIsTerminal,
            environment: ProcessInfo.processInfo.environment
        )
        let status = try await gateway.status()
        guard let name = flow else {
            return View(output: StatusTable.render(status, style: style), exitCode: exitCode(status.flows))
        }
        guard let flow = status.flows.first(where: { $0.name == name }) else { return missing }
        return View(
            output: FlowDetail.render(flow, files: status.files, style: style),
            exitCode: exitCode([flow])
        )
    }

    private var missing: View {
        View(error: "the gateway has no flow \((flow ?? "").escapedForOneLine)", exitCode: 1)
    }

    private func exitCode(_ flows: [FlowStatus]) -> Int32 {
        flows.allSatisfy { FlowSummary($0).isAsAskedFor } ? 0 : 1
    }
}
