import Synchronization
import Testing

@testable import FlowRuntime

@Suite("A thread that works until it is ended")
struct WorkerThreadTests {
    /// Works until it is told to stop, and notes that it has.
    private final class Work: Sendable {
        let worker = WorkerThread()
        let rounds = Atomic(0)

        func start() -> Bool {
            worker.start(named: "work") { [self] in
                worker.condition.withLock {
                    while !worker.isStopping { worker.condition.wait() }
                }
                rounds.add(1, ordering: .relaxed)
            }
        }

        var isRunning: Bool { worker.condition.withLock { worker.isRunning } }
    }

    @Test("It is started once, and is over when it was ended; then it begins no more")
    func life() {
        let work = Work()
        #expect(!work.isRunning)
        #expect(work.start())
        #expect(!work.start())
        #expect(work.isRunning)
        work.worker.stop()
        #expect(work.rounds.load(ordering: .relaxed) == 1)
        #expect(!work.isRunning)
        work.worker.stop()
        #expect(!work.start())
        #expect(work.rounds.load(ordering: .relaxed) == 1)
    }

    @Test("The worker may end itself, and knows itself")
    func ownEnd() async {
        let worker = WorkerThread()
        #expect(!worker.condition.withLock { worker.isCurrent })
        let knewItself = await withCheckedContinuation { continuation in
            worker.start(named: "work") {
                let isCurrent = worker.condition.withLock { worker.isCurrent }
                worker.stop()
                continuation.resume(returning: isCurrent)
            }
        }
        #expect(knewItself)
        #expect(worker.condition.withLock { worker.isStopping })
    }
}
