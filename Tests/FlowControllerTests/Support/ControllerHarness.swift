import FlowController
import FlowModel
import FlowPlanner
import Logging
import Synchronization

/// A controller in a world of memory: directory, data plane, state, secrets and clock.
struct ControllerHarness: Sendable {
    let directory: InMemoryFlowDirectory
    let state: InMemoryStateStore
    let applier = ScriptedApplier()
    let secrets = InMemorySecrets()
    let watcher = ManualWatcher()
    let time = ManualTime()
    let log = LogCapture()
    let events = EventCapture()
    let controller: FlowController

    init(
        _ files: [String: String] = [:],
        directory: InMemoryFlowDirectory = InMemoryFlowDirectory(),
        state: InMemoryStateStore = InMemoryStateStore(),
        prune: PrunePolicy = .default
    ) {
        for (path, text) in files { directory[path] = text }
        self.directory = directory
        self.state = state
        controller = FlowController(
            configuration: FlowControllerConfiguration(
                flowsDirectory: "flows.d",
                stateDirectory: "/nowhere",
                prune: prune
            ),
            applier: applier,
            logger: log.logger(),
            onEvent: { [events] event in events.add(event) },
            environment: ControllerEnvironment(
                directory: directory,
                rules: LineFormat.rules,
                secrets: secrets,
                watcher: watcher,
                state: state,
                time: time
            )
        )
    }

    /// Runs the controller around `body`, which begins when the first pass was applied.
    func run(_ body: (ControllerHarness) async throws -> Void) async throws {
        let task = Task { [controller] in try await controller.run() }
        await controller.waitUntilReady()
        do {
            try await body(self)
        } catch {
            task.cancel()
            try await task.value
            throw error
        }
        task.cancel()
        try await task.value
    }

    func flow(_ name: String) async -> FlowStatus? {
        await controller.status().flows.first { $0.name == name }
    }

    /// `Ready=True/Running Stalled=True/InvalidFile`
    func conditions(_ name: String) async -> String {
        guard let flow = await flow(name) else { return "" }
        return flow.conditions.map { "\($0.type.rawValue)=\($0.status.rawValue)/\($0.reason)" }.joined(separator: " ")
    }
}

final class EventCapture: Sendable {
    private let captured = Mutex<[FlowEvent]>([])

    var reasons: [String] { captured.withLock { $0.map { "\($0.flow) \($0.reason)" } } }

    func add(_ event: FlowEvent) { captured.withLock { $0.append(event) } }
}
