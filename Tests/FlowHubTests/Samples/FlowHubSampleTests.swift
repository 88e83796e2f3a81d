import Media
import NIOCore
import Synchronization
import Testing

@testable import FlowHub

@Suite("Flow hub with samples")
struct FlowHubSampleTests {
    private final class CollectingSampleSink: SampleSink {
        struct Received {
            var tracks: [MediaTrack] = []
            var samples: [MediaSample] = []
            /// How many tracks and samples there were before each change of the source.
            var changes: [[Int]] = []
            /// The tracks that were left when others ended.
            var left: [[MediaTrack]] = []
            var ends = 0
        }

        let received = Mutex(Received())

        func consume(_ track: MediaTrack) { received.withLock { $0.tracks.append(track) } }
        func consume(_ sample: MediaSample) { received.withLock { $0.samples.append(sample) } }
        func sourceChanged() { received.withLock { $0.changes.append([$0.tracks.count, $0.samples.count]) } }
        func tracksEnded(leaving tracks: [MediaTrack]) { received.withLock { $0.left.append(tracks) } }
        func streamEnded() { received.withLock { $0.ends += 1 } }
        var times: [Int64] { received.withLock { $0.samples.map(\.decodeTime.milliseconds) } }
    }

    private final class CountingPacketSink: PacketSink {
        let payloadSizes = Mutex<[Int]>([])

        func consume(_ batch: PacketBatch) { payloadSizes.withLock { $0 += batch.payloads.map(\.count) } }
    }

    private final class Clock: Sendable {
        let milliseconds = Atomic<Int64>(0)
        var now: MonotonicTime { MonotonicTime(nanoseconds: milliseconds.load(ordering: .relaxed) * 1_000_000) }
    }

