import HeadgateTestKit
import Synchronization
import Testing

@testable import SRT

@Suite("The SRT poller")
struct SRTPollerTests {
    /// With nothing connected it sleeps without end, so that a lost wake-up shows as work that is never done.
    @Test("A wake-up that comes just as the poller falls asleep is not lost")
    func wakeUps() async throws {
        let core = SRTCore(configuration: SRTGatewayConfiguration()) { _ in }
        #expect(core.poller.start(core))
        defer { core.poller.stop() }
        let done = Atomic<Int>(0)
        let rounds = 20_000
        let threads = (0..<2).map { _ in BackgroundThread() }
        for thread in threads {
            thread.start {
                for _ in 0..<rounds { core.poller.perform { done.add(1, ordering: .relaxed) } }
            }
        }
        for thread in threads { thread.join() }
        try await eventually("all work is done", detail: { "\(done.load(ordering: .relaxed))" }) {
            done.load(ordering: .relaxed) == rounds * threads.count
        }
        // One at a time: each finds the poller asleep or about to be.
        for round in 0..<2_000 {
            let isDone = Atomic<Bool>(false)
            core.poller.perform { isDone.store(true, ordering: .releasing) }
            try await eventually("round \(round)", every: .microseconds(20)) { isDone.load(ordering: .acquiring) }
        }
    }
}
