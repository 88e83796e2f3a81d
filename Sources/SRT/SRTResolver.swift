import Synchronization
import Threads

/// Runs look-ups that may block on a few threads that end when there is nothing left to do.
final class SRTResolver: Sendable {
    private struct Queue {
        var waiting: [@Sendable () -> Void] = []
        var threads = 0
    }

    private let queue = Mutex(Queue())

    func submit(_ work: @escaping @Sendable () -> Void) {
        let needsThread = queue.withLock { queue in
            queue.waiting.append(work)
            guard queue.threads < SRTLimits.concurrentLookups else { return false }
            queue.threads += 1
            return true
        }
        guard needsThread else { return }
        let thread = PosixThread(named: "srt-lookup", detached: true) { [self] in
            while let work = next() { work() }
        }
        if thread == nil { queue.withLock { $0.threads -= 1 } }
    }

    private func next() -> (@Sendable () -> Void)? {
        queue.withLock { queue in
            guard !queue.waiting.isEmpty else {
                queue.threads -= 1
                return nil
            }
            return queue.waiting.removeFirst()
        }
    }
}
