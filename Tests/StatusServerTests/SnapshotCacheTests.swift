import FlowModel
import Synchronization
import Testing

@testable import StatusServer

struct SnapshotCacheTests {
    /// A clock that tests move.
    private final class Hands: Sendable {
        private let moment = Mutex(ContinuousClock.now)
        func advance(_ duration: Duration) { moment.withLock { $0 += duration } }
        var now: ContinuousClock.Instant { moment.withLock { $0 } }
    }

    @Test("Within a tenth of a second all get one snapshot")
    func cached() async {
        let source = ScriptedSource()
        let hands = Hands()
        let cache = SnapshotCache(source: source, now: { hands.now })
        _ = await cache.status()
        hands.advance(.milliseconds(99))
        source.set(SampleStatus.gateway([]))
        #expect(await cache.status().flows.count == 3)
        #expect(source.asked == 1)
        hands.advance(.milliseconds(1))
        #expect(await cache.status().flows.isEmpty)
        #expect(source.asked == 2)
    }

    @Test("Those who ask at the same time share the answer")
    func shared() async {
        let source = ScriptedSource()
        let cache = SnapshotCache(source: source)
        await withDiscardingTaskGroup { group in
            for _ in 0..<50 { group.addTask { _ = await cache.status() } }
        }
        // Scheduling may spread fifty callers over more than one lifetime, never over fifty.
        #expect(source.asked < 10)
    }

    @Test("A reload makes the snapshot before it stale")
    func reloaded() async {
        let source = ScriptedSource()
        let hands = Hands()
        let cache = SnapshotCache(source: source, now: { hands.now })
        #expect(await cache.status().reconcile.passes == 0)
        #expect(await cache.reload().reconcile.passes == 1)
        #expect(await cache.status().reconcile.passes == 1)
    }

    @Test("However many ask for a reload, one runs and one waits")
    func coalesced() async {
        let source = ScriptedSource(holdsReloads: true)
        let cache = SnapshotCache(source: source)
        var starts = source.startedReloads.makeAsyncIterator()
        await withDiscardingTaskGroup { group in
            group.addTask { _ = await cache.reload() }
            await starts.next()
            // All of these come while the first pass runs, so the second pass is for all of them.
            let queued = (0..<20).map { _ in Task { await cache.reload() } }
            while await cache.waitingForReload < 20 { await Task.yield() }
            source.letReloadsGoOn()
            await starts.next()
            source.letReloadsGoOn()
            for task in queued { #expect(await task.value.reconcile.passes == 2) }
        }
        #expect(source.reloads == 2)
    }
}
