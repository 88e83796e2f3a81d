import Media

/// Plays all file inputs on one thread, each at its own pace.
///
/// The thread sleeps until the next group of packets of any file is due, at most once in `tick`. A disk that stalls holds
/// up the other files for as long.
final class FilePacingThread: @unchecked Sendable {
    // `condition` guards every variable; a player is used by the thread alone once it was added.

    /// The thread wakes no more often than this.
    static let tick = Duration.milliseconds(2)

    private let worker = WorkerThread()
    private let condition: MonotonicCondition
    private var queue = DueQueue<FilePlayback>()
    private var current: FilePlayback?

    init() {
        condition = worker.condition
    }

    /// Starts the thread; without effect when it runs.
    func start() {
        worker.start(named: "file-pacing") { [self] in run() }
    }

    /// Ends all playing and the thread; afterwards no sink hears from it. It cannot be started again.
    func stop() {
        worker.stop()
        condition.withLock { queue.removeAll { _ in true } }
    }

    /// Starts to play a file at once. The sink hears `peerConnected`, batches, and `peerDisconnected` when the file ends or
    /// can no longer be read, all on the thread.
    func add(_ configuration: FilePlayerConfiguration, sink: any InputSink) throws(FilePlayerError) -> FilePlayback {
        let player = try FilePlayer(configuration, sink: sink)
        let playback = FilePlayback(player, thread: self)
        let isRunning = condition.withLock {
            guard worker.isRunning else { return false }
            queue.insert(playback, due: .now())
            condition.signal()
            return true
        }
        guard isRunning else { throw .notRunning }
        return playback
    }

    fileprivate func remove(_ playback: FilePlayback) {
        condition.withLock {
            playback.isStopped = true
            queue.removeAll { $0 === playback }
            while current === playback, !worker.isCurrent { condition.wait() }
        }
    }

    fileprivate func state(of playback: FilePlayback) -> FilePlayback.State {
        condition.withLock { playback.stateOnThread }
    }

    private func run() {
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: FilePlayer.readByteCount, alignment: 16)
        defer { scratch.deallocate() }
        condition.lock()
        defer { condition.unlock() }
        var lastWake = MonotonicTime.zero
        while !worker.isStopping {
            guard let nextDue = queue.nextDue else {
                condition.wait()
                continue
            }
            let now = MonotonicTime.now()
            let wake = max(nextDue, lastWake.advanced(by: Self.tick))
            guard wake <= now else {
                condition.wait(until: wake)
                continue
            }
            lastWake = now
            playDue(by: now, scratch)
        }
    }

    /// Called and returns with the lock held; players run without it.
    private func playDue(by now: MonotonicTime, _ scratch: UnsafeMutableRawBufferPointer) {
        var played: [(FilePlayback, MonotonicTime)] = []
        while !worker.isStopping, let playback = queue.popDue(by: now) {
            current = playback
            condition.unlock()
            let outcome = playback.player.play(at: now, scratch: scratch)
            condition.lock()
            current = nil
            condition.signal()
            switch outcome {
            case .due(let due):
                played.append((playback, due))
            case .ended(let reason, let isFailure):
                playback.stateOnThread = isFailure ? .failed(reason) : .ended
            }
        }
        for (playback, due) in played where !playback.isStopped { queue.insert(playback, due: due) }
    }
}

/// A file that is being played.
final class FilePlayback: @unchecked Sendable {
    // The thread's lock guards the variables, and its thread alone uses the player.

    enum State: Hashable, Sendable {
        case playing
        /// The end came, without `loop`.
        case ended
        /// The file can no longer be read; a sentence why.
        case failed(String)
    }

    fileprivate let player: FilePlayer
    fileprivate var isStopped = false
    fileprivate var stateOnThread = State.playing
    private let thread: FilePacingThread

    fileprivate init(_ player: FilePlayer, thread: FilePacingThread) {
        self.player = player
        self.thread = thread
    }

    var state: State { thread.state(of: self) }

    /// Ends playing. When this returns the sink hears nothing more, unless it is the sink that calls.
    func stop() {
        thread.remove(self)
    }
}
