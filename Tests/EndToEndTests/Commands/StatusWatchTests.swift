import Foundation
import Glibc
import HeadgateTestKit
import Testing

@Suite("status --watch", .shared)
struct StatusWatchTests {
    private func blocks(_ process: ChildProcess) -> [String] {
        process.output.components(separatedBy: "\n\n").filter { $0.hasPrefix("FLOW") }
    }

    @Test("Into a pipe it writes one block after the other, goes on over a restart, and ends when interrupted")
    func piped() async throws {
        let http = FreePorts.next()
        let listen = ["--http", "127.0.0.1:\(http)"]
        let first = try await GatewayProcess.start(
            ["a.yaml": FlowText.srtInput("a", port: FreePorts.next())],
            arguments: listen
        )
        let watch = try ChildProcess(
            GatewayProcess.binaryPath,
            ["status", "--watch", "--server", "http://127.0.0.1:\(http)"]
        )
        defer { watch.end() }
        try await eventually("two blocks") { blocks(watch).count >= 2 }
        try await first.stop()
        try await eventually("the end is told") { watch.errorOutput.contains("cannot reach the gateway") }
        let count = blocks(watch).count
        let second = try await GatewayProcess.start(arguments: listen, flows: first.flows, state: first.state)
        try await eventually("more blocks") { blocks(watch).count > count && second.process.isRunning }
        #expect(!watch.output.contains("\u{1b}"))
        watch.signal(SIGINT)
        #expect(try await watch.waitForExit(within: .seconds(10)) == .code(0))
    }

    @Test("It ends when nobody reads any more")
    func closedPipe() async throws {
        let gateway = try await GatewayProcess.start()
        let command =
            "\(GatewayProcess.binaryPath) status --watch --server http://127.0.0.1:\(gateway.httpPort) | head -n 1"
        let result = try await ChildProcess.run("/bin/sh", ["-c", command], within: .seconds(20))
        #expect(result.status == .code(0) && result.output == "No flows.\n")
    }

    @Test("On a terminal it draws in place within the width, and puts the terminal back when interrupted")
    func terminal() async throws {
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: FreePorts.next())])
        let terminal = try PseudoTerminal(columns: 40, rows: 10)
        let watch = try terminal.run(
            GatewayProcess.binaryPath,
            ["status", "--watch"] + HeadgateCommand.server(gateway)
        )
        defer { watch.end() }
        try await eventually("three frames", detail: { terminal.output }) {
            terminal.output.components(separatedBy: "\u{1b}[H").count > 3
        }
        watch.signal(SIGINT)
        #expect(try await watch.waitForExit(within: .seconds(10)) == .code(0))
        let output = terminal.output
        #expect(output.hasPrefix("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l"))
        #expect(output.hasSuffix("\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"))
        #expect(!output.contains("\u{1b}[2J"), "clearing the whole screen flickers")
        let frame = try #require(output.components(separatedBy: "\u{1b}[H").dropFirst().first)
        for line in frame.components(separatedBy: "\r\n") {
            let visible = line.replacing(/\u{1b}\[[0-9?]*[a-zA-Z]/, with: "")
            #expect(visible.count <= 40, "\(visible)")
        }
        #expect(frame.contains("FLOW") && frame.contains("Ready"))
    }

    @Test("A gateway that goes away is told in place, with the last answer below")
    func gone() async throws {
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: FreePorts.next())])
        let terminal = try PseudoTerminal(columns: 120, rows: 20)
        let watch = try terminal.run(
            GatewayProcess.binaryPath,
            ["status", "--watch"] + HeadgateCommand.server(gateway)
        )
        defer { watch.end() }
        try await eventually("a frame") { terminal.output.contains("Ready") }
        try await gateway.stop()
        try await eventually("told", detail: { terminal.output }) { terminal.output.contains("The last answer") }
        watch.signal(SIGTERM)
        #expect(try await watch.waitForExit(within: .seconds(10)) == .code(2))
        #expect(terminal.output.hasSuffix("\u{1b}[?1049l"))
    }
}
