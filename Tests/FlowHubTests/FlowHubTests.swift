import Media
import Synchronization
import Testing

@testable import FlowHub

private final class CollectingSink: PacketSink {
    let received = Mutex<[[UInt8]]>([])

    func consume(_ batch: PacketBatch) {
        received.withLock { all in all += batch.payloads.map(Array.init) }
    }
}

private final class EventLog: Sendable {
    let events = Mutex<[HubEvent]>([])
    func record(_ event: HubEvent) { events.withLock { $0.append(event) } }
}

@Suite("Flow hub")
struct FlowHubTests {
    private let log = EventLog()

    private func makeHub(maxBandwidth: Int64 = 1_000_000_000) -> FlowHub {
        FlowHub(settings: .init(maxBandwidth: maxBandwidth), clock: { .zero }, onEvent: { [log] in log.record($0) })
    }

    private func send(_ payloads: [[UInt8]], to leg: HubLeg, at milliseconds: Int64 = 0) {
        let storage = payloads.flatMap { $0 }
        storage.withUnsafeBytes { bytes in
            var offset = 0
            let views = payloads.map { payload in
                defer { offset += payload.count }
                return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + payload.count])
            }
            views.withUnsafeBufferPointer {
                leg.consume(PacketBatch(payloads: $0, arrival: MonotonicTime(nanoseconds: milliseconds * 1_000_000)))
            }
        }
    }

    @Test("What arrives on the active leg reaches every sink unchanged; the standby leg reaches none")
    func fanOut() {
        let hub = makeHub()
        let main = hub.addLeg(LegID(input: "a", leg: "main"))
        let standby = hub.addLeg(LegID(input: "b", leg: "main"))
        let sinks = [CollectingSink(), CollectingSink()]
        for (index, sink) in sinks.enumerated() { hub.addSink(sink, named: "\(index)") }
        send([[1, 2, 3], [4]], to: main)
        send([[9]], to: standby)
        for sink in sinks { #expect(sink.received.withLock { $0 } == [[1, 2, 3], [4]]) }
        let snapshot = hub.snapshot(at: .zero)
        #expect(snapshot.activeLeg == LegID(input: "a", leg: "main"))
        #expect(snapshot.legs.map(\.packets) == [2, 1])
        #expect(snapshot.legs.map(\.bytes) == [4, 1])
    }

    @Test("A removed sink and a removed leg are silent at once")
    func removal() {
        let hub = makeHub()
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        let sink = CollectingSink()
        hub.addSink(sink, named: "out")
        hub.removeSink(named: "out")
        send([[1]], to: leg)
        hub.addSink(sink, named: "out")
        hub.removeLeg(leg)
        send([[2]], to: leg)
        #expect(sink.received.withLock { $0 }.isEmpty)
        #expect(hub.snapshot(at: .zero).legs.isEmpty)
    }

    @Test("A leg that closes hands over, and each switch is an event with its gap")
    func switchEvents() {
        let hub = makeHub()
        let first = hub.addLeg(LegID(input: "a", leg: "main"))
        let second = hub.addLeg(LegID(input: "a", leg: "backup"))
        first.peerConnected("192.0.2.1:1")
        send([[1]], to: first)
        send([[2]], to: second)
        first.peerDisconnected("closed by the peer")
        let (main, backup) = (LegID(input: "a", leg: "main"), LegID(input: "a", leg: "backup"))
        #expect(
            log.events.withLock { $0 } == [
                .peerConnected(leg: main, remote: "192.0.2.1:1"),
                .switched(from: nil, to: main, gapNanoseconds: 0, .first),
                .peerDisconnected(leg: main, remote: "192.0.2.1:1", reason: "closed by the peer"),
                .switched(from: main, to: backup, gapNanoseconds: 0, .closed),
            ]
        )
        #expect(hub.snapshot(at: .zero).switches == 1)
    }

    @Test("A flow that ends hands over to no leg on its way out, and tells of no loss")
    func end() {
        let hub = makeHub()
        let sink = CollectingSink()
        hub.addSink(sink, named: "out")
        let main = hub.addLeg(LegID(input: "a", leg: "main"))
        let standby = hub.addLeg(LegID(input: "b", leg: "main"))
        for leg in [main, standby] {
            leg.peerConnected("192.0.2.1:1")
            send([[1]], to: leg)
        }
        log.events.withLock { $0 = [] }
        hub.end()
        send([[2]], to: main)
        hub.removeLeg(main)
        send([[3]], to: standby)
        hub.tick(at: .zero)
        hub.removeLeg(standby)
        #expect(sink.received.withLock { $0 } == [[1], [2]])
        #expect(
            log.events.withLock { $0 }
                == ["a", "b"].map {
                    .peerDisconnected(leg: LegID(input: $0, leg: "main"), remote: "192.0.2.1:1", reason: "stopped")
                }
        )
    }

    @Test("Over the cap packets are dropped and counted, told once, and a raised cap lets them pass")
    func cap() {
        let hub = makeHub(maxBandwidth: 80)
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        let sink = CollectingSink()
        hub.addSink(sink, named: "out")
        for _ in 0..<3 { send([[1, 2, 3, 4]], to: leg) }
        send([[5, 5, 5, 5]], to: leg)
        #expect(sink.received.withLock { $0.count } == 2)
        #expect(hub.snapshot(at: .zero).packetsOverBandwidth == 2)
        #expect(log.events.withLock { $0.filter { $0 == .overBandwidth }.count } == 1)
        hub.update(.init(maxBandwidth: 8_000))
        send([[6]], to: leg)
        #expect(sink.received.withLock { $0.count } == 3)
    }

    @Test("A cap exceeded by the first packets is told beside the switch, and a sender that stopped is within it again")
    func spells() {
        let hub = makeHub(maxBandwidth: 80)
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        send([Array(repeating: 0, count: 100)], to: leg)
        #expect(log.events.withLock { $0.contains(.overBandwidth) })
        #expect(
            log.events.withLock {
                $0.contains { if case .switched = $0 { true } else { false } }
            }
        )
        hub.tick(at: MonotonicTime(nanoseconds: 6_000_000_000))
        #expect(log.events.withLock { $0.contains(.bandwidthBackToNormal) })
        #expect(!hub.snapshot(at: .zero).isOverBandwidth)
    }

    @Test("The batch that makes another leg take over goes out before it does")
    func lastBatch() {
        let hub = makeHub()
        hub.update(
            .init(
                maxBandwidth: 1_000_000_000,
                selection: .init(lossAfter: .milliseconds(500), switchBack: true, recoverAfter: .seconds(1))
            )
        )
        let preferred = hub.addLeg(LegID(input: "a", leg: "main"))
        let other = hub.addLeg(LegID(input: "b", leg: "main"))
        let sink = CollectingSink()
        hub.addSink(sink, named: "out")
        send([[0]], to: other)
        preferred.peerConnected("192.0.2.1:1")
        // Long enough that it is taken as it is: it shows no picture to begin with.
        for time in stride(from: Int64(0), to: 11_000, by: 100) {
            send([[9]], to: preferred, at: time)
            send([[1]], to: other, at: time)
            if hub.snapshot(at: .zero).activeLeg?.input == "a" { break }
        }
        #expect(hub.snapshot(at: .zero).activeLeg == LegID(input: "a", leg: "main"))
        let switches = log.events.withLock { $0.filter { if case .switched = $0 { true } else { false } } }
        #expect(switches.count == 2)
        #expect(sink.received.withLock { $0.allSatisfy { $0 != [9] } })
    }

    @Test(
        "Legs that are merged while one of them is active go on as one, and as themselves again, though a slate is live"
    )
    func mergedAndBack() {
        let hub = makeHub()
        let (main, backup) = (LegID(input: "a", leg: "main"), LegID(input: "a", leg: "backup"))
        let legs = [hub.addLeg(main), hub.addLeg(backup)]
        let slate = hub.addLeg(LegID(input: "slate", leg: "main"))
        hub.arrangeInputs(["a", "slate"], fillers: ["slate"])
        let sink = CollectingSink()
        hub.addSink(sink, named: "out")
        send([[1]], to: legs[0])
        send([[9]], to: slate)
        let merged = hub.addLeg(LegID(input: "a", leg: "merged"))
        hub.setMerged([main, backup], into: merged)
        #expect(hub.snapshot(at: .zero).activeLeg == LegID(input: "a", leg: "merged"))
        send([[8]], to: legs[0])
        send([[2]], to: merged, at: 1)
        hub.handOver(merged, to: main)
        hub.setMerged([])
        hub.removeLeg(merged)
        #expect(hub.snapshot(at: .zero).activeLeg == main)
        send([[3]], to: legs[0], at: 2)
        #expect(sink.received.withLock { $0 } == [[1], [2], [3]])
        #expect(log.events.withLock { $0.count } == 1)
    }

    @Test("Priority follows the inputs' order in the file")
    func priority() {
        let hub = makeHub()
        let low = hub.addLeg(LegID(input: "low", leg: "main"))
        let high = hub.addLeg(LegID(input: "high", leg: "main"))
        let current = hub.addLeg(LegID(input: "current", leg: "main"))
        hub.arrangeInputs(["current", "high", "low"])
        for leg in [current, low, high] { send([[1]], to: leg) }
        current.peerDisconnected("gone")
        #expect(hub.snapshot(at: .zero).activeLeg == LegID(input: "high", leg: "main"))
    }

    @Test("Rates are measured over a second")
    func rate() {
        let hub = makeHub()
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        hub.tick(at: .zero)
        send([Array(repeating: 0, count: 1_000)], to: leg, at: 10)
        hub.tick(at: MonotonicTime(nanoseconds: 1_000_000_000))
        #expect(hub.snapshot(at: .zero).bitsPerSecond == 8_000)
        #expect(hub.snapshot(at: .zero).legs[0].bitsPerSecond == 8_000)
    }
}
