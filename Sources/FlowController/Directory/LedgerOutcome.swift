import FlowConfig
import FlowModel
import FlowPlanner

/// A flow that the files ask for, with where it came from.
struct AcceptedFlow: Hashable, Sendable {
    var spec: FlowSpec
    /// The file as the operator names it.
    var file: String
    /// Of the content that the spec is from.
    var acceptedHash: String
    /// Of what is on disk now.
    var diskHash: String
    /// The first error of the file, while it keeps the flow from what is on disk.
    var fileProblem: Diagnostic?
    /// The file is gone together with all others, and the deletion is held back.
    var isPruneHeld = false
}

/// What a look at the directory means.
struct LedgerOutcome {
    enum Report: Hashable {
        /// All of a file's problems, when they are not the same as before.
        case problems(String, [Diagnostic], keepsRunning: Bool)
        case recovered(String)
        case removed(String)
    }

    /// Nothing is different from last time; `flows` and `files` are empty then.
    var isUnchanged = false
    /// By name.
    var flows: [String: AcceptedFlow] = [:]
    var files: [FileStatus] = []
    var reports: [Report] = []
    /// A file is refused, or the directory could not be read in full.
    var hasProblems = false
    /// Contents that were accepted, to be kept for a restart.
    var saves: [(path: String, bytes: [UInt8])] = []
    /// Files whose kept content is to be forgotten.
    var drops: [String] = []
    var pruneChange = MassDeletionGuard.Change.none
    var pruneDeadline: Duration?
    var isPruneHeld = false

    /// Files that broke a rule in the current round.
    var demoted: Set<String> = []

    /// Adds the flows of a file. What is there already stays: a file that is present goes before one that is gone.
    mutating func add(_ entry: FileLedger.Entry, isHeld: Bool) {
        guard let accepted = entry.accepted else { return }
        let problem = entry.diagnostics.first { $0.severity == .error }
        for flow in accepted.file.flows where flows[flow.spec.name] == nil {
            flows[flow.spec.name] = AcceptedFlow(
                spec: flow.spec,
                file: entry.path,
                acceptedHash: accepted.hash,
                diskHash: entry.diskHash,
                fileProblem: problem,
                isPruneHeld: isHeld
            )
        }
    }
}
