import FlowModel
import Foundation
import GatewayClient
import NIOCore
import Synchronization
import Testing

@testable import StatusServer

struct StatusFeedTests {
    private static func makeFeed(
        _ source: ScriptedSource,
        events: EventHistory = EventHistory { 0 },
        listeners: FeedListeners = FeedListeners(),
        clock: @escaping @Sendable () -> Double = { 1_000 }
    ) -> StatusFeed {
        // Each look takes a snapshot of its own.
        let instants = InstantSequence()
        let snapshots = SnapshotCache(source: source, now: { instants.next() })
        return StatusFeed(snapshots: snapshots, events: events, listeners: listeners, clock: clock)
    }

    private static func text(_ frame: StatusFeed.Frame?) -> String {
        frame.map { String(buffer: $0.bytes) } ?? ""
    }

    @Test("A listener begins with everything, and then gets what changed alone")
    func changes() async throws {
        let source = ScriptedSource()
        let feed = Self.makeFeed(source)
        let signals = try #require(feed.listeners.join(.list))
        let first = try #require(await feed.frame(.list, after: nil))
        #expect(Self.text(first).hasPrefix("event: list\ndata: {"))
        for name in ["stadium-a", "empty", "bare"] { #expect(Self.text(first).contains("\"name\":\"\(name)\"")) }
        await feed.tick()
        #expect(await feed.frame(.list, after: first.version) == nil)

        var flow = SampleStatus.fullFlow
        flow.bitrate = 7_000_000
        source.set(SampleStatus.gateway([flow, SampleStatus.bareFlow]))
        await feed.tick()
        let second = try #require(await feed.frame(.list, after: first.version))
        let text = Self.text(second)
        #expect(text.hasPrefix("event: changes\n"))
        #expect(text.contains("7000000") && text.contains("\"removed\":[\"empty\"]"))
        #expect(!text.contains("\"name\":\"bare\""))
        withExtendedLifetime(signals) {}
    }

    @Test("Who comes while nothing changes is told the time all the same", arguments: [nil, "empty"])
    func time(flow: String?) async throws {
        let seconds = Atomic(1_000)
        let feed = Self.makeFeed(ScriptedSource(), clock: { Double(seconds.load(ordering: .relaxed)) })
        let topic = flow.map { StatusFeed.Topic.flow($0) } ?? .list
        let signals = try #require(feed.listeners.join(topic))
        #expect(Self.text(await feed.frame(topic, after: nil)).contains("\"time\":1000"))
        seconds.store(1_060, ordering: .relaxed)
        await feed.tick()
        #expect(Self.text(await feed.frame(topic, after: nil)).contains("\"time\":1060"))
        withExtendedLifetime(signals) {}
    }

    @Test("Who missed a change gets everything again")
    func behind() async throws {
        let source = ScriptedSource()
        let feed = Self.makeFeed(source)
        let signals = try #require(feed.listeners.join(.list))
        let first = try #require(await feed.frame(.list, after: nil))
        for bitrate in [7_000_000, 8_000_000] as [Int64] {
            var flow = SampleStatus.fullFlow
            flow.bitrate = bitrate
            source.set(SampleStatus.gateway([flow]))
            await feed.tick()
        }
        #expect(Self.text(await feed.frame(.list, after: first.version)).hasPrefix("event: list\n"))
        withExtendedLifetime(signals) {}
    }

    @Test("A followed flow is told in full, with its newest event, and when it goes and comes")
    func flow() async throws {
        let source = ScriptedSource()
        let events = EventHistory { 0 }
        events.record(FlowEvent(reason: "Switched", flow: "stadium-a", message: "x"))
        events.record(FlowEvent(reason: "Switched", flow: "other", message: "x"))
        let feed = Self.makeFeed(source, events: events)
        let topic = StatusFeed.Topic.flow("stadium-a")
        let signals = try #require(feed.listeners.join(topic))
        let first = try #require(await feed.frame(topic, after: nil))
        #expect(Self.text(first).hasPrefix("event: flow\n"))
        #expect(Self.text(first).contains("\"lastEventID\":1"))
        #expect(Self.text(first).contains("\"streamType\":27"))
        await feed.tick()
        #expect(await feed.frame(topic, after: first.version) == nil)

        source.set(SampleStatus.gateway([SampleStatus.bareFlow]))
        await feed.tick()
        let gone = try #require(await feed.frame(topic, after: first.version))
        #expect(Self.text(gone).hasPrefix("event: absent\n"))

        source.set(SampleStatus.gateway())
        await feed.tick()
        #expect(Self.text(await feed.frame(topic, after: gone.version)).hasPrefix("event: flow\n"))
        withExtendedLifetime(signals) {}
    }

    @Test("While nobody follows the source is asked for the history's samples alone")
    func quiet() async {
        let source = ScriptedSource()
        let feed = Self.makeFeed(source)
        for _ in 0..<10 { await feed.tick() }
        #expect(source.asked == 2)
        #expect(await feed.history(of: "stadium-a")?.bitrate == [5_000_000, 5_000_000])
        #expect(await feed.history(of: "empty")?.bitrate == [])
        #expect(await feed.history(of: "nobody") == nil)
    }

    @Test("Only so many may follow, and who leaves makes room")
    func limit() throws {
        let listeners = FeedListeners(maximum: 2)
        let first = listeners.join(.list)
        var second = listeners.join(.flow("a"))
        #expect(first != nil && second != nil)
        #expect(listeners.join(.list) == nil)
        #expect(listeners.topics == [.list, .flow("a")])
        second = nil
        #expect(listeners.count == 1)
        #expect(listeners.join(.list) != nil)
        withExtendedLifetime(first) {}
    }

    @Test("Signals do not queue up for one who does not look")
    func oneSignal() async throws {
        let listeners = FeedListeners()
        let signals = try #require(listeners.join(.list))
        for _ in 0..<100 { listeners.signal() }
        var iterator = signals.makeAsyncIterator()
        _ = await iterator.next()
        let (seen, sawOne) = AsyncStream<Void>.makeStream()
        let task = Task {
            for await _ in signals { sawOne.yield() }
            sawOne.finish()
        }
        listeners.signal()
        var count = 0
        for await _ in seen {
            count += 1
            task.cancel()
        }
        #expect(count == 1)
    }
}

/// Moments that are further from each other than a snapshot lives.
private final class InstantSequence: Sendable {
    private let start = ContinuousClock.now
    private let count = Atomic(0)

