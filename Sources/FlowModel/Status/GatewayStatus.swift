/// One problem of a file, as the status API shows it.
public struct FileProblem: Hashable, Sendable, Codable {
    public var line: Int
    public var column: Int
    public var severity: Diagnostic.Severity
    public var field: String
    public var message: String
    public var rule: String
    /// The line of the file that it is about, without what may be a secret.
    public var excerpt: SourceExcerpt?

    public init(_ diagnostic: Diagnostic) {
        self.line = diagnostic.line
        self.column = diagnostic.column
        self.severity = diagnostic.severity
        self.field = diagnostic.field
        self.message = diagnostic.message
        self.rule = diagnostic.rule
        self.excerpt = diagnostic.excerpt
    }
}

/// A flow file that was read, with what is wrong with it.
public struct FileStatus: Hashable, Sendable, Codable {
    public var path: String
    /// SHA-256 of what is on disk, in hex; empty when it could not be read.
    public var diskHash: String
    /// SHA-256 of the content that runs; empty when none was ever valid.
    public var runningHash: String
    public var valid: Bool
    public var problems: [FileProblem]

    public init(path: String, diskHash: String, runningHash: String, valid: Bool, problems: [FileProblem]) {
        self.path = path
        self.diskHash = diskHash
        self.runningHash = runningHash
        self.valid = valid
        self.problems = problems
    }
}

/// Counts over all passes of the reconciler.
public struct ReconcileStatus: Hashable, Sendable, Codable {
    public var passes: UInt64 = 0
    /// Passes that could not read the directory or saw an invalid file.
    public var failedPasses: UInt64 = 0
    public var lastDurationSeconds: Double = 0
    /// Seconds since 1970 of the last pass, and of the last one without a problem.
    public var lastPassTime: Double = 0
    public var lastSuccessTime: Double = 0
    /// Set while a deletion of all flows waits for confirmation, in seconds since 1970: when it will be carried out.
    public var pendingPruneTime: Double?
    public var pendingPruneFlows: [String] = []

    public init() {}
}

/// An immutable snapshot of everything that the status server shows.
public struct GatewayStatus: Hashable, Sendable, Codable {
    public var version: String
    /// Seconds since 1970.
    public var startTime: Double
    /// Everything that the files ask for has been applied once.
    public var ready: Bool
    /// Protocol name to `HOST:PORT`.
    public var listeners: [String: String]
    public var reconcile: ReconcileStatus
    public var files: [FileStatus]
    public var flows: [FlowStatus]
    /// How often peers were refused, by reason.
    public var refusals: [String: UInt64]

    public init(
        version: String,
        startTime: Double,
        ready: Bool = false,
        listeners: [String: String] = [:],
        reconcile: ReconcileStatus = ReconcileStatus(),
        files: [FileStatus] = [],
        flows: [FlowStatus] = [],
        refusals: [String: UInt64] = [:]
    ) {
        self.version = version
        self.startTime = startTime
        self.ready = ready
        self.listeners = listeners
        self.reconcile = reconcile
        self.files = files
        self.flows = flows
        self.refusals = refusals
    }
}