    private static let audio = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))
    private static let av1 = MediaTrack(id: .init(1), codec: .av1)

    private let clock = Clock()
    private let events = Locked()

    private final class Locked: Sendable {
        let list = Mutex<[HubEvent]>([])
    }

    private func makeHub(maxBandwidth: Int64 = 100_000_000) -> FlowHub {
        FlowHub(settings: .init(maxBandwidth: maxBandwidth), clock: { [clock] in clock.now }) { [events] event in
            events.list.withLock { $0.append(event) }
        }
    }

    private func send(_ milliseconds: Int64, to leg: HubLeg, at now: Int64, byteCount: Int = 100) {
        clock.milliseconds.store(now, ordering: .relaxed)
        leg.consume(
            MediaSample(
                track: Self.audio.id,
                decodeTime: MediaTime(milliseconds: milliseconds),
                isKeyframe: true,
                payload: ByteBuffer(repeating: 1, count: byteCount)
            )
        )
    }

    @Test("Samples reach sinks that take them, and as whole packets those that take packets")
    func bothForms() {
        let hub = makeHub()
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        let samples = CollectingSampleSink()
        let packets = CountingPacketSink()
        hub.addSink(samples, named: "samples")
        hub.addSink(packets, named: "packets")
        leg.consume(Self.audio)
        for index in 0..<10 { send(Int64(index) * 21, to: leg, at: Int64(index) * 21) }
        #expect(samples.received.withLock { $0.tracks } == [Self.audio])
        #expect(samples.times == (0..<10).map { $0 * 21 })
        let sizes = packets.payloadSizes.withLock { $0 }
        #expect(sizes.count >= 10)
        #expect(sizes.allSatisfy { $0.isMultiple(of: 188) && (1...1_316).contains($0) })
        #expect(hub.snapshot(at: clock.now).legs[0].tracks == [Self.audio])
        #expect(hub.snapshot(at: clock.now).legs[0].inspection == nil)
    }

    @Test("A sink that comes later hears of the tracks first")
    func laterSink() {
        let hub = makeHub()
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        leg.consume(Self.audio)
        send(0, to: leg, at: 0)
        let sink = CollectingSampleSink()
        hub.addSink(sink, named: "late")
        #expect(sink.received.withLock { $0.tracks } == [Self.audio])
        send(21, to: leg, at: 21)
        #expect(sink.times == [21])
        hub.removeSink(named: "late")
        send(42, to: leg, at: 42)
        #expect(sink.times == [21])
    }

    @Test("When a leg closes the other goes on where it ended, and a publisher that comes back as well")
    func takeover() {
        let hub = makeHub()
        let main = hub.addLeg(LegID(input: "a", leg: "main"))
        let backup = hub.addLeg(LegID(input: "a", leg: "backup"))
        let sink = CollectingSampleSink()
        hub.addSink(sink, named: "out")
        for leg in [main, backup] { leg.consume(Self.audio) }
        send(1_000, to: main, at: 0)
        send(77_000, to: backup, at: 10)
        main.peerDisconnected("gone")
        send(77_100, to: backup, at: 100)
        #expect(sink.times == [1_000, 1_100])
        backup.peerDisconnected("gone")
        backup.consume(Self.audio)
        send(0, to: backup, at: 500)
        #expect(sink.times == [1_000, 1_100, 1_500])
    }

    @Test("Sinks are told of a seam before what is behind it, and of nothing else")
    func seams() {
        let hub = makeHub()
        let main = hub.addLeg(LegID(input: "a", leg: "main"))
        let backup = hub.addLeg(LegID(input: "a", leg: "backup"))
        let sink = CollectingSampleSink()
        hub.addSink(sink, named: "out")
        main.consume(Self.audio)
        let other = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x12, 0x10]))
        backup.consume(other)
        for index in 0..<5 { send(Int64(index) * 21, to: main, at: Int64(index) * 21) }
        send(0, to: backup, at: 100)
        #expect(sink.received.withLock { $0.changes } == [])
        main.peerDisconnected("gone")
        send(21, to: backup, at: 121)
        send(42, to: backup, at: 142)
        #expect(sink.received.withLock { $0.tracks } == [Self.audio, other])
        #expect(sink.received.withLock { $0.changes } == [[1, 5]])
        // A publisher that comes back has a new beginning.
        backup.peerDisconnected("gone")
        backup.consume(other)
        send(0, to: backup, at: 500)
        #expect(sink.received.withLock { $0.changes } == [[1, 5], [2, sink.times.count - 1]])
        // What one leg brought, another one may go on with: two that are merged.
        hub.handOver(backup, to: LegID(input: "a", leg: "main"))
        send(21, to: main, at: 521)
        #expect(sink.received.withLock { $0.changes.count } == 2)
    }

    @Test("The end of a stream is told once, and its tracks again when the same source goes on or another begins")
    func ends() {
        let hub = makeHub()
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        let sink = CollectingSampleSink()
        hub.addSink(sink, named: "out")
        leg.consume(Self.audio)
        send(0, to: leg, at: 0)
        hub.tick(at: MonotonicTime(nanoseconds: 400_000_000))
        #expect(sink.received.withLock { $0.ends } == 0)
        for milliseconds in [600, 700] as [Int64] {
            hub.tick(at: MonotonicTime(nanoseconds: milliseconds * 1_000_000))
            #expect(sink.received.withLock { $0.ends } == 1)
        }
        let idle = CollectingSampleSink()
        hub.addSink(idle, named: "idle")
        #expect(idle.received.withLock { $0.tracks } == [])
        send(800, to: leg, at: 800)
        #expect(idle.received.withLock { $0.tracks } == [Self.audio])
        #expect(sink.received.withLock { $0.tracks } == [Self.audio, Self.audio])
        leg.peerDisconnected("gone")
        #expect(sink.received.withLock { $0.ends } == 2)
        let other = MediaTrack(id: .init(5), codec: .mp3)
        leg.consume(other)
        clock.milliseconds.store(900, ordering: .relaxed)
        func sendOther(at milliseconds: Int64) {
            clock.milliseconds.store(milliseconds, ordering: .relaxed)
            leg.consume(
                MediaSample(
                    track: other.id,
                    decodeTime: MediaTime(milliseconds: milliseconds),
                    isKeyframe: true,
                    payload: ByteBuffer(bytes: [1])
                )
            )
        }
        for milliseconds in [900, 2_899] as [Int64] { sendOther(at: milliseconds) }
        #expect(sink.received.withLock { $0.tracks.last } == other)
        #expect(sink.received.withLock { $0.left } == [])
        // Whoever kept the former tracks over the pause hears that they are not there.
        sendOther(at: 2_900)
        #expect(sink.received.withLock { $0.left } == [[other]])
    }

    @Test("Tracks that the next leg does not have are told to have ended, those that it tells late are not")
    func endedTracks() {
        for isLate in [false, true] {
            let hub = makeHub()
            let main = hub.addLeg(LegID(input: "a", leg: "main"))
            let backup = hub.addLeg(LegID(input: "a", leg: "backup"))
            let sink = CollectingSampleSink()
            hub.addSink(sink, named: "out")
            clock.milliseconds.store(0, ordering: .relaxed)
            for track in [Self.audio, Self.av1] { main.consume(track) }
            main.consume(
                MediaSample(track: Self.av1.id, decodeTime: .zero, isKeyframe: true, payload: ByteBuffer(bytes: [1]))
            )
            backup.consume(Self.audio)
            send(0, to: backup, at: 0)
            main.peerDisconnected("gone")
            for index in 1...20 {
                if isLate, index == 5 { backup.consume(Self.av1) }
                send(Int64(index) * 100, to: backup, at: Int64(index) * 100)
            }
            #expect(sink.received.withLock { $0.left } == [])
            for index in 21...25 { send(Int64(index) * 100, to: backup, at: Int64(index) * 100) }
            #expect(sink.received.withLock { $0.left } == (isLate ? [] : [[Self.audio]]))
            #expect(sink.received.withLock { $0.ends } == 0)
        }
    }

    @Test("A peer that is connected is silent after five seconds without media, or after lossAfter if that is longer")
    func silence() {
        for (lossAfter, limit) in [(Duration.milliseconds(500), Int64(5_000)), (.seconds(9), 9_000)] {
            let hub = makeHub()
            hub.update(.init(maxBandwidth: 100_000_000, selection: .init(lossAfter: lossAfter)))
            let leg = hub.addLeg(LegID(input: "a", leg: "main"))
            func isSilent(at milliseconds: Int64) -> Bool {
                clock.milliseconds.store(milliseconds, ordering: .relaxed)
                return leg.isSilent
            }
            #expect(!isSilent(at: 100_000))
            leg.peerConnected("192.0.2.1:5000")
            #expect(!isSilent(at: 100_000 + limit - 1))
            #expect(isSilent(at: 100_000 + limit))
            leg.consume(Self.audio)
            send(0, to: leg, at: 120_000)
            #expect(!isSilent(at: 120_000 + limit - 1))
            #expect(isSilent(at: 120_000 + limit))
            leg.peerDisconnected("gone")
            #expect(!isSilent(at: 200_000))
            leg.peerConnected("192.0.2.1:5001")
            #expect(!isSilent(at: 200_000))
        }
    }

    @Test("A codec that packets cannot carry is told once, and the other track goes on")
    func unsupported() {
        let hub = makeHub()
        let leg = hub.addLeg(LegID(input: "a", leg: "main"))
        let packets = CountingPacketSink()
        hub.addSink(packets, named: "packets")
        leg.consume(Self.audio)
        send(0, to: leg, at: 0)
        leg.consume(Self.av1)
        for index in 1..<5 { send(Int64(index) * 21, to: leg, at: Int64(index) * 21) }
        #expect(events.list.withLock { $0.filter { $0 == .unsupportedCodec("AV1") }.count } == 1)
        #expect(packets.payloadSizes.withLock { $0.count } >= 5)
    }

    @Test("A publisher that stays above the cap is to be closed after the grace, and not before")
    func overBandwidth() {
        let hub = makeHub(maxBandwidth: 8_000)
        let box = CutCounter()
        let leg = hub.addLeg(LegID(input: "a", leg: "main")) { box.cut() }
        leg.consume(Self.audio)
        for index in 0..<29 { send(Int64(index) * 100, to: leg, at: Int64(index) * 100, byteCount: 900) }
        #expect(box.count == 0)
        #expect(events.list.withLock { $0.contains(.overBandwidth) })
        for index in 29..<40 { send(Int64(index) * 100, to: leg, at: Int64(index) * 100, byteCount: 900) }
        #expect(box.count > 0)
    }

    private final class CutCounter: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .relaxed) }
        func cut() { value.add(1, ordering: .relaxed) }
    }
}
