import HeadgateTestKit

/// The commands of the built binary, against a gateway of the test.
enum HeadgateCommand {
    typealias Result = (status: ProcessEnd, output: String, errorOutput: String)

    static func run(_ arguments: [String], input: String? = nil) async throws -> Result {
        try await ChildProcess.run(GatewayProcess.binaryPath, arguments, input: input)
    }

    /// Where the commands find the gateway.
    static func server(_ gateway: GatewayProcess) -> [String] {
        ["--server", "http://127.0.0.1:\(gateway.httpPort)"]
    }
}
