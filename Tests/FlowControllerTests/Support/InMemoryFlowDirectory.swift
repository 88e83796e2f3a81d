import FlowConfig
import FlowController
import FlowModel
import Synchronization

/// A flows directory without a disk.
final class InMemoryFlowDirectory: FlowDirectory {
    private struct State {
        var files: [String: FileContent] = [:]
        var isMissing = false
        var problem: Diagnostic?
        var unreadableFolders: [String] = []
        var reads = 0
    }

    private let state = Mutex(State())

    var reads: Int { state.withLock(\.reads) }

    func read() -> DirectoryListing {
        state.withLock { state in
            state.reads += 1
            if state.isMissing {
                let problem = Diagnostic(file: "flows.d", message: "does not exist", rule: "file/directory")
                return DirectoryListing(problem: problem, isMissing: true)
            }
            let files = state.files.sorted { $0.key < $1.key }.map { path, content in
                DirectorySnapshot.File(path: path, content: content)
            }
            let folders = state.unreadableFolders.map { path in
                DirectorySnapshot.UnreadableFolder(
                    path: path,
                    problem: Diagnostic(file: "flows.d/\(path)", message: "denied", rule: "file/directory")
                )
            }
            return DirectoryListing(
                files: files.filter { file in !state.unreadableFolders.contains { file.path.hasPrefix($0 + "/") } },
                unreadableFolders: folders,
                problem: state.problem
            )
        }
    }

    subscript(path: String) -> String? {
        get { nil }
        set {
            state.withLock { $0.files[path] = newValue.map { .bytes(Array($0.utf8)) } }
        }
    }

    func makeUnreadable(_ path: String, _ message: String) {
        let problem = Diagnostic(file: "flows.d/\(path)", message: message, rule: "file/unreadable")
        state.withLock { $0.files[path] = .unreadable(problem) }
    }

    func setMissing(_ isMissing: Bool) { state.withLock { $0.isMissing = isMissing } }

    func setProblem(_ problem: Diagnostic?) { state.withLock { $0.problem = problem } }

    func setUnreadableFolders(_ paths: [String]) { state.withLock { $0.unreadableFolders = paths } }

    func removeAll() { state.withLock { $0.files = [:] } }
}
