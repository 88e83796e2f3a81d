import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// Figures that the issue of a slow machine or build must not turn into failures: printed exactly, held loosely.
@Suite("Times", .alone)
struct TimingTests {
    @Test("From the write of a file to its running input")
    func editToRunning() async throws {
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: FreePorts.next())])
        let clock = ContinuousClock()
        var times: [Duration] = []
        for round in 0..<30 {
            let port = FreePorts.next()
            let start = clock.now
            try gateway.flows.write(FlowText.srtInput("a", port: port), to: "a.yaml")
            // The port is bound when nobody else can bind it; that asks nothing of the gateway.
            try await eventually("port \(port), round \(round)", every: .milliseconds(1)) {
                (try? UDPSocket(port: port)) == nil
            }
            times.append(clock.now - start)
        }
        times.sort()
        print("edit to running: median \(times[15]), slowest \(times[29])")
        #expect(times[15] < .milliseconds(250))
    }

    @Test("1,000 files from cold")
    func coldStart() async throws {
        var files: [String: String] = [:]
        for number in 0..<1_000 {
            files["f\(number).yaml"] = FlowText.flow(
                "f\(number)",
                inputs: ["name: in, protocol: rtp, port: \(32_000 + number * 4)"]
            )
        }
        let flows = try TemporaryDirectory("headgate-flows")
        for (name, text) in files { try flows.write(text, to: name) }
        let clock = ContinuousClock()
        let start = clock.now
        let gateway = try await GatewayProcess.start(flows: flows, readyWithin: .seconds(60))
        let took = clock.now - start
        print("1,000 flows from cold: ready after \(took)")
        // A snapshot may be a moment old.
        let status = try await gateway.waitForStatus("all flows shown") { $0.ready && $0.flows.count == 1_000 }
        let notReady = status.flows.filter { !$0.isReady }
        // Somebody else's connection may sit on one of the ports.
        #expect(notReady.count <= 3, "\(notReady.prefix(3))")
        #expect(took < .seconds(10))
        #expect(try await gateway.stop() == .code(0))
    }

    @Test("10,000 files validated")
    func validateMany() async throws {
        let flows = try TemporaryDirectory("headgate-flows")
        for number in 0..<10_000 {
            try flows.write(
                FlowText.flow("f\(number)", inputs: ["name: in, protocol: srt, mode: listener"]),
                to: "f\(number).yaml"
            )
        }
        let clock = ContinuousClock()
        let start = clock.now
        let result = try await ChildProcess.run(
            GatewayProcess.binaryPath,
            ["validate", flows.path],
            within: .seconds(110)
        )
        print("10,000 files validated in \(clock.now - start)")
        #expect(result.status == .code(0), "\(result.output.prefix(500)) \(result.errorOutput.prefix(500))")
    }
}
