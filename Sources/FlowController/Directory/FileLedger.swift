import FlowConfig
import FlowModel
import FlowPlanner

/// What is known about every flow file: what is on disk, what was accepted last, and what is wrong.
///
/// Content decides, by hash. Each file is taken or refused as a whole; a refused one goes on with what was accepted
/// last. It does no I/O: listings and stored contents come in, what to keep goes out.
struct FileLedger {
    /// How long changes that never end keep deletions from being carried out.
    static let maximumUnsettledTime = Duration.seconds(2)

    struct Accepted {
        var hash: String
        var file: LoadedFile
    }

    struct Entry {
        /// As the operator names it.
        var path: String
        /// Within the directory.
        var relativePath: String
        /// Empty while the file is unreadable or missing.
        var diskHash = ""
        /// What the bytes on disk say; nil while they cannot be read.
        var disk: LoadedFile?
        var unreadable: Diagnostic?
        var accepted: Accepted?
        /// What is wrong now, of the file itself and with others.
        var diagnostics: [Diagnostic] = []
        /// What was told to be wrong.
        var reported: [Diagnostic] = []
        var isMissing = false
        /// Whether the flows of `accepted` are asked for.
        var runs = false

        var isRefused: Bool { diagnostics.contains { $0.severity == .error } }

        var asksForFlows: Bool { runs && accepted?.file.flows.isEmpty == false }
    }

    private(set) var entries: [String: Entry] = [:]
    /// The paths of the entries, sorted.
    private var order: [String] = []
    private var prune: MassDeletionGuard
    private var unsettledSince: Duration?
    /// The bytes behind contents that may be accepted in this look.
    private var freshBytes: [String: [UInt8]] = [:]
    private var isFirstLook = true
    private var lastDecision = MassDeletionGuard.Decision()

    let rules: FlowDirectoryRules
    /// The directory as the operator names it, and as an absolute path.
    private let directory: (name: String, absolute: String)

    init(directory: String, absoluteDirectory: String, prune: PrunePolicy, rules: FlowDirectoryRules) {
        self.directory = (directory, absoluteDirectory)
        self.prune = MassDeletionGuard(policy: prune)
        self.rules = rules
    }

    /// Takes over a listing.
    ///
    /// - Parameters:
    ///   - settled: false while more changes are coming in; deletions then wait a little.
    ///   - stored: the content that was accepted last before the gateway started, by path.
    mutating func look(
        _ listing: DirectoryListing,
        settled: Bool,
        at now: Duration,
        stored: (String) -> [UInt8]?
    ) -> LedgerOutcome {
        var outcome = LedgerOutcome()
        freshBytes = [:]
        defer { freshBytes = [:] }
        let isChanged = takeOver(listing, stored: stored)
        let missing = entries.values.filter(\.isMissing).map(\.path)
        guard isChanged || !missing.isEmpty || isFirstLook else {
            outcome.isUnchanged = true
            outcome.hasProblems = entries.values.contains(where: \.isRefused)
            return outcome
        }
        resolve(&outcome)
        isFirstLook = false
        noteMotion(settled: settled, at: now)
        let held = decideRemovals(missing, listing, outcome: &outcome, at: now)
        collectFlows(held, into: &outcome)
        report(into: &outcome)
        outcome.hasProblems = entries.values.contains(where: \.isRefused)
        return outcome
    }

    // MARK: Taking over a listing

    private mutating func takeOver(_ listing: DirectoryListing, stored: (String) -> [UInt8]?) -> Bool {
        var isChanged = false
        var seen: Set<String> = []
        for file in listing.files {
            let path = shownPath(file.path)
            seen.insert(path)
            var entry = entries[path] ?? Entry(path: path, relativePath: file.path)
            switch file.content {
            case .bytes(let bytes):
                let hash = ContentHash.hex(of: bytes)
                if entry.diskHash == hash, entry.disk != nil, !entry.isMissing { continue }
                take(bytes, hash: hash, into: &entry)
            case .unreadable(let problem):
                if entry.unreadable == problem, !entry.isMissing { continue }
                entry.unreadable = problem
                entry.disk = nil
                entry.diskHash = ""
            }
            if entries[path] == nil { restore(&entry, stored: stored) }
            entry.isMissing = false
            entries[path] = entry
            isChanged = true
        }
        for (path, entry) in entries where !entry.isMissing && !seen.contains(path) {
            guard listing.tells(about: entry.relativePath) else { continue }
            entries[path]?.isMissing = true
            entries[path]?.disk = nil
            entries[path]?.diskHash = ""
            entries[path]?.unreadable = nil
            isChanged = true
        }
        return isChanged
    }

