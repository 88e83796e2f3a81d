import Media
import NIOCore
import Testing

@testable import MPEGTS

@Suite("Losses and changes in a demuxed stream")
struct TSDemuxerLossTests {
    private let long = TestPictures.annexB(TestPictures.inter + Array(repeating: 0x99, count: 600))

    @Test("drop the PES packet in progress, are counted and told")
    func gap() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        let pes = DemuxFixture.pes(long, pts: 93_600, dts: nil, isBounded: false)
        stream.addPacket(Array(pes[..<184]), starts: true)
        stream.losePacket()
        stream.addPacket(Array(pes[368...]))
        stream.add(TestPictures.annexB(TestPictures.inter), pts: 97_200)
        let events = stream.events()
        #expect(events.times == [0, 7200])
        #expect(events.statistics.continuityErrors == 1)
        #expect(events.all.contains(.loss(TSDemuxer.videoTrack)))
        #expect(events.payloads.last == TestPictures.lengths(TestPictures.inter))
    }

    @Test("that the stream announces are none")
    func announcedGap() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        stream.losePacket()
        let pes = DemuxFixture.pes(TestPictures.annexB(TestPictures.inter), pts: 93_600, dts: nil, isBounded: false)
        stream.addPacket(pes, starts: true, flags: 0x80)
        let events = stream.events()
        #expect(events.statistics.continuityErrors == 0)
        #expect(events.samples.count == 2)
    }

    @Test("are told from repeated packets, which are dropped")
    func duplicates() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        stream.add(long, pts: 93_600)
        stream.repeatPacket()
        stream.add(long, pts: 97_200)
        let events = stream.events()
        #expect(events.statistics.duplicates == 1)
        #expect(events.statistics.continuityErrors == 0)
        #expect(events.samples.map(\.payload.readableBytes) == [10, 608, 608])
    }

    @Test("of 16 packets show by their content")
    func sixteen() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        for _ in 0..<15 { stream.losePacket() }
        stream.add(TestPictures.annexB(TestPictures.inter), pts: 93_600)
        let events = stream.events()
        #expect(events.statistics.duplicates == 0)
        #expect(events.statistics.continuityErrors == 1)
    }

    @Test("by scrambling are counted")
    func scrambled() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000, isBounded: true)
        stream.addPacket(Array(repeating: 0x77, count: 184), starts: true, isScrambled: true)
        stream.add(TestPictures.keyframe, pts: 93_600, isBounded: true)
        let events = stream.events()
        #expect(events.statistics.scrambled == 1)
        #expect(events.samples.count == 2)
    }

    @Test("by a PES packet beyond the limit keep memory bounded")
    func oversized() {
        let limit = ElementaryStream.maximumVideoPESBytes
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        stream.add(
            TestPictures.annexB(TestPictures.inter + Array(repeating: 0x99, count: limit - 30)),
            pts: 93_600
        )
        stream.add(TestPictures.annexB(TestPictures.inter + Array(repeating: 0x99, count: limit)), pts: 97_200)
        stream.add(TestPictures.annexB(TestPictures.inter), pts: 100_800)
        let events = stream.events()
        #expect(events.statistics.oversized == 1)
        #expect(events.times == [0, 3600, 10_800])
    }

    @Test("by an access unit beyond the limit keep memory bounded")
    func oversizedUnit() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        let part = Array(repeating: UInt8(0x99), count: VideoParser.maximumAccessUnitBytes * 2 / 5)
        // The first rest comes too late, and shows that pictures are split.
        stream.add(TestPictures.annexB(TestPictures.rest), pts: 90_000)
        stream.add(TestPictures.annexB(TestPictures.inter + part), pts: 93_600)
        stream.add(TestPictures.annexB(TestPictures.rest + part), pts: 93_600)
        stream.add(TestPictures.annexB(TestPictures.rest + part), pts: 93_600)
        stream.add(TestPictures.annexB(TestPictures.inter), pts: 97_200)
        let events = stream.events()
        #expect(events.statistics.oversized == 1)
        #expect(events.times == [0, 7200])
    }

    @Test("of a stream in the program map end its samples; a new one takes its track")
    func map() {
        let frame: [UInt8] = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x7F, 0xFC, 1, 2, 3, 4]
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        stream.add(frame, pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        stream.addMap([(0x1B, DemuxFixture.videoPID, []), (0x0F, 0x105, [])], version: 1)
        stream.add(frame, pid: DemuxFixture.audioPID, pts: 91_000, isBounded: true)
        stream.add(frame, pid: 0x105, pts: 91_920, isBounded: true)
        stream.add(TestPictures.annexB(TestPictures.inter), pts: 93_600)
        let events = stream.events()
        #expect(events.audio.map { $0.decodeTime.ticks - SampleTimeline.beginning } == [0, 1920])
        #expect(events.tracks.map(\.id.rawValue) == [2, 1])
        #expect(events.video.count == 2)
    }

    @Test("of nothing but further audio streams than there are tracks ignore the rest")
    func tooManyStreams() {
        let streams = (0..<40 as Range<UInt16>).map { (type: UInt8(0x0F), pid: 0x200 + $0, descriptors: [UInt8]()) }
        let frame: [UInt8] = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x7F, 0xFC, 1, 2, 3, 4]
        var stream = DemuxFixture(streams)
        for entry in streams { stream.add(frame, pid: entry.pid, pts: 90_000, isBounded: true) }
        #expect(stream.events().samples.count == TSDemuxer.maximumAudioTracks)
    }
}
