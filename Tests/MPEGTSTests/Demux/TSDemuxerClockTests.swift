import Media
import Testing

@testable import MPEGTS

@Suite("Times of demuxed samples")
struct TSDemuxerClockTests {
    /// An AAC frame of 48 kHz, 1920 ticks long.
    private static let frame: [UInt8] = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x7F, 0xFC, 1, 2, 3, 4]

    private func addPicture(_ stream: inout DemuxFixture, at time: UInt64) {
        stream.add(TestPictures.keyframe, pts: time % (1 << 33), isBounded: true)
    }

    private func addFrame(_ stream: inout DemuxFixture, at time: UInt64) {
        stream.add(Self.frame, pid: DemuxFixture.audioPID, pts: time % (1 << 33), isBounded: true)
    }

    private func times(_ samples: [MediaSample]) -> [Int64] {
        samples.map { $0.decodeTime.ticks - SampleTimeline.beginning }
    }

    @Test("begin at one zero for all tracks, with room for what comes later but belongs before")
    func beginning() {
        var stream = DemuxFixture.usual
        addPicture(&stream, at: 500_000)
        addFrame(&stream, at: 500_000 - 50_000)
        addFrame(&stream, at: 500_000 - 45_000)
        addFrame(&stream, at: 500_100)
        let events = stream.events()
        #expect(times(events.video) == [0])
        #expect(times(events.audio) == [-45_000, 100])
        #expect(events.audio.first?.decodeTime == .zero)
        #expect(events.statistics.untimely == 1)
    }

    @Test("go on over the wrap of the counter, also when decoding and presentation lie on its two sides")
    func wrap() {
        let start: UInt64 = (1 << 33) - 5000
        var stream = DemuxFixture.usual
        addFrame(&stream, at: start)
        for index in 0..<4 as Range<UInt64> {
            stream.add(
                TestPictures.keyframe,
                pts: (start + 3600 * (index + 1)) % (1 << 33),
                dts: (start + 3600 * index) % (1 << 33),
                isBounded: true
            )
        }
        addFrame(&stream, at: start + 9600)
        let events = stream.events()
        #expect(times(events.video) == [0, 3600, 7200, 10_800])
        #expect(events.video.allSatisfy { $0.compositionOffset == 3600 })
        #expect(times(events.audio) == [0, 9600])
        #expect(events.jumps == 0)
    }

    @Test("of PES packets without one go on from those before")
    func missing() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, isBounded: true)
        addPicture(&stream, at: 90_000)
        addPicture(&stream, at: 93_000)
        stream.add(TestPictures.keyframe, isBounded: true)
        stream.add(TestPictures.keyframe, isBounded: true)
        addPicture(&stream, at: 102_000)
        #expect(times(stream.events().video) == [0, 3000, 6000, 9000, 12_000])
    }

    @Test(
        "go on when the clock jumps, and the tracks keep their relation",
        arguments: [-3_000_000, -90_001 - 3600, 900_001, 123_456_789, 1 << 32] as [Int64]
    )
    func jump(distance: Int64) {
        var stream = DemuxFixture.usual
        let start: UInt64 = 5_000_000_000
        for index in 0..<10 as Range<UInt64> {
            addPicture(&stream, at: start + 3600 * index)
            addFrame(&stream, at: start + 3600 * index + 100)
        }
        let later = UInt64(Int64(start) + 36_000 + distance)
        for index in 0..<10 as Range<UInt64> {
            addPicture(&stream, at: later + 3600 * index)
            addFrame(&stream, at: later + 3600 * index + 100)
        }
        let events = stream.events()
        #expect(events.jumps == 1)
        #expect(events.statistics.discontinuities == 1)
        #expect((events.video.count, events.audio.count) == (20, 20))
        let video = times(events.video)
        let audio = times(events.audio)
        #expect(zip(video, audio).allSatisfy { $1 - $0 == 100 })
        #expect(zip(video, video.dropFirst()).allSatisfy { (3600...7200).contains($1 - $0) })
    }

    @Test("repeat nothing when a new clock begins before the end of the old")
    func overlap() {
        var stream = DemuxFixture.usual
        for index in 0..<5 as Range<UInt64> { addFrame(&stream, at: 900_000 + 1920 * index) }
        addPicture(&stream, at: 900_000)
        // The new clock's video comes first; its audio begins earlier.
        addPicture(&stream, at: 90_000_000)
        for index in 0..<10 as Range<UInt64> { addFrame(&stream, at: 90_000_000 - 9600 + 1920 * index) }
        let events = stream.events()
        #expect(events.jumps == 1)
        #expect(times(events.video) == [0, 9600])
        #expect(times(events.audio) == [0, 1920, 3840, 5760, 7680, 9600, 11_520, 13_440, 15_360, 17_280])
        #expect(events.statistics.untimely == 5)
    }

    @Test("that jump a little do so only when the stream announces it", arguments: [false, true])
    func announced(isAnnounced: Bool) {
        var stream = DemuxFixture.usual
        for index in 0..<10 as Range<UInt64> {
            addPicture(&stream, at: 900_000 + 3600 * index)
            addFrame(&stream, at: 900_000 + 3600 * index)
        }
        stream.addPacket([], flags: isAnnounced ? 0x80 : 0, clock: 900_000)
        for index in 0..<20 as Range<UInt64> {
            addPicture(&stream, at: 880_000 + 3600 * index)
            addFrame(&stream, at: 880_000 + 3600 * index)
        }
        let events = stream.events()
        #expect(events.jumps == (isAnnounced ? 1 : 0))
        let video = times(events.video)
        #expect(video == video.sorted())
        let last: Int64 = isAnnounced ? 36_000 + 3600 * 19 : -20_000 + 3600 * 19
        #expect(video.last == last)
    }

    @Test("that an announced clock continues are no jump")
    func announcedWithoutJump() {
        var stream = DemuxFixture.usual
        addPicture(&stream, at: 900_000)
        addFrame(&stream, at: 900_000)
        stream.addPacket([], flags: 0x80, clock: 900_000)
        // The audio's small step back would be a jump of its own.
        addPicture(&stream, at: 903_600)
        addFrame(&stream, at: 899_000)
        let events = stream.events()
        #expect(events.jumps == 0)
        #expect(times(events.video) == [0, 3600])
    }

    @Test("of presentation that make no sense are those of decoding")
    func composition() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000, dts: 90_000 + 2_000_000, isBounded: true)
        stream.add(TestPictures.keyframe, pts: 2_100_000, dts: 90_000 + 2_003_600, isBounded: true)
        #expect(stream.events().video.map(\.compositionOffset) == [0, 6400])
    }
}