    private mutating func take(_ bytes: [UInt8], hash: String, into entry: inout Entry) {
        entry.unreadable = nil
        entry.diskHash = hash
        if let accepted = entry.accepted, accepted.hash == hash {
            entry.disk = accepted.file
        } else {
            entry.disk = load(bytes, entry)
            freshBytes[entry.path] = bytes
        }
    }

    /// A file that is seen for the first time goes on from what was accepted before the gateway started.
    private func restore(_ entry: inout Entry, stored: (String) -> [UInt8]?) {
        guard let bytes = stored(entry.path) else { return }
        let hash = ContentHash.hex(of: bytes)
        let file =
            hash == entry.diskHash ? entry.disk : load(bytes, entry)
        guard let file, file.isValid, !file.isEmpty else { return }
        entry.accepted = Accepted(hash: hash, file: file)
    }

    private func load(_ bytes: [UInt8], _ entry: Entry) -> LoadedFile {
        let folder = entry.relativePath.split(separator: "/").dropLast().joined(separator: "/")
        let base = folder.isEmpty ? directory.absolute : "\(directory.absolute)/\(folder)"
        return rules.load(FlowFile(path: entry.path, bytes: bytes, baseDirectory: base))
    }

    private func shownPath(_ relativePath: String) -> String {
        directory.name.hasSuffix("/") ? directory.name + relativePath : "\(directory.name)/\(relativePath)"
    }

    private mutating func sortPaths() {
        guard order.count != entries.count || order.contains(where: { entries[$0] == nil }) else { return }
        order = entries.keys.sorted()
    }

    // MARK: Deciding which content counts

    fileprivate enum Candidate {
        case disk
        case accepted
        case nothing
    }

    /// Picks the content of each file, so that all of them together break no rule.
    ///
    /// A file that breaks one falls back to what was accepted last, and when that does not fit either, to nothing.
    /// Each round takes a step back for at least one file, so there is an end.
    private mutating func resolve(_ outcome: inout LedgerOutcome) {
        var candidates: [String: Candidate] = [:]
        for (path, entry) in entries where !entry.isMissing {
            candidates[path] = entry.firstCandidate
            let diagnostics = entry.ownDiagnostics
            if entry.diagnostics != diagnostics { entries[path]?.diagnostics = diagnostics }
        }
        sortPaths()
        var isFirstRound = isFirstLook
        var isConsistent = false
        while !isConsistent {
            isConsistent = true
            var established: [LoadedFile] = []
            var newcomers: [LoadedFile] = []
            for path in order {
                guard let entry = entries[path] else { continue }
                switch candidates[path] {
                case .disk:
                    guard let disk = entry.disk else { continue }
                    if entry.accepted?.hash == entry.diskHash {
                        established.append(disk)
                    } else {
                        newcomers.append(disk)
                    }
                case .accepted:
                    if let accepted = entry.accepted { established.append(accepted.file) }
                case .nothing, nil:
                    continue
                }
            }
            // What was accepted before the start may collide with ports that the gateway has taken since.
            let diagnostics = (isFirstRound ? rules.check(established, []) : []) + rules.check(newcomers, established)
            isFirstRound = false
            for diagnostic in diagnostics {
                guard let candidate = candidates[diagnostic.file] else { continue }
                if entries[diagnostic.file]?.diagnostics.contains(diagnostic) == false {
                    entries[diagnostic.file]?.diagnostics.append(diagnostic)
                }
                guard diagnostic.severity == .error, candidate != .nothing else { continue }
                isConsistent = false
                outcome.demoted.insert(diagnostic.file)
            }
            for path in outcome.demoted {
                guard let entry = entries[path] else { continue }
                let hasOther = entry.accepted.map { $0.hash != entry.diskHash } ?? false
                candidates[path] = candidates[path] == .disk && hasOther ? .accepted : .nothing
            }
            outcome.demoted = []
        }
        for (path, candidate) in candidates { accept(path, candidate, &outcome) }
        outcome.saves.sort { $0.path < $1.path }
    }

