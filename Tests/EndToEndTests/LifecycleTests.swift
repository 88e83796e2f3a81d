import FlowModel
import Foundation
import HeadgateTestKit
import Testing

@Suite("Start, stop and trouble", .shared)
struct LifecycleTests {
    @Test("SIGTERM and SIGINT end the gateway in good order, also with clients", arguments: [SIGTERM, SIGINT])
    func stops(_ signal: Int32) async throws {
        let port = FreePorts.next()
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: port)])
        let client = try SRTPublisher.srtLiveTransmit.start(from: FreePorts.next(), to: port)
        try await gateway.waitForFlow("a", "published to") { $0.leg()?.state == .connected }
        gateway.process.signal(signal)
        #expect(try await gateway.process.waitForExit(within: .seconds(15)) == .code(0), "\(gateway.log)")
        try await client.waitForExit(within: .seconds(20))
    }

    @Test("Ready names the ports, and the probes answer")
    func ready() async throws {
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: FreePorts.next())])
        let status = try gateway.status()
        #expect(status.ready)
        let srt = try gateway.listenerPort("srt")
        #expect(srt != 0)
        try await gateway.waitForLog("ready", "\(srt)", "\(gateway.httpPort)")
        #expect(try gateway.get("/healthz").status == 200)
        #expect(try gateway.get("/nothing-here").status == 404)
        let metrics = try gateway.get("/metrics").text
        #expect(metrics.contains("headgate_") && metrics.contains("# HELP headgate_"))
    }

    @Test("As many files may be open as the system grants, not as few as a shell or systemd starts with")
    func openFiles() async throws {
        let (flows, state) = (try TemporaryDirectory("headgate-flows"), try TemporaryDirectory("headgate-state"))
        let listeners = ["http", "srt", "rtmp", "rtsp"].flatMap { ["--\($0)", "off"] }
        let gateway = try ChildProcess(
            "sh",
            ["-c", "ulimit -S -n 100 && exec \"$0\" \"$@\"", GatewayProcess.binaryPath, "serve"]
                + ["--flows", flows.path, "--state-dir", state.path] + listeners
        )
        try await eventually("ready", detail: { gateway.errorOutput }) { gateway.errorOutput.contains("ready") }
        let limits = try String(contentsOfFile: "/proc/\(gateway.processIdentifier)/limits", encoding: .utf8)
        let files = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        let (soft, hard) = (files.split(separator: " ")[3], files.split(separator: " ")[4])
        #expect(soft == hard && soft != "100", "\(files)")
        gateway.signal(SIGTERM)
        _ = try await gateway.waitForExit(within: .seconds(15))
    }

    @Test("A port in use: the flow says so, the others run, and it heals when the port is free")
    func portInUse() async throws {
        let port = FreePorts.next()
        var holder: UDPSocket? = try UDPSocket(port: port)
        #expect(holder?.port == port)
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.srtInput("a", port: port), "b.yaml": FlowText.srtInput("b", port: FreePorts.next()),
        ])
        try await gateway.waitForFlow("b")
        let flow = try await gateway.waitForFlow("a", "waiting for the port") { $0.condition(.ready)?.status == .false }
        let conditions = flow.conditions.filter { $0.type != .ready }
        #expect(conditions.contains { $0.reason == "PortInUse" }, "\(conditions)")
        #expect(flow.conditions.contains { $0.message.contains("\(port)") })
        holder = nil
        let healed = try await gateway.waitForFlow("a", within: .seconds(40))
        #expect(healed.condition(.reconciling) == nil && healed.condition(.stalled) == nil)
        #expect(healed.generation == 1)
    }

    @Test("An input that cannot run is Stalled and does not keep the rest of its flow from running")
    func listenerOff() async throws {
        let gateway = try await GatewayProcess.start([
            "a.yaml": FlowText.flow(
                "a",
                inputs: [
                    "name: push, protocol: rtsp", "name: in, protocol: srt, mode: listener, port: \(FreePorts.next())",
                ]
            )
        ])
        let flow = try await gateway.waitForFlow("a", "stalled") { $0.condition(.stalled)?.status == .true }
        #expect(flow.condition(.stalled)?.reason == "ListenerOff")
        #expect(flow.leg("in")?.state == .waiting)
    }

    @Test("A second gateway on the same state folder is refused, and the first one goes on")
    func stateFolderInUse() async throws {
        let gateway = try await GatewayProcess.start(["a.yaml": FlowText.srtInput("a", port: FreePorts.next())])
        let second = try GatewayProcess(
            flows: TemporaryDirectory("headgate-flows"),
            state: gateway.state,
            arguments: []
        )
        #expect(try await second.process.waitForExit(within: .seconds(20)) != .code(0))
        #expect(second.log.contains("is in use by another gateway"))
        #expect(try gateway.flow("a")?.condition(.ready)?.status == .true)
    }

    @Test("Suspend stops the inputs and keeps the flow; resuming starts them")
    func suspend() async throws {
        let port = FreePorts.next()
        let text = { (suspended: Bool) in
            FlowText.flow(
                "a",
                extra: ["suspend: \(suspended)"],
                inputs: ["name: in, protocol: srt, mode: listener, port: \(port)"]
            )
        }
        let gateway = try await GatewayProcess.start(["a.yaml": text(false)])
        try gateway.flows.replace("a.yaml", with: text(true))
        let flow = try await gateway.waitForFlow("a", "suspended") { $0.suspended && $0.observedGeneration == 2 }
        #expect(flow.leg()?.state ?? .idle == .idle)
        try await eventually("the port is free") { (try? UDPSocket(port: port)) != nil }
        try gateway.flows.replace("a.yaml", with: text(false))
        try await gateway.waitForFlow("a", "running again") { !$0.suspended && $0.leg()?.state == .waiting }
    }

    @Test("When all files vanish at once the flows stay for the grace period")
    func massDeletion() async throws {
        let ports = (0..<3).map { _ in FreePorts.next() }
        let gateway = try await GatewayProcess.start(
            Dictionary(uniqueKeysWithValues: ports.map { ("f\($0).yaml", FlowText.srtInput("f\($0)", port: $0)) }),
            arguments: ["--prune", "after=2s", "--rescan", "200ms"]
        )
        for port in ports { try gateway.flows.remove("f\(port).yaml") }
        let status = try await gateway.waitForStatus("a deletion waits") { $0.reconcile.pendingPruneTime != nil }
        #expect(status.reconcile.pendingPruneFlows.count == 3)
        #expect(status.flows.count == 3 && status.flows.allSatisfy { $0.leg()?.state == .waiting })
        try await gateway.waitForStatus("deleted") { $0.flows.isEmpty && $0.reconcile.pendingPruneTime == nil }
        try await eventually("the ports are free") { ports.allSatisfy { (try? UDPSocket(port: $0)) != nil } }
    }

    @Test("A directory that vanishes and comes back costs no session")
    func directoryReplaced() async throws {
        let parent = try TemporaryDirectory()
        let port = FreePorts.next()
        let flows = try TemporaryDirectory("headgate-flows")
        let gateway = try await GatewayProcess.start(
            ["a.yaml": FlowText.srtInput("a", port: port)],
            arguments: ["--rescan", "200ms"],
            flows: flows
        )
        let client = try SRTPublisher.srtLiveTransmit.start(from: FreePorts.next(), to: port)
        defer { client.end() }
        let before = try await gateway.waitForFlow("a", "published to") { $0.leg()?.state == .connected }
        guard rename(flows.path, parent.path("away")) == 0 else { throw DeadlineExceeded(description: "rename") }
        try await gateway.waitForStatus("noticed") {
            $0.reconcile.pendingPruneTime != nil || $0.reconcile.failedPasses > 0
        }
        guard rename(parent.path("away"), flows.path) == 0 else { throw DeadlineExceeded(description: "rename") }
        try await gateway.waitForStatus("calm") { $0.reconcile.pendingPruneTime == nil && $0.files.count == 1 }
        // Watched again: an edit arrives.
        try gateway.flows.write(FlowText.srtInput("a", port: port) + "description: after\n", to: "a.yaml")
        let after = try await gateway.waitForFlow("a", "edited") { $0.description == "after" }
        #expect(after.leg()?.remote == before.leg()?.remote)
        #expect(client.isRunning)
    }

    @Test("libsrt runs only once a flow needs it, and works on the shared port only for flows that share it")
    func libraryOnDemand() async throws {
        let receiver = try UDPSocket()
        let gateway = try await GatewayProcess.start([
            "plain.yaml": FlowText.relay("plain", from: FreePorts.next(), to: receiver.port)
        ])
        let port = try gateway.listenerPort("srt")
        #expect(throws: SystemCallError.self, "the port is bound") { try UDPSocket(port: port) }
        let receiving = { try gateway.threadNames().filter { $0.hasPrefix("SRT:RcvQ") }.count }
        #expect(try gateway.threadNames().allSatisfy { !$0.hasPrefix("SRT:") })
        let (far, played) = (FreePorts.next(), try UDPSocket())
        let listener = try SRTReceiver.srtLiveTransmit.start(port: far, calls: false, to: played.port)
        defer { listener.end() }
        let caller = "name: out, protocol: srt, mode: caller, host: 127.0.0.1, port: \(far)"
        try gateway.flows.write(
            FlowText.flow(
                "calling",
                inputs: ["name: in, protocol: file, path: \"builtin:demo\", loop: true"],
                outputs: [caller]
            ),
            to: "calling.yaml"
        )
        #expect(played.receive(within: .seconds(60)) != nil, "\(gateway.log)")
        #expect(try receiving() == 1)
        try gateway.flows.write(
            FlowText.flow("shared", inputs: ["name: in, protocol: srt, mode: listener"]),
            to: "shared.yaml"
        )
        try await gateway.waitForFlow("shared")
        #expect(try receiving() == 2)
        let client = try SRTPublisher.srtLiveTransmit.start(from: FreePorts.next(), to: port, streamID: "shared/in")
        defer { client.end() }
        try await gateway.waitForFlow("shared", "published to") { $0.leg()?.state == .connected }
    }

    @Test("Threads do not grow with the flows on the shared port")
    func threads() async throws {
        let make = { (count: Int) in
            Dictionary(
                uniqueKeysWithValues: (0..<count).map {
                    ("f\($0).yaml", FlowText.flow("f\($0)", inputs: ["name: in, protocol: srt, mode: listener"]))
                }
            )
        }
        let few = try await GatewayProcess.start(make(2))
        let many = try await GatewayProcess.start(make(200))
        try await many.waitForStatus("all ready") { $0.flows.count == 200 && $0.flows.allSatisfy(\.isReady) }
        let (fewThreads, manyThreads) = (try few.threadCount(), try many.threadCount())
        // The runtime's own pools start threads as they like, up to a few per core.
        #expect(manyThreads <= fewThreads + 8, "\(fewThreads) threads with 2 flows, \(manyThreads) with 200")
        print("threads: \(fewThreads) with 2 flows, \(manyThreads) with 200")
    }
}
