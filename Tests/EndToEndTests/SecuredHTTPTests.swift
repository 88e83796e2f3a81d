import HeadgateTestKit
import Testing

@Suite("HTTP with TLS", .shared)
struct SecuredHTTPTests {
    @Test("The commands ask over TLS, and verify whom they ask")
    func commands() async throws {
        let certificates = try TestCertificates()
        let (certificate, privateKey) = try await certificates.make("localhost")
        let flows = try TemporaryDirectory("headgate-flows")
        try flows.write(
            FlowText.flow(
                "demo",
                inputs: ["name: clip, protocol: file, path: 'builtin:demo', loop: true"],
                outputs: ["name: web, protocol: hls"]
            ),
            to: "demo.yaml"
        )
        let gateway = try GatewayProcess(
            flows: flows,
            state: TemporaryDirectory("headgate-state"),
            arguments: ["--http-tls", "--certificate", certificate, "--private-key", privateKey]
        )
        try await gateway.waitForLog("ready")
        let server = "https://localhost:\(gateway.httpPort)"
        func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> (
            status: ProcessEnd, output: String, errorOutput: String
        ) {
            try await ChildProcess.run(
                GatewayProcess.binaryPath,
                arguments + ["--server", server],
                environment: environment
            )
        }
        let trusting = ["HEADGATE_CA_FILE": certificates.authority]
        let waited = try await run(["wait", "demo", "--timeout", "30s"], environment: trusting)
        #expect(waited.status == .code(0), "\(waited.errorOutput)")
        let status = try await run(["status", "demo", "--json"], environment: trusting)
        #expect(status.output.contains("https://127.0.0.1:\(gateway.httpPort)/hls/demo/index.m3u8"))
        let events = try await run(["events", "demo"], environment: trusting)
        #expect(events.output.contains("Switched"), "\(events.errorOutput)")
        // Nobody here knows the authority.
        let stranger = try await run(["status"])
        #expect(stranger.status == .code(2))
        #expect(stranger.errorOutput.contains("certificate"), "\(stranger.errorOutput)")
        let played = try await ChildProcess.run(
            "ffprobe",
            [
                "-loglevel", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0",
                "\(server)/hls/demo/index.m3u8",
            ]
        )
        #expect(played.output.contains("h264"), "\(played.errorOutput)")
        #expect(try await gateway.stop() == .code(0))
    }

    @Test("Without a certificate TLS is refused at the start")
    func withoutCertificate() async throws {
        let result = try await ChildProcess.run(GatewayProcess.binaryPath, ["serve", "--http-tls"])
        #expect(result.status == .code(64))
        #expect(result.errorOutput.contains("--http-tls wants --certificate and --private-key"))
    }
}
