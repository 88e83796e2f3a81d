public import FlowModel
import FlowPlanner
import Glibc
public import Logging

/// Makes the running flows match the files: watches, loads, plans, applies, and tells how far it got.
///
/// Level-based: an event only means "look again". Each look compares everything that is on disk with everything that
/// was applied, so nothing depends on having seen each change. No error ends the loop.
public actor FlowController {
    let configuration: FlowControllerConfiguration
    let applier: any FlowApplying
    let looker: DirectoryLooker
    let rules: FlowDirectoryRules
    let watcher: any FlowWatching
    let writer: StateWriter
    let generations: GenerationStore
    let time: any ControllerTime
    let journal: Journal
    let signal = WakeSignal()

    var records: [String: FlowRecord] = [:]
    var observed: [String: ObservedFlow] = [:]
    /// Flows that are to be compared, and those with a problem: a turn looks at these, not at all.
    var dirty: Set<String> = []
    var troubled: Set<String> = []
    var files: [FileStatus] = []
    /// What keeps the directory from being read in full.
    var folderProblems: [Diagnostic] = []
    var reconcile = ReconcileStatus()
    var storedGenerations: [String: GenerationStore.Record] = [:]
    var debounce: Debounce
    var nextRescan = Duration.zero
    var pruneDeadline: Duration??
    var isRunning = false
    var hasEnded = false
    /// Set when the first pass has been applied.
    var isReady = false
    var batches: [Int: Task<Void, Never>] = [:]
    var batchCount = 0
    var generator = SystemRandomNumberGenerator()
    /// Callers of `reload` whose pass has not begun.
    var reloadWaiters: [CheckedContinuation<Void, Never>] = []
    /// Those whose pass has begun, with the flows that it still works on.
    var passes: [Pass] = []
    var readyWaiters: [CheckedContinuation<Void, Never>] = []

    struct Pass {
        var remaining: Set<String>
        var waiters: [CheckedContinuation<Void, Never>]
        var isFirst: Bool
    }

    /// - Parameter onEvent: called for everything that is worth telling, also logged; from any thread, must not block.
    public init(
        configuration: FlowControllerConfiguration,
        applier: any FlowApplying,
        logger: Logger,
        onEvent: @escaping @Sendable (FlowEvent) -> Void = { _ in }
    ) {
        let directory = AbsolutePath.of(configuration.flowsDirectory)
        self.init(
            configuration: configuration,
            applier: applier,
            logger: logger,
            onEvent: onEvent,
            environment: ControllerEnvironment(
                directory: FileSystemFlowDirectory(
                    path: AbsolutePath.withoutTrailingSlashes(configuration.flowsDirectory)
                ),
                rules: FlowDirectoryRules(configuration),
                secrets: SystemSecretReader(),
                watcher: InotifyWatcher(directory: directory, logger: logger),
                state: FileSystemStateStore(directory: configuration.stateDirectory),
                time: SystemTime()
            )
        )
    }

    package init(
        configuration: FlowControllerConfiguration,
        applier: any FlowApplying,
        logger: Logger,
        onEvent: @escaping @Sendable (FlowEvent) -> Void = { _ in },
        environment: ControllerEnvironment
    ) {
        let directory = AbsolutePath.of(configuration.flowsDirectory)
        let journal = Journal(logger: logger, onEvent: onEvent)
        let writer = StateWriter { problem in
            logger.warning("State cannot be kept for a restart: \(problem)")
        }
        self.configuration = configuration
        self.applier = applier
        self.rules = environment.rules
        self.watcher = environment.watcher
        self.writer = writer
        self.generations = GenerationStore(state: environment.state)
        self.time = environment.time
        self.journal = journal
        self.debounce = Debounce(quiet: configuration.debounceQuiet, maximumWait: configuration.debounceMaximumWait)
        self.looker = DirectoryLooker(
            ledger: FileLedger(
                directory: AbsolutePath.withoutTrailingSlashes(configuration.flowsDirectory),
                absoluteDirectory: directory,
                prune: configuration.prune,
                rules: environment.rules
            ),
            directory: environment.directory,
            secrets: environment.secrets,
            watcher: environment.watcher,
            lastGood: LastGoodStore(
                state: environment.state,
                directory: AbsolutePath.withoutTrailingSlashes(configuration.flowsDirectory),
                absoluteDirectory: directory
            ),
            writer: writer
        )
    }

    /// Reconciles until the task is cancelled. Running flows stay as they are then; draining them is the applier's.
    ///
    /// It runs once; later calls return at once.
    public func run() async throws {
        guard !isRunning, !hasEnded else { return }
        isRunning = true
        storedGenerations = generations.read()
        watcher.start { [signal] in signal.wake { $0.changed = true } }
        signal.wake { $0.reload = true }
        while !Task.isCancelled {
            await turn()
            await sleepUntilNeeded()
        }
        watcher.stop()
        for task in batches.values { task.cancel() }
        for task in batches.values { await task.value }
        await writer.flush()
        hasEnded = true
        isRunning = false
        releaseWaiters()
    }

    /// Asks for a look at the directory now, without waiting for it.
    public nonisolated func requestReload() {
        signal.wake { $0.reload = true }
    }

    /// Looks at the directory now, and returns when what it found has been applied, or has failed.
    public func reload() async {
        guard !hasEnded else { return }
        await withCheckedContinuation { continuation in
            reloadWaiters.append(continuation)
            signal.wake { $0.reload = true }
        }
    }

    /// Returns when everything that the files ask for has been tried once.
    public func waitUntilReady() async {
        guard !isReady, !hasEnded else { return }
        await withCheckedContinuation { readyWaiters.append($0) }
    }

    // MARK: The loop

    private func turn() async {
        let requests = signal.takeRequests()
        let now = time.now()
        if requests.changed { debounce.changed(at: now) }
        if requests.reload {
            await look(settled: true)
        } else if let firing = debounce.fire(at: now) {
            await look(settled: firing == .settled)
        } else if now >= nextRescan || isPruneDue(at: now) {
            await look(settled: debounce.deadline == nil)
        }
        markDueRetries(at: time.now())
        applyDirtyFlows()
    }

    private func isPruneDue(at now: Duration) -> Bool {
        guard let deadline = pruneDeadline ?? nil else { return false }
        return now >= deadline
    }

    private func sleepUntilNeeded() async {
        let retry = troubled.compactMap(nextAttempt).min()
        let deadline =
            [debounce.deadline, retry, pruneDeadline ?? nil, nextRescan].compactMap(\.self).min() ?? nextRescan
        let alarm = Task { [time, signal] in
            await time.sleep(until: deadline)
            if !Task.isCancelled { signal.wake() }
        }
        await signal.wait()
        alarm.cancel()
    }

    private func releaseWaiters() {
        for waiter in reloadWaiters + readyWaiters + passes.flatMap(\.waiters) { waiter.resume() }
        reloadWaiters = []
        readyWaiters = []
        passes = []
    }
}
