import HeadgateTestKit
import Media
import NIOCore
import Synchronization
import Testing

@testable import FlowHub

/// What goes wrong a little with each takeover shows after many.
@Suite("Taking over again and again")
struct RepeatedTakeoverTests {
    private final class CollectingSink: SampleSink, PacketSink {
        let samples = Mutex<[(sample: MediaSample, at: Int64)]>([])
        let packets = Mutex<[UInt8]>([])
        private let clock: Clock

        init(_ clock: Clock) { self.clock = clock }

        func consume(_ track: MediaTrack) {}
        func consume(_ sample: MediaSample) {
            samples.withLock { $0.append((sample, clock.milliseconds.load(ordering: .relaxed))) }
        }
        func sourceChanged() {}
        func consume(_ batch: PacketBatch) {
            packets.withLock { for payload in batch.payloads { $0 += payload } }
        }
    }

    private final class Clock: Sendable {
        let milliseconds = Atomic<Int64>(0)
        var now: MonotonicTime { MonotonicTime(nanoseconds: milliseconds.load(ordering: .relaxed) * 1_000_000) }
    }

    /// A publisher: 25 pictures a second, two of three of them B-frames, 49 in a group, and sound.
    private struct Publisher {
        let video: MediaTrack
        let audio = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))
        /// Its time when the clock is 0, in milliseconds.
        let base: Int64
        /// In which of the 40 ms between pictures its own come.
        let phase: Int64
        /// By how much its sound comes later than pictures of the same time.
        let soundLag: Int64

        init(base: Int64, phase: Int64, soundLag: Int64) throws {
            let configuration = try AVCDecoderConfiguration(
                sequenceParameterSets: [ByteBuffer(bytes: [0x67, 0x42, 0xC0, 0x1E, 0xD9])],
                pictureParameterSets: [ByteBuffer(bytes: [0x68, 0xCB, 0x83])]
            )
            video = MediaTrack(id: .init(1), codec: .h264, configuration: configuration.record)
            self.base = base
            self.phase = phase
            self.soundLag = soundLag
        }

        /// What comes at this millisecond.
        func samples(at now: Int64) -> [MediaSample] {
            var samples: [MediaSample] = []
            if now % 40 == phase {
                let place = now / 40 % 49
                var payload = ByteBuffer()
                payload.writeInteger(UInt32(400))
                payload.writeBytes([place == 0 ? 0x65 : 0x41] + [UInt8](repeating: 0x9D, count: 399))
                samples.append(
                    MediaSample(
                        track: video.id,
                        decodeTime: MediaTime(milliseconds: base + now),
                        compositionOffset: (place == 0 ? 40 : place % 3 == 1 ? 120 : 0) * 90,
                        isKeyframe: place == 0,
                        payload: payload
                    )
                )
            }
            if now % 20 == phase / 2 {
                samples.append(
                    MediaSample(
                        track: audio.id,
                        decodeTime: MediaTime(milliseconds: base + now - soundLag),
                        isKeyframe: true,
                        payload: ByteBuffer(repeating: 0x21, count: 60)
                    )
                )
            }
            return samples
        }
    }

    /// Runs two publishers of which one at a time is killed, and is back 300 ms later.
    ///
    /// - Parameter interval: from one takeover to the next, in milliseconds.
    private func run(
        _ publishers: [Publisher],
        switches: Int64,
        every interval: Int64,
        tail: Int64
    ) -> CollectingSink {
        let clock = Clock()
        let hub = FlowHub(settings: .init(maxBandwidth: 100_000_000), clock: { clock.now }) { _ in }
        let legs = ["main", "backup"].map { hub.addLeg(LegID(input: "a", leg: $0)) }
        let sink = CollectingSink(clock)
        hub.addSink(sink as any SampleSink, named: "samples")
        hub.addSink(sink as any PacketSink, named: "packets")
        for (leg, publisher) in zip(legs, publishers) {
            leg.consume(publisher.video)
            leg.consume(publisher.audio)
        }
        var silentUntil: [Int64] = [0, 0]
        for now in 0..<(4_000 + switches * interval + tail) {
            clock.milliseconds.store(now, ordering: .relaxed)
            let count = (now - 4_000) / interval
            if now >= 4_000, (now - 4_000) % interval == 0, count < switches {
                let killed = Int(count % 2)
                legs[killed].peerDisconnected("killed")
                silentUntil[killed] = now + min(300, interval / 2)
            }
            for index in legs.indices where now >= silentUntil[index] {
                if now == silentUntil[index], now > 0 {
                    legs[index].consume(publishers[index].video)
                    legs[index].consume(publishers[index].audio)
                }
                for sample in publishers[index].samples(at: now) { legs[index].consume(sample) }
            }
        }
        return sink
    }

    @Test(
        "After 200 takeovers with B-frames nothing has drifted, as samples and as packets",
        arguments: [(2_300, 0), (2_940, 0), (2_300, 130), (2_950, 130)] as [(Int64, Int64)]
    )
    func drift(interval: Int64, soundLag: Int64) throws {
        let publishers = [
            try Publisher(base: 1_000, phase: 0, soundLag: 0),
            try Publisher(base: 900_000, phase: 26, soundLag: soundLag),
        ]
        let sink = run(publishers, switches: 200, every: interval, tail: 1_500)
        try checkSamples(sink.samples.withLock { $0 }, publishers)
        let end = try #require(sink.samples.withLock { $0.last { $0.sample.track == publishers[0].video.id } }).at
        try checkPackets(sink.packets.withLock { $0 }, end: end)
    }

    private func checkSamples(_ samples: [(sample: MediaSample, at: Int64)], _ publishers: [Publisher]) throws {
        let pictures = samples.filter { $0.sample.track == publishers[0].video.id }
        #expect(pictures.count > 10_000)
        let times = pictures.map(\.sample.decodeTime)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(pictures.allSatisfy { $0.sample.compositionOffset >= 0 })
        // A keyframe is shown after all that were decoded before it.
        var shown = MediaTime(milliseconds: 0)
        var shownLate = 0
        for (sample, _) in pictures {
            if sample.isKeyframe, sample.presentationTime <= shown { shownLate += 1 }
            shown = max(shown, sample.presentationTime)
        }
        #expect(shownLate == 0)
        let lateness = pictures.map { $0.sample.decodeTime.milliseconds - 1_000 - $0.at }
        #expect(lateness.allSatisfy { $0 > -2_100 && $0 < 300 }, "\(lateness.min() ?? 0) to \(lateness.max() ?? 0)")
        #expect(abs(try #require(lateness.last)) <= 1)
    }

    private func checkPackets(_ packets: [UInt8], end: Int64) throws {
        let checker = StreamChecker(packets, maximumWait: 18_000 + 27_000)
        let faults = checker.violations.filter { fault in
            !["needless", "table", "clock steps by"].contains { fault.contains($0) }
        }
        #expect(faults.prefix(3) == [])
        let steps = zip(checker.clocks.dropFirst(), checker.clocks).map { $0.ticks - $1.ticks }
        #expect(steps.allSatisfy { $0 > 0 && $0 <= 100 * 27_000 }, "\(steps.min() ?? 0) to \(steps.max() ?? 0)")
        let waits = checker.units(0x100).map { $0.dts - $0.clock }
        #expect(waits.count > 10_000)
        // All pictures a second after a takeover.
        #expect(waits.filter { abs($0 - 18_000) < 90 }.count > waits.count / 3)
        #expect(waits.allSatisfy { $0 > 18_000 - 4_500 }, "\(waits.min() ?? 0) to \(waits.max() ?? 0)")
        #expect(abs(try #require(waits.last) - 18_000) < 90)
        // Against the time that passed.
        let last = try #require(checker.units(0x100).last)
        #expect(abs(last.dts - (1_000 + end) * 90 - 18_000) <= 90)
    }

    @Test("However fast takeovers follow each other, pictures are late by a second or so at the most, and catch up")
    func storm() throws {
        let publishers = [
            try Publisher(base: 1_000, phase: 0, soundLag: 0),
            try Publisher(base: 900_000, phase: 26, soundLag: 0),
        ]
        var splice = SampleSplice()
        var groups = [GroupOfPictures(), GroupOfPictures()]
        var last = MediaTime(milliseconds: 0)
        var lateness: Int64 = 0
        var active = 0
        for now in Int64(0)..<32_000 {
            // For twenty seconds.
            if now >= 4_000, now < 24_000, now % 100 == 0 {
                active = 1 - active
                splice.begin()
            }
            let moment = MonotonicTime(nanoseconds: now * 1_000_000)
            for (index, publisher) in publishers.enumerated() {
                for sample in publisher.samples(at: now) where sample.track == publisher.video.id {
                    groups[index].add(sample, isVideo: true, at: moment)
                    guard index == active else { continue }
                    let past = Array(groups[index].samples.dropLast())
                    let moved = splice.catchUp(past, present: sample, at: moment)
                    let next = splice.admit(sample, isVideo: true, hasVideo: true, at: moment)
                    for sample in moved + [next].compactMap({ $0 }) {
                        #expect(sample.decodeTime > last)
                        #expect(sample.compositionOffset >= 0)
                        last = sample.decodeTime
                    }
                    lateness = last.milliseconds - 1_000 - now
                    #expect(lateness < 1_300)
                }
            }
        }
        #expect(abs(lateness) <= 1)
    }
}
