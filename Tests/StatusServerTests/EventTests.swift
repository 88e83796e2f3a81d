import FlowModel
import Foundation
import GatewayClient
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import StatusServer

struct EventHistoryTests {
    private func event(_ number: Int, flow: String = "a") -> FlowEvent {
        FlowEvent(reason: "Switched", flow: flow, component: "in/main", message: "event \(number)")
    }

    @Test("Events are numbered from 1, and debug ones are left out")
    func numbers() {
        let history = EventHistory { 5 }
        history.record(event(1))
        history.record(FlowEvent(reason: "Noise", severity: .debug, flow: "", message: "noise"))
        history.record(event(2))
        #expect(history.events().map(\.id) == [1, 2])
        #expect(history.events(after: 1).map(\.message) == ["event 2"])
        #expect(history.events().allSatisfy { $0.time == 5 })
    }

    @Test("The oldest are forgotten, and the rest stays in order")
    func bounded() {
        let history = EventHistory { 0 }
        let count = EventHistory.capacity + 10
        for number in 1...count { history.record(event(number)) }
        let events = history.events()
        #expect(events.count == EventHistory.capacity)
        #expect(events.map(\.id) == (11...UInt64(count)).map { $0 })
        #expect(events.last?.message == "event \(count)")
        #expect(history.events(after: UInt64(count)).isEmpty)
    }

    @Test("A number from before a restart asks for everything there is")
    func afterRestart() {
        let history = EventHistory { 0 }
        history.record(event(1))
        #expect(history.events(after: 900).map(\.id) == [1])
    }

    @Test("A listener is woken for what comes, once for all of it, and leaves no trace")
    func news() async {
        let history = EventHistory { 0 }
        history.record(event(1))
        let news = history.news()
        for number in 2...500 { history.record(event(number)) }
        let (woken, wakes) = AsyncStream<Int>.makeStream()
        let task = Task { for await _ in news { wakes.yield(history.events(after: 1).count) } }
        var iterator = woken.makeAsyncIterator()
        #expect(await iterator.next() == 499)
        task.cancel()
        await task.value
        #expect(history.listenerCount == 0)
    }

    @Test("After a restart numbers go on from the past, gaps in it do no harm, and each event is handed on")
    func past() {
        let past = [3, 4, 9].map { RecordedEvent(event($0), id: UInt64($0), time: 1) }
        let handedOn = Mutex<[UInt64]>([])
        let history = EventHistory(
            past: past,
            clock: { 5 },
            onRecord: { event in handedOn.withLock { $0.append(event.id) } }
        )
        history.record(event(10))
        #expect(history.events().map(\.id) == [3, 4, 9, 10])
        #expect(history.events(after: 4).map(\.id) == [9, 10])
        #expect(history.events(after: 6).map(\.id) == [9, 10])
        #expect(handedOn.withLock { $0 } == [10])
    }

    @Test("A past longer than the ring keeps its end")
    func longPast() {
        let past = (1...1_500).map { RecordedEvent(event($0), id: UInt64($0), time: 1) }
        let history = EventHistory(past: past, clock: { 5 })
        history.record(event(1_501))
        #expect(history.events().map(\.id) == Array(502...1_501))
        #expect(history.events(after: 1_400).count == 101)
    }

    @Test("An event is a frame with number, type and one line of JSON")
    func frame() {
        let recorded = RecordedEvent(event(1), id: 7, time: 1.5)
        let text = String(decoding: EventStream.frame(recorded), as: UTF8.self)
        #expect(
            text == """
                id: 7
                event: Switched
                data: {"component":"in/main","flow":"a","id":7,"message":"event 1","reason":"Switched",\
                "severity":"info","time":1.5}


                """
        )
    }
}

struct EventRouteTests {
    @Test("Who asks for JSON gets the events that are kept, of one flow when the query says so")
    func list() async throws {
        let history = EventHistory { 1 }
        for flow in ["a", "b", "a"] { history.record(FlowEvent(reason: "Switched", flow: flow, message: "x")) }
        try await withServer(events: history) { client, port async throws in
            let text = try await rawAnswer("/api/v1/events?flow=a", port: port, headers: ["Accept: application/json"])
            let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last.map(String.init) ?? ""
            let list = try JSONDecoder().decode(EventList.self, from: Data(body.utf8))
            #expect(list.events.map(\.id) == [1, 3])
        }
    }

    @Test("Others get them as they happen, from the last one they saw")
    func stream() async throws {
        let history = EventHistory { 1 }
        for number in 1...3 { history.record(FlowEvent(reason: "Old", flow: "a", message: "\(number)")) }
        try await withServer(events: history) { client, port async throws in
            let text = try await rawAnswer(
                "/api/v1/events",
                port: port,
                headers: ["Accept: text/event-stream", "Last-Event-ID: 2"],
                until: "event: New",
                begins: ": listening"
            ) {
                history.record(FlowEvent(reason: "New", flow: "a", message: "now"))
            }
            #expect(text.contains("text/event-stream"))
            #expect(!text.contains("id: 2\n"))
            #expect(text.contains("id: 3\nevent: Old\n"))
            #expect(text.contains("id: 4\nevent: New\n"))
        }
    }
}
