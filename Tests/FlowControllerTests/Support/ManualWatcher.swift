import FlowController
import Synchronization

/// Says "look again" when the test says so.
final class ManualWatcher: FlowWatching {
    private let onChange = Mutex<(@Sendable () -> Void)?>(nil)
    private let watched = Mutex<Set<String>>([])

    var files: Set<String> { watched.withLock(\.self) }

    func start(onChange: @escaping @Sendable () -> Void) { self.onChange.withLock { $0 = onChange } }
    func prepareForLook() {}
    func watch(files: Set<String>) { watched.withLock { $0 = files } }
    func stop() { onChange.withLock { $0 = nil } }
    func changed() { onChange.withLock(\.self)?() }
}