    func next() -> ContinuousClock.Instant {
        start.advanced(by: SnapshotCache.lifetime * count.wrappingAdd(2, ordering: .relaxed).newValue)
    }
}

struct FeedRouteTests {
    @Test("The stream begins with the list, and goes on with what changes")
    func stream() async throws {
        let source = ScriptedSource()
        try await withServer(source: source) { _, port async throws in
            let text = try await rawAnswer("/api/v1/stream", port: port, until: "event: changes", begins: "event: list")
            {
                source.set(SampleStatus.gateway([SampleStatus.bareFlow]))
            }
            #expect(text.contains("text/event-stream"))
            #expect(text.contains("\"removed\":[\"empty\",\"stadium-a\"]"))
        }
    }

    @Test("Who asks for JSON gets the document that a stream begins with")
    func document() async throws {
        try await withServer { client, _ async throws in
            let json = [(name: "Accept", value: "application/json")]
            let list = try await client.request(.get, "/api/v1/stream", headers: json)
            #expect(list.headers["content-type"] == "application/json; charset=utf-8")
            struct List: Decodable {
                struct Flow: Decodable { var name: String }
                var flows: [Flow]
                var time: Double
            }
            let flows = try JSONDecoder().decode(List.self, from: Data(list.body)).flows.map(\.name)
            #expect(flows == SampleStatus.gateway().flows.map(\.name))
            #expect(try await client.request(.get, "/api/v1/stream?flow=bare", headers: json).status == 200)
            #expect(try await client.request(.get, "/api/v1/stream?flow=nobody", headers: json).status == 404)
        }
    }

    @Test("Histories are served before there is one")
    func history() async throws {
        try await withServer { client, _ async throws in
            let one = try await client.request(.get, "/api/v1/flows/bare/history")
            #expect(try JSONDecoder().decode(FlowHistoryDocument.self, from: Data(one.body)).bitrate == [])
            let all = try await client.request(.get, "/api/v1/history")
            #expect(try JSONDecoder().decode(BitrateHistory.self, from: Data(all.body)).flows.isEmpty)
        }
    }
}
