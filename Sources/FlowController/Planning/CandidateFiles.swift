import FlowConfig
import FlowModel
import FlowPlanner
import Glibc

/// Files that are not in the flows directory, read and checked as if they were. It opens none of the paths that the
/// request names.
struct CandidateFiles {
    /// What is wrong with them, by themselves and beside the files that run.
    private(set) var diagnostics: [Diagnostic] = []
    /// What they ask for.
    private(set) var specs: [FlowSpec] = []
    private let scope: PlanRequest.Scope
    private let declaredFlows: Set<String>
    /// Flows of files that run and stay: another file's, or those of one that is empty, which means "being saved".
    private var keptFlows: Set<String> = []
    /// Flows of the file that a lone one takes the place of.
    private var replacedFlows: Set<String> = []

    /// - Parameter directory: the flows directory, absolute.
    init(_ request: PlanRequest, in directory: String, beside entries: [FileLedger.Entry], rules: FlowDirectoryRules) {
        scope = request.scope
        let loaded = request.files.map { file in
            let base = request.scope == .folder ? Self.folder(of: file.location, in: directory) : directory
            return rules.load(FlowFile(path: file.path, bytes: file.bytes, baseDirectory: base))
        }
        specs = loaded.flatMap(\.specs)
        declaredFlows = Set(specs.map(\.name))
        let empty = Set(zip(request.files, loaded).filter { $1.isEmpty }.map(\.0.location))
        let running = entries.filter { $0.runs && !$0.isMissing }
        let established: [LoadedFile]
        switch request.scope {
        case .folder:
            let kept = running.filter { empty.contains($0.relativePath) }
            established = kept.compactMap(\.accepted?.file)
            keptFlows = Self.names(kept)
        case .file:
            let places = Self.places(of: directory)
            let own = running.filter { entry in
                request.files.contains { file in places.contains { file.location == "\($0)/\(entry.relativePath)" } }
            }
            let ownPaths = Set(own.map(\.path))
            let others = running.filter { !ownPaths.contains($0.path) }
            if empty.isEmpty { replacedFlows = Self.names(own) }
            // A file of another name is a new version of the flows that it declares, wherever they run from.
            let declared = own.isEmpty ? declaredFlows : []
            established = others.compactMap(\.accepted?.file).map { file in
                var file = file
                file.flows.removeAll { declared.contains($0.spec.name) }
                return file
            }
        }
        diagnostics = loaded.flatMap(\.diagnostics) + rules.check(loaded, established)
    }

    /// Whether a running flow changes, or goes, with these files.
    func decide(about flow: String) -> Bool {
        if declaredFlows.contains(flow) { return true }
        switch scope {
        case .folder: return !keptFlows.contains(flow)
        case .file: return replacedFlows.contains(flow)
        }
    }

    private static func names(_ entries: [FileLedger.Entry]) -> Set<String> {
        Set(entries.flatMap { $0.accepted?.file.specs.map(\.name) ?? [] })
    }

    /// Relative paths in a file are resolved against the folder that it would be in.
    private static func folder(of location: String, in directory: String) -> String {
        location.lastIndex(of: "/").map { "\(directory)/\(location[..<$0])" } ?? directory
    }

    /// The directory as it was named, and without links.
    private static func places(of directory: String) -> Set<String> {
        guard let resolved = realpath(directory, nil) else { return [directory] }
        defer { free(resolved) }
        return [directory, String(cString: resolved)]
    }
}
