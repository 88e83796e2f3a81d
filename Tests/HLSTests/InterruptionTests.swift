import HeadgateTestKit
import Media
import NIOCore
import Testing

@testable import HLS

@Suite("Interruptions of a stream")
struct InterruptionTests {
    private typealias Fixture = HLSFixture

    private static func discontinuities(_ fixture: Fixture) -> [Int] {
        fixture.segments.filter(\.isDiscontinuous).map(\.number)
    }

    /// The lines of the playlist before the first segment that is listed from a number on.
    private static func tags(before number: Int, in fixture: Fixture) -> [String] {
        let lines = fixture.lines(.playlist(.fragments))
        guard let index = lines.firstIndex(of: "\(number).m4s") else { return [] }
        return lines[..<index].reversed().prefix { !$0.hasSuffix(".m4s") }.reversed()
    }

    @Test("A seam is told at the next keyframe, and times go on")
    func seam() {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 5))
        fixture.segmenter.markDiscontinuity()
        fixture.feed(Fixture.stream(from: 5, to: 11))
        #expect(Self.discontinuities(fixture) == [1_003])
        #expect(fixture.segments.map { $0.duration / 90_000 } == [2, 2, 2, 2, 2])
        #expect(fixture.problems() == [])
        let tags = Self.tags(before: 1_003, in: fixture)
        #expect(tags.first == "#EXT-X-DISCONTINUITY")
        #expect(!tags.contains { $0.hasPrefix("#EXT-X-MAP") })
        #expect(fixture.lines(.playlist(.fragments)).filter { $0.hasPrefix("#EXT-X-MAP") }.count == 1)
    }

    @Test("A seam ends a segment that has hardly begun")
    func earlySeam() {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 4) { $0 % 10 == 0 })
        fixture.segmenter.markDiscontinuity()
        fixture.feed(Fixture.stream(from: 4, to: 5) { $0 % 10 == 0 })
        fixture.segmenter.markDiscontinuity()
        fixture.feed(Fixture.stream(from: 5, to: 10) { $0 % 10 == 0 })
        #expect(Self.discontinuities(fixture) == [1_002, 1_003])
        #expect(fixture.segments.map { $0.duration * 10 / 90_000 }.prefix(3) == [20, 20, 12])
        #expect(fixture.problems() == [])
    }

    @Test("The count of discontinuities goes on when their segments are gone")
    func sequence() {
        var fixture = Fixture(window: 3)
        fixture.feed(Fixture.stream(to: 4))
        for second in 0..<8 {
            if second % 2 == 0 { fixture.segmenter.markDiscontinuity() }
            fixture.feed(Fixture.stream(from: 4 + 2 * second, to: 6 + 2 * second))
        }
        #expect(Self.discontinuities(fixture).last == 1_008)
        // 1,006 is listed first and has its tag: those of 1,002 and 1,004 are counted.
        let lines = fixture.lines(.playlist(.fragments))
        #expect(lines.contains("#EXT-X-MEDIA-SEQUENCE:1006"))
        #expect(lines.contains("#EXT-X-DISCONTINUITY-SEQUENCE:2"))
        fixture.feed(Fixture.stream(from: 20, to: 21))
        let later = fixture.lines(.playlist(.fragments))
        #expect(later.contains("#EXT-X-MEDIA-SEQUENCE:1007"))
        #expect(later.contains("#EXT-X-DISCONTINUITY-SEQUENCE:3"))
    }

    @Test("Another configuration holds from the next keyframe on, with an initialisation of its own")
    func configuration() throws {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 5))
        let other = MediaTrack(id: .init(1), codec: .h264, configuration: Fixture.record(level: 0x1F))
        fixture.segmenter.consume(other)
        fixture.feed(Fixture.stream(from: 5, to: 11))
        #expect(Self.discontinuities(fixture) == [1_003])
        #expect(
            Self.tags(before: 1_003, in: fixture).prefix(2) == [
                "#EXT-X-DISCONTINUITY", "#EXT-X-MAP:URI=\"init-1003.mp4\"",
            ]
        )
        let first = try #require(fixture.bytes(.initialization(1_000)))
        let second = try #require(fixture.bytes(.initialization(1_003)))
        #expect(MP4Box.find("moov/trak/mdia/minf/stbl/stsd/avc1/avcC", in: first)?.content[3] == 0x1E)
        #expect(MP4Box.find("moov/trak/mdia/minf/stbl/stsd/avc1/avcC", in: second)?.content[3] == 0x1F)
        #expect(fixture.lines(.multivariantPlaylist(.transport))[2].contains("avc1.64001F"))
        fixture.segmenter.finish()
        // Pictures between the change and the keyframe cannot be decoded: the one before lasts until then.
        let pictures = fixture.samples().samples(of: 1)
        #expect(pictures.count == 275 - 25)
        #expect(fixture.samples().problems == [])
    }

    @Test("The same configuration again changes nothing")
    func sameConfiguration() {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 5))
        fixture.segmenter.consume(Fixture.video)
        fixture.segmenter.consume(Fixture.audio)
        fixture.feed(Fixture.stream(from: 5, to: 11))
        #expect(Self.discontinuities(fixture) == [])
        #expect(fixture.samples().samples(of: 1).count > 250)
    }

    @Test("Sound that comes while nothing is published yet joins what has begun")
    func lateSound() throws {
        var fixture = Fixture(window: 60, tracks: [Fixture.video])
        fixture.feed(Fixture.stream(to: 1).filter { $0.track == Fixture.video.id })
        fixture.segmenter.consume(Fixture.audio)
        fixture.feed(Fixture.stream(from: 1, to: 5))
        #expect(fixture.segments.map(\.number) == [1_000, 1_001])
        #expect(Self.discontinuities(fixture) == [])
        let bytes = try #require(fixture.bytes(.initialization(1_000)))
        #expect(MP4Box.all("moov/trak", in: bytes).count == 2)
        #expect(fixture.samples().samples(of: 2).first?.decodeTime == 900_000 + 47 * 1_920)
    }

    @Test("Sound that comes later is heard from the next keyframe on")
    func laterSound() {
        var fixture = Fixture(window: 60, tracks: [Fixture.video])
        fixture.feed(Fixture.stream(to: 5).filter { $0.track == Fixture.video.id })
        fixture.segmenter.consume(Fixture.audio)
        fixture.feed(Fixture.stream(from: 5, to: 9))
        #expect(Self.discontinuities(fixture) == [1_003])
        #expect(fixture.segments.map(\.initialization.codecs.count) == [1, 1, 1, 2])
    }

    @Test("A picture that comes before anything is published begins the stream anew")
    func latePicture() {
        var fixture = Fixture(window: 60, tracks: [Fixture.audio])
        fixture.feed(Fixture.sounds(0..<47))
        fixture.segmenter.consume(Fixture.video)
        fixture.feed(Fixture.stream(from: 1, to: 7))
        // The keyframe is at two seconds.
        #expect(fixture.segments.map(\.number) == [1_002, 1_003])
        #expect(Self.discontinuities(fixture) == [])
        #expect(fixture.segments.allSatisfy { $0.initialization.codecs.count == 2 })
    }

    @Test("A track that fell silent is no longer announced, and is again when it comes back")
    func silence() {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 4))
        fixture.feed(Fixture.stream(from: 4, to: 13).filter { $0.track == Fixture.video.id })
        fixture.feed(Fixture.stream(from: 13, to: 19))
        #expect(fixture.segments.map(\.initialization.codecs.count) == [2, 2, 2, 2, 2, 1, 1, 2, 2])
        #expect(Self.discontinuities(fixture) == [1_005, 1_007])
        #expect(fixture.samples().problems == [])
    }

    @Test("Without pictures sound goes on alone, cut by its own time")
    func pictureSilence() {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 4))
        fixture.feed(Fixture.stream(from: 4, to: 20).filter { $0.track == Fixture.audio.id })
        #expect(fixture.presentation.targetDuration == 2)
        #expect(fixture.segments.last?.initialization.codecs == ["mp4a.40.2"])
        #expect(fixture.problems() == [])
        fixture.feed(Fixture.stream(from: 20, to: 26))
        #expect(fixture.segments.last?.initialization.codecs.count == 2)
        #expect(fixture.problems().filter { $0.hasPrefix("segment") } == [])
    }

    @Test("Another track takes the place of one that fell silent")
    func replacement() {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 4))
        var other = Fixture.audio
        other.id = .init(9)
        fixture.segmenter.consume(other)
        fixture.feed(
            Fixture.stream(from: 4, to: 12).map { sample in
                var moved = sample
                if sample.track == Fixture.audio.id { moved.track = other.id }
                return moved
            }
        )
        #expect(Self.discontinuities(fixture) == [1_003])
        #expect(fixture.segments.allSatisfy { $0.initialization.codecs.count == 2 })
        // What it brought until the keyframe at six seconds is left out.
        let gap = 6 * 90_000 / 1_920 - (4 * 90_000 + 1_919) / 1_920
        #expect(abs(fixture.samples().samples(of: 2).count - (11 * 90_000 / 1_920 - gap)) < 60)
    }

    @Test("Of several tracks the first of a kind is shown, all the time")
    func severalTracks() {
        var second = Fixture.audio
        second.id = .init(3)
        var fixture = Fixture(window: 60, tracks: [Fixture.video, Fixture.audio, second])
        let sounds = Fixture.sounds(0..<600, track: second.id)
        fixture.feed(Fixture.merged(sounds, Fixture.stream(to: 12)))
        #expect(Self.discontinuities(fixture) == [])
        let expected = Fixture.stream(to: 12).filter { $0.track == Fixture.audio.id }.count
        #expect(abs(fixture.samples().samples(of: 2).count - expected) < 100)
        #expect(fixture.problems() == [])
    }

    @Test("Times that jump are no jump in what is played", arguments: [1_000_000_000, -300_000_000, 11 * 90_000])
    func jump(_ offset: Int64) {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 5))
        fixture.delay = -offset
        fixture.feed(
            Fixture.stream(from: 5, to: 13) { $0 % 50 == 25 }.map { sample in
                var moved = sample
                moved.decodeTime = sample.decodeTime.advanced(byTicks: offset)
                return moved
            }
        )
        #expect(Self.discontinuities(fixture).count == 1)
        #expect(fixture.problems().filter { $0.hasPrefix("segment") } == [])
        let pictures = fixture.samples().samples(of: 1)
        for (picture, next) in zip(pictures, pictures.dropFirst()) {
            #expect(picture.decodeTime + picture.duration == next.decodeTime)
        }
        #expect((pictures.last?.decodeTime ?? 0) < 900_000 + 14 * 90_000)
    }

    @Test("A pause of the whole stream is closed up where the segment cannot last over it")
    func gap() {
        var fixture = Fixture(window: 60)
        fixture.feed(Fixture.stream(to: 5))
        fixture.feed(Fixture.stream(from: 9, to: 15) { $0 % 50 == 25 })
        #expect(Self.discontinuities(fixture) == [1_003])
        #expect(fixture.problems().filter { $0.hasPrefix("segment") } == [])
        #expect(fixture.segments[2].duration / 90_000 == 1)
        // The date tells of the pause.
        let dates = fixture.segments.map(\.date.milliseconds)
        #expect(abs(dates[3] - dates[2] - 5_000) < 100)
        #expect(abs(dates[4] - dates[3] - 2_000) < 10)
    }

    @Test("A short pause stays as it is")
    func shortGap() {
        var fixture = Fixture(window: 60, tracks: [Fixture.video])
        fixture.feed(Fixture.pictures(0..<110).filter { $0.decodeTime.ticks / 3_600 < 102 })
        fixture.feed(Fixture.pictures(120..<400) { $0 % 50 == 0 })
        #expect(Self.discontinuities(fixture) == [])
        #expect(fixture.problems() == [])
    }
}
