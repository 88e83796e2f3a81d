import FlowModel
import FlowPlanner

/// Asks the source for a snapshot, but not more often than each `lifetime`, however many ask.
actor SnapshotCache {
    /// The page, a scraper and a terminal that ask together cost one snapshot.
    static let lifetime: Duration = .milliseconds(100)

    private let source: any StatusSource
    private let now: @Sendable () -> ContinuousClock.Instant
    private var latest: (status: GatewayStatus, takenAt: ContinuousClock.Instant)?
    private var running: Task<GatewayStatus, Never>?
    private var reloads = ReloadQueue()
    /// Those who wait for a pass that has not begun.
    private(set) var waitingForReload = 0

    init(source: any StatusSource, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.source = source
        self.now = now
    }

    func status() async -> GatewayStatus {
        if let latest, now() - latest.takenAt < Self.lifetime { return latest.status }
        if let running { return await running.value }
        let task = Task { await source.gatewayStatus() }
        running = task
        let takenAt = now()
        let status = await task.value
        // A reload may have made this one stale and started another.
        if running == task {
            running = nil
            latest = (status, takenAt)
        }
        return status
    }

    func streamAddresses() async -> [StreamAddress] {
        await source.streamAddresses()
    }

    func plan(_ request: PlanRequest) async -> PlanPreview {
        await source.plan(request)
    }

    /// Reloads and returns a snapshot taken afterwards. One pass runs at a time; all who ask meanwhile share the next.
    func reload() async -> GatewayStatus {
        let pass: Task<Void, Never>
        switch reloads.requested() {
        case .join(let queued):
            waitingForReload += 1
            pass = queued
        case .enqueue(let previous):
            waitingForReload += 1
            pass = Task {
                await previous?.value
                reloads.passStarted()
                waitingForReload = 0
                await source.reload()
                reloads.passEnded()
            }
            reloads.enqueued(pass)
        }
        await pass.value
        latest = nil
        running = nil
        return await status()
    }
}

/// At most one reload runs and one waits: a pass that has not begun serves everybody who asks before it does.
private struct ReloadQueue {
    enum RequestedAction {
        case join(Task<Void, Never>)
        case enqueue(after: Task<Void, Never>?)
    }

    private var running: Task<Void, Never>?
    private var waiting: Task<Void, Never>?

    func requested() -> RequestedAction {
        if let waiting { return .join(waiting) }
        return .enqueue(after: running)
    }

    mutating func enqueued(_ pass: Task<Void, Never>) {
        waiting = pass
    }

    mutating func passStarted() {
        running = waiting
        waiting = nil
    }

    mutating func passEnded() {
        running = nil
    }
}