    private mutating func accept(_ path: String, _ candidate: Candidate, _ outcome: inout LedgerOutcome) {
        guard let entry = entries[path] else { return }
        let runs = candidate != .nothing
        if entry.runs != runs { entries[path]?.runs = runs }
        if candidate == .disk, let disk = entry.disk, entry.accepted?.hash != entry.diskHash {
            entries[path]?.accepted = Accepted(hash: entry.diskHash, file: disk)
            if let bytes = freshBytes[path] { outcome.saves.append((path, bytes)) }
        }
    }

    // MARK: Deletions

    private mutating func noteMotion(settled: Bool, at now: Duration) {
        if settled {
            unsettledSince = nil
        } else if unsettledSince == nil {
            unsettledSince = now
        }
    }

    /// Forgets files that are gone, and returns those of them whose flows go on for now.
    private mutating func decideRemovals(
        _ missing: [String],
        _ listing: DirectoryListing,
        outcome: inout LedgerOutcome,
        at now: Duration
    ) -> [String] {
        let isInMotion = unsettledSince.map { now < $0 + Self.maximumUnsettledTime } ?? false
        let mayDecide = (listing.problem == nil || listing.isMissing) && !(isInMotion && !missing.isEmpty)
        if mayDecide {
            let running = missing.filter { entries[$0]?.asksForFlows == true }
            lastDecision = prune.decide(
                missing: Set(running),
                anythingLeft: entries.values.contains { !$0.isMissing && $0.asksForFlows },
                at: now
            )
            outcome.pruneChange = lastDecision.change
            for path in missing where !lastDecision.held.contains(path) {
                entries[path] = nil
                outcome.drops.append(path)
                outcome.reports.append(.removed(path))
            }
        }
        // A deadline that passed while nothing can be decided would only make the controller look without a pause.
        outcome.pruneDeadline = lastDecision.deadline.flatMap { mayDecide || $0 > now ? $0 : nil }
        outcome.isPruneHeld = !lastDecision.held.isEmpty
        return missing.filter { entries[$0] != nil }
    }

    // MARK: What comes out

    private func collectFlows(_ held: [String], into outcome: inout LedgerOutcome) {
        for path in order {
            guard let entry = entries[path] else { continue }
            outcome.files.append(entry.status)
            if entry.runs, !entry.isMissing { outcome.add(entry, isHeld: false) }
        }
        for path in held.sorted() {
            guard let entry = entries[path], entry.runs else { continue }
            outcome.add(entry, isHeld: lastDecision.held.contains(path))
        }
    }

    /// Files whose problems are other ones than at the last look.
    private mutating func report(into outcome: inout LedgerOutcome) {
        for path in order {
            guard let entry = entries[path], entry.reported != entry.diagnostics else { continue }
            entries[path]?.reported = entry.diagnostics
            if entry.diagnostics.isEmpty {
                outcome.reports.append(.recovered(path))
            } else {
                outcome.reports.append(
                    .problems(path, entry.diagnostics, keepsRunning: entry.isRefused && entry.runs)
                )
            }
        }
    }
}

extension FileLedger.Entry {
    fileprivate var firstCandidate: FileLedger.Candidate {
        if let disk, disk.isValid, !disk.isEmpty { return .disk }
        return accepted == nil ? .nothing : .accepted
    }

    /// What is wrong with the file by itself.
    fileprivate var ownDiagnostics: [Diagnostic] {
        if let unreadable { return [unreadable] }
        guard let disk else { return [] }
        guard disk.isEmpty, disk.isValid, accepted != nil else { return disk.diagnostics }
        return disk.diagnostics + [
            Diagnostic(
                file: path,
                severity: .warning,
                message: "the file is empty; its flows stay as they were until it is saved or deleted",
                rule: "file/empty"
            )
        ]
    }

    var status: FileStatus {
        FileStatus(
            path: path,
            diskHash: diskHash,
            runningHash: runs ? accepted?.hash ?? "" : "",
            valid: !isRefused && !isMissing,
            problems: diagnostics.map(FileProblem.init)
        )
    }
}
