import FlowController
import Synchronization

final class InMemoryStateStore: StateStore {
    private let contents = Mutex<[String: [UInt8]]>([:])

    var names: [String] { contents.withLock { $0.keys.sorted() } }

    func read(_ name: String) -> [UInt8]? { contents.withLock { $0[name] } }

    func write(_ bytes: [UInt8], to name: String) -> String? {
        contents.withLock { $0[name] = bytes }
        return nil
    }

    func remove(_ name: String) { contents.withLock { _ = $0.removeValue(forKey: name) } }

    func list(_ folder: String) -> [String] {
        contents.withLock { $0.keys.filter { $0.hasPrefix(folder + "/") } }
    }
}
