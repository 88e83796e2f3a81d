public import FlowModel
import Foundation
import Glibc

/// The built gateway as a process of its own, with its folders, found again through its HTTP API.
public final class GatewayProcess: Sendable {
    /// `flows.d` of this gateway.
    public let flows: TemporaryDirectory
    public let state: TemporaryDirectory
    public let process: ChildProcess
    public let httpPort: UInt16

    /// `HEADGATE_BINARY`, or the product beside the test bundle.
    public static var binaryPath: String {
        if let path = ProcessInfo.processInfo.environment["HEADGATE_BINARY"] { return path }
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("headgate").path
    }

    /// Starts the gateway and waits for its `ready`.
    ///
    /// - Parameters:
    ///   - files: name to content, written before the start.
    ///   - arguments: added to the folders and listeners that are given always.
    ///   - flows, state: folders of an earlier gateway, for a restart.
    public static func start(
        _ files: [String: String] = [:],
        arguments: [String] = [],
        environment: [String: String] = [:],
        flows: TemporaryDirectory? = nil,
        state: TemporaryDirectory? = nil,
        readyWithin timeout: Duration = .seconds(30)
    ) async throws -> GatewayProcess {
        let flows = try flows ?? TemporaryDirectory("headgate-flows")
        for (name, text) in files { try flows.write(text, to: name) }
        let gateway = try GatewayProcess(
            flows: flows,
            state: state ?? TemporaryDirectory("headgate-state"),
            arguments: arguments,
            environment: environment
        )
        try await gateway.waitUntilReady(within: timeout)
        return gateway
    }

    /// Starts the gateway and does not wait.
    public init(
        flows: TemporaryDirectory,
        state: TemporaryDirectory,
        arguments: [String],
        environment: [String: String] = [:]
    ) throws {
        self.flows = flows
        self.state = state
        httpPort = Self.httpPort(in: arguments) ?? FreePorts.next()
        let listeners = ["http": "127.0.0.1:\(httpPort)", "srt": "127.0.0.1:0", "rtmp": "off", "rtsp": "off"]
        var all = ["serve", "--flows", flows.path, "--state-dir", state.path]
        for (name, address) in listeners where !arguments.contains("--\(name)") { all += ["--\(name)", address] }
        process = try ChildProcess(Self.binaryPath, all + arguments, environment: environment)
    }

    /// The port that the arguments ask for, as a restart on the same one does.
    private static func httpPort(in arguments: [String]) -> UInt16? {
        guard let flag = arguments.firstIndex(of: "--http"), arguments.indices.contains(flag + 1) else { return nil }
        return arguments[flag + 1].split(separator: ":").last.flatMap { UInt16($0) }
    }

    /// Standard output and standard error, joined.
    public var log: String { process.output + process.errorOutput }

    public func waitUntilReady(within timeout: Duration = .seconds(30)) async throws {
        try await eventually("the gateway is ready", within: timeout, detail: { log }) {
            guard process.isRunning else { throw DeadlineExceeded(description: "the gateway ended") }
            return try get("/readyz").status == 200
        }
    }

    /// Ends the gateway with SIGTERM and returns how it ended.
    @discardableResult
    public func stop(within timeout: Duration = .seconds(20)) async throws -> ProcessEnd {
        process.signal(SIGTERM)
        return try await process.waitForExit(within: timeout)
    }
}

// MARK: - Status

extension GatewayProcess {
    public func get(_ path: String) throws -> HTTPRequest.Response {
        try HTTPRequest.send("GET", path, port: httpPort)
    }

    public func post(_ path: String) throws -> HTTPRequest.Response {
        try HTTPRequest.send("POST", path, port: httpPort)
    }

    public func status() throws -> GatewayStatus {
        try JSONDecoder().decode(GatewayStatus.self, from: Data(get("/api/v1/status").body))
    }

    public func flowList() throws -> [FlowStatus] {
        struct List: Decodable { var flows: [FlowStatus] }
        return try JSONDecoder().decode(List.self, from: Data(get("/api/v1/flows").body)).flows
    }

    public func flow(_ name: String) throws -> FlowStatus? {
        let response = try get("/api/v1/flows/\(name)")
        guard response.status == 200 else { return nil }
        return try JSONDecoder().decode(FlowStatus.self, from: Data(response.body))
    }

    /// The port of a listener of the gateway itself: `srt`, `http`.
    public func listenerPort(_ name: String) throws -> UInt16 {
        let address = try status().listeners[name] ?? ""
        guard let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw DeadlineExceeded(description: "no port for \(name) in \(address)")
        }
        return port
    }

    /// Waits until the flow exists and is as wanted, and returns it.
    @discardableResult
    public func waitForFlow(
        _ name: String,
        _ what: String = "ready",
        within timeout: Duration = .seconds(20),
        until isAsWanted: (FlowStatus) -> Bool = { $0.isReady && $0.observedGeneration == $0.generation }
    ) async throws -> FlowStatus {
        var last: FlowStatus?
        try await eventually("flow \(name) is \(what)", within: timeout, detail: { "\(last as Any)\n\(log)" }) {
            last = try flow(name)
            return last.map(isAsWanted) ?? false
        }
        guard let last else { throw DeadlineExceeded(description: "no flow \(name)") }
        return last
    }

    /// Waits until the gateway as a whole is as wanted.
    @discardableResult
    public func waitForStatus(
        _ what: String,
        within timeout: Duration = .seconds(20),
        until isAsWanted: (GatewayStatus) -> Bool
    ) async throws -> GatewayStatus {
        var last: GatewayStatus?
        try await eventually(what, within: timeout, detail: { "\(last as Any)\n\(log)" }) {
            last = try status()
            return last.map(isAsWanted) ?? false
        }
        guard let last else { throw DeadlineExceeded(description: what) }
        return last
    }

    /// Waits until the log has a line that contains all the words.
    public func waitForLog(_ words: String..., within timeout: Duration = .seconds(20)) async throws {
        try await eventually("a log line with \(words)", within: timeout, detail: { log }) {
            log.split(separator: "\n").contains { line in words.allSatisfy { line.contains($0) } }
        }
    }

    /// How many threads the gateway has now.
    public func threadCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/task").count
    }

    /// What the gateway's threads are called; those of libsrt begin with `SRT:`.
    public func threadNames() throws -> [String] {
        let folder = "/proc/\(process.processIdentifier)/task"
        // A thread may end between the two looks.
        return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { thread in
            try? String(contentsOfFile: "\(folder)/\(thread)/comm", encoding: .utf8)
        }
    }
}

extension FlowStatus {
    /// The leg `main` of an input, or of the first one.
    public func leg(_ input: String? = nil, _ name: String = "main") -> LegStatus? {
        (input.map { name in inputs.first { $0.name == name } } ?? inputs.first)?.legs.first { $0.name == name }
    }

    public func output(_ name: String) -> OutputStatus? { outputs.first { $0.name == name } }
}
