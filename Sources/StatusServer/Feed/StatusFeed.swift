import FlowModel
import Foundation
import Hummingbird

/// The status as it changes: once a second at most, what is new is worked out and encoded once, for all who follow.
///
/// Nothing is done while nobody follows, but for the samples of the history.
actor StatusFeed {
    /// What a listener follows.
    enum Topic: Hashable, Sendable {
        /// All flows, a row each, and the gateway.
        case list
        case flow(String)
    }

    /// What goes to a listener, and how far it is then.
    struct Frame {
        /// As server-sent event.
        var bytes: ByteBuffer
        var version: UInt64
    }

    static let tickInterval = Duration.seconds(1)
    private static let ticksPerSample = 5

    nonisolated let listeners: FeedListeners
    private let snapshots: SnapshotCache
    private let events: EventHistory
    private let clock: @Sendable () -> Double

    /// Counts what was worked out.
    private var version: UInt64 = 0
    private var ticks = 0
    private var refreshed: ContinuousClock.Instant?
    private var status: GatewayStatus?
    private var time: Double = 0
    private var list = FeedList()
    private var flows: [String: FeedFlow] = [:]
    private var recorded = FlowHistory()

    /// - Parameter clock: seconds since 1970.
    init(
        snapshots: SnapshotCache,
        events: EventHistory,
        listeners: FeedListeners = FeedListeners(),
        clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) {
        self.snapshots = snapshots
        self.events = events
        self.listeners = listeners
        self.clock = clock
    }

    /// Ticks until the task is cancelled.
    func run() async throws {
        while true {
            try await Task.sleep(for: Self.tickInterval)
            await tick()
        }
    }

    func tick() async {
        ticks += 1
        let isSampling = ticks.isMultiple(of: Self.ticksPerSample)
        guard isSampling || listeners.count > 0 else { return }
        await refresh()
        if isSampling, let status { recorded.sample(status.flows, at: time) }
        listeners.signal()
    }

    // MARK: What is served

    /// What a listener has not seen; nil when there is nothing.
    ///
    /// - Parameter seen: the version of the last frame it got.
    func frame(_ topic: Topic, after seen: UInt64?) async -> Frame? {
        if seen == nil { await refreshIfStale() }
        switch topic {
        case .list:
            return list.frame(after: seen, at: time).map { Frame(bytes: $0, version: version) }
        case .flow(let name):
            let flow = flows[name] ?? FeedFlow(document(of: name), version: version)
            guard seen.map({ $0 < flow.version }) ?? true else { return nil }
            let bytes = flow.bytes ?? FeedEncoding.event(flow.document == nil ? "absent" : "flow", flow.document, time)
            if listeners.topics.contains(topic) {
                flows[name] = flow
                flows[name]?.bytes = bytes
            }
            return Frame(bytes: bytes, version: version)
        }
    }

    /// The document that a stream of the topic begins with.
    func document(of topic: Topic) async -> StatusAnswer {
        await refreshIfStale()
        switch topic {
        case .list:
            return FeedEncoding.answer(list.document, time)
        case .flow(let name):
            guard let document = document(of: name) else { return .error("no such flow", status: .notFound) }
            return FeedEncoding.answer(document, time)
        }
    }

    /// Nil for a flow that does not exist.
    func history(of name: String) async -> FlowHistoryDocument? {
        let samples = recorded.samples(of: name)
        if samples.isEmpty, await !snapshots.status().flows.contains(where: { $0.name == name }) { return nil }
        return FlowHistoryDocument(samples, at: recorded.time)
    }

    func bitrateHistory() -> BitrateHistory { BitrateHistory(recorded) }

    // MARK: Looking

    /// Who comes while nobody follows must not wait for the next tick, nor see what was when the last one left.
    private func refreshIfStale() async {
        if let refreshed, ContinuousClock.now - refreshed < Self.tickInterval { return }
        await refresh()
    }

    private func refresh() async {
        let status = await snapshots.status()
        self.status = status
        time = clock()
        refreshed = .now
        version += 1
        let problems = Dictionary(
            status.files.lazy.filter { !$0.problems.isEmpty }.map { ($0.path, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let rows = status.flows.map {
            FlowRow($0, problem: problems[$0.file], at: time, previous: list.row(named: $0.name))
        }
        list.take(rows, GatewayHead(status), version: version)
        let followed = listeners.topics
        flows = flows.filter { followed.contains(.flow($0.key)) }
        for name in flows.keys {
            let document = document(of: name)
            if document != flows[name]?.document {
                flows[name] = FeedFlow(document, version: version)
            } else {
                // Its time would be an old one.
                flows[name]?.bytes = nil
            }
        }
    }

    private func document(of name: String) -> FlowDocument? {
        guard let status, let flow = status.flows.first(where: { $0.name == name }), let row = list.row(named: name)
        else { return nil }
        return FlowDocument(
            row: row,
            flow: flow,
            file: status.files.first { $0.path == flow.file }.map(GatewayHead.shortened),
            lastEventID: events.lastID(of: name),
            gateway: list.gateway?.withoutFiles
        )
    }
}

/// A flow that somebody follows.
private struct FeedFlow {
    /// Nil when there is no such flow.
    var document: FlowDocument?
    /// When it changed last.
    var version: UInt64
    var bytes: ByteBuffer?

    init(_ document: FlowDocument?, version: UInt64) {
        self.document = document
        self.version = version
    }
}
