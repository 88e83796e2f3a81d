import Dispatch
import FlowConfig
import FlowModel
import FlowPlanner
import Logging
import Synchronization

/// A flow that shall run, with the values of its secrets.
struct DesiredFlow: Hashable, Sendable {
    var accepted: AcceptedFlow
    /// `accepted.spec` with every secret that could be read.
    var spec: FlowSpec
    /// Inputs and outputs that lack a secret. They stay as they are.
    var failures: [FlowComponent: ApplyFailure]
}

/// What a look at the directory found.
struct DirectoryLook: Sendable {
    /// By name; nil when everything is as it was.
    var flows: [String: DesiredFlow]?
    /// Nil when everything is as it was.
    var files: [FileStatus]?
    var reports: [LedgerOutcome.Report] = []
    /// About the directory and folders in it.
    var folderProblems: [Diagnostic] = []
    /// Any of them, or a file that is refused.
    var hasProblems = false
    var pruneChange = MassDeletionGuard.Change.none
    /// Set while deletions of all flows are held back; `.some(nil)` when they are without end.
    var pruneDeadline: Duration??
}

/// Looks at the directory, on a thread of its own, since disks may be slow: reads files, keeps the ledger, resolves
/// secrets and writes down what was accepted.
final class DirectoryLooker: Sendable {
    private struct State: Sendable {
        var ledger: FileLedger
        var flows: [String: DesiredFlow] = [:]
        var accepted: [String: AcceptedFlow] = [:]
        /// Flows whose secrets can change without their file.
        var withExternalSecrets: Set<String> = []
        /// What was kept of files that are gone has been removed, so a new file has nothing kept.
        var isSwept = false
        /// Files that went before that; their kept content may not be removed from the disk yet.
        var forgotten: Set<String> = []
    }

    private let queue = DispatchQueue(label: "headgate.flows", qos: .userInitiated)
    private let state: Mutex<State>
    private let directory: any FlowDirectory
    private let secrets: any SecretReading
    private let watcher: any FlowWatching
    private let lastGood: LastGoodStore
    private let writer: StateWriter

    init(
        ledger: FileLedger,
        directory: any FlowDirectory,
        secrets: any SecretReading,
        watcher: any FlowWatching,
        lastGood: LastGoodStore,
        writer: StateWriter
    ) {
        self.state = Mutex(State(ledger: ledger))
        self.directory = directory
        self.secrets = secrets
        self.watcher = watcher
        self.lastGood = lastGood
        self.writer = writer
    }

    func look(settled: Bool, at now: Duration) async -> DirectoryLook {
        await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: self.state.withLock { self.look(&$0, settled: settled, at: now) })
            }
        }
    }

    /// The files as they were seen last, for plans of others beside them.
    func entries() async -> [FileLedger.Entry] {
        await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: self.state.withLock { Array($0.ledger.entries.values) })
            }
        }
    }

    private func look(_ state: inout State, settled: Bool, at now: Duration) -> DirectoryLook {
        // Watches come before the listing: what changes after it raises an event.
        watcher.prepareForLook()
        let listing = directory.read()
        let (isSwept, forgotten) = (state.isSwept, state.forgotten)
        let outcome = state.ledger.look(listing, settled: settled, at: now) { path in
            isSwept || forgotten.contains(path) ? nil : lastGood.read(path)
        }
        keep(outcome, listing, &state)
        var look = DirectoryLook()
        look.reports = outcome.reports
        look.folderProblems = listing.folderProblems
        look.hasProblems = outcome.hasProblems || !look.folderProblems.isEmpty
        look.pruneChange = outcome.pruneChange
        if outcome.isPruneHeld { look.pruneDeadline = .some(outcome.pruneDeadline) }
        if outcome.isUnchanged {
            if resolveAgain(&state) { look.flows = state.flows }
        } else {
            look.files = outcome.files
            if resolve(outcome.flows, &state) { look.flows = state.flows }
        }
        return look
    }

    /// Resolves flows that are new or whose secrets live elsewhere. Returns whether anything is different.
    private func resolve(_ accepted: [String: AcceptedFlow], _ state: inout State) -> Bool {
        var isChanged = accepted.count != state.accepted.count
        var external: Set<SecretSource> = []
        var resolver = SecretResolver(reader: secrets)
        var withExternalSecrets: Set<String> = []
        for (name, flow) in accepted {
            let sources = flow.spec.externalSecrets
            guard !sources.isEmpty else { continue }
            external.formUnion(sources)
            withExternalSecrets.insert(name)
        }
        watchSecrets(external)
        var flows: [String: DesiredFlow] = [:]
        flows.reserveCapacity(accepted.count)
        for (name, flow) in accepted {
            if let known = state.flows[name], known.accepted == flow, !withExternalSecrets.contains(name) {
                flows[name] = known
                continue
            }
            let (spec, failures) = resolver.resolve(flow.spec)
            flows[name] = DesiredFlow(accepted: flow, spec: spec, failures: failures)
            if flows[name] != state.flows[name] { isChanged = true }
        }
        state.accepted = accepted
        state.flows = flows
        state.withExternalSecrets = withExternalSecrets
        return isChanged
    }

    private func resolveAgain(_ state: inout State) -> Bool {
        var isChanged = false
        var resolver = SecretResolver(reader: secrets)
        for name in state.withExternalSecrets {
            guard let known = state.flows[name] else { continue }
            let (spec, failures) = resolver.resolve(known.accepted.spec)
            guard spec != known.spec || failures != known.failures else { continue }
            state.flows[name] = DesiredFlow(accepted: known.accepted, spec: spec, failures: failures)
            isChanged = true
        }
        return isChanged
    }

    private func watchSecrets(_ sources: Set<SecretSource>) {
        watcher.watch(
            files: Set(
                sources.compactMap { source in
                    if case .file(let path) = source { path } else { nil }
                }
            )
        )
    }

    private func keep(_ outcome: LedgerOutcome, _ listing: DirectoryListing, _ state: inout State) {
        let lastGood = lastGood
        for (path, bytes) in outcome.saves { writer.enqueue { lastGood.save(bytes, for: path) } }
        for path in outcome.drops {
            writer.enqueue {
                lastGood.remove(path)
                return nil
            }
        }
        // An empty directory may be one that is not mounted yet: what was kept stays until there is a flow again.
        guard !state.isSwept else { return }
        state.forgotten.formUnion(outcome.drops)
        guard !outcome.flows.isEmpty, !outcome.isPruneHeld, listing.folderProblems.isEmpty else { return }
        state.isSwept = true
        state.forgotten = []
        let paths = Array(state.ledger.entries.keys)
        writer.enqueue {
            lastGood.removeAll(but: paths)
            return nil
        }
    }
}
