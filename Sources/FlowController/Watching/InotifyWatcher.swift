import CLinux
import Dispatch
import Glibc
import Logging
import Synchronization

/// Watches the flows directory and what belongs to it through inotify(7).
///
/// It only ever says "look again". Where the kernel cannot tell (a full queue, no watches left, network file systems)
/// the periodic look finds out; nothing here ends the watching.
final class InotifyWatcher: FlowWatching {
    private struct State {
        var descriptor: Int32 = -1
        var source: (any DispatchSourceRead)?
        var onChange: (@Sendable () -> Void)?
        var interests: [Int32: WatchPlan.Interest] = [:]
        var watches: [String: Int32] = [:]
        var files: Set<String> = []
        var problem: String?
    }

    private static let treeMask =
        UInt32(IN_MODIFY) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_ATTRIB) | UInt32(IN_CREATE) | UInt32(IN_DELETE)
        | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)
    /// Above the directory only names that come and go matter.
    private static let nameMask =
        UInt32(IN_CREATE) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE)
    private static let bufferBytes = 64 * 1_024

    private let directory: String
    private let logger: Logger
    private let queue = DispatchQueue(label: "headgate.inotify")
    private let state = Mutex(State())

    /// - Parameter directory: absolute.
    init(directory: String, logger: Logger) {
        self.directory = directory
        self.logger = logger
    }

    func start(onChange: @escaping @Sendable () -> Void) {
        state.withLock { $0.onChange = onChange }
        prepareForLook()
    }

    func watch(files: Set<String>) {
        let isNew = state.withLock { state in
            defer { state.files = files }
            return state.files != files
        }
        if isNew { prepareForLook() }
    }

    func prepareForLook() {
        let files = state.withLock(\.files)
        let plan = WatchPlan(directory: directory, files: files)
        let news = state.withLock { state -> String? in
            guard state.onChange != nil else { return nil }
            let problem = open(&state) ?? update(&state, to: plan)
            defer { state.problem = problem }
            return problem != state.problem ? problem : nil
        }
        if let news { logger.warning("Watching is incomplete, the periodic look goes on: \(news)") }
    }

    func stop() {
        state.withLock { state in
            state.onChange = nil
            close(&state)
        }
    }

    private func open(_ state: inout State) -> String? {
        guard state.descriptor < 0 else { return nil }
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return "inotify: \(String(cString: strerror(errno)))" }
        state.descriptor = descriptor
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in self?.readEvents(from: descriptor) }
        source.setCancelHandler { Glibc.close(descriptor) }
        state.source = source
        source.activate()
        return nil
    }

    /// The cancelled source closes the descriptor when nobody reads from it any more.
    private func close(_ state: inout State) {
        state.source?.cancel()
        state.source = nil
        state.descriptor = -1
        state.interests = [:]
        state.watches = [:]
    }

    private func update(_ state: inout State, to plan: WatchPlan) -> String? {
        var problem: String?
        var interests: [Int32: WatchPlan.Interest] = [:]
        var watches: [String: Int32] = [:]
        for (path, interest) in plan.folders {
            // One folder may be reached by several paths: its masks add up.
            let mask =
                (interest.isFlowFolder ? Self.treeMask : Self.nameMask) | UInt32(IN_MASK_ADD) | UInt32(IN_ONLYDIR)
            let watch = inotify_add_watch(state.descriptor, path, mask)
            guard watch >= 0 else {
                // A folder above that is missing or closed is no problem of its own: the look reports the directory.
                if errno == ENOSPC || errno == ENOMEM { problem = "\(path): \(String(cString: strerror(errno)))" }
                continue
            }
            watches[path] = watch
            var merged = interests[watch] ?? WatchPlan.Interest()
            merged.isFlowFolder = merged.isFlowFolder || interest.isFlowFolder
            merged.names.formUnion(interest.names)
            interests[watch] = merged
        }
        for watch in state.interests.keys where interests[watch] == nil {
            inotify_rm_watch(state.descriptor, watch)
        }
        state.interests = interests
        state.watches = watches
        return problem
    }

    private func readEvents(from descriptor: Int32) {
        var isChange = false
        withUnsafeTemporaryAllocation(byteCount: Self.bufferBytes, alignment: 8) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    if count < 0, errno != EAGAIN {
                        state.withLock { state in
                            if state.descriptor == descriptor { close(&state) }
                        }
                        isChange = true
                    }
                    return
                }
                let events = InotifyEvent.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                isChange = state.withLock { state in events.contains { matters($0, state) } } || isChange
            }
        }
        if isChange { state.withLock(\.onChange)?() }
    }

    private func matters(_ event: InotifyEvent, _ state: State) -> Bool {
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
        guard event.mask & UInt32(IN_IGNORED) == 0, let interest = state.interests[event.watch] else { return false }
        return interest.matters(event.name, isFolder: event.mask & UInt32(IN_ISDIR) != 0)
    }
}
