import HeadgateTestKit
import Media
import NIOCore
import Testing

@testable import HLS

@Suite("Cutting a stream into segments")
struct SegmentTests {
    private typealias Fixture = HLSFixture

    @Test("Segments begin with keyframes, follow one another without gap, and all samples are in them")
    func wholeStream() throws {
        var fixture = Fixture(window: 60)
        let stream = Fixture.stream(to: 21)
        fixture.feed(stream)
        fixture.segmenter.finish()
        #expect(fixture.problems() == [])
        #expect(fixture.segments.map(\.number) == Array(1_000...1_010))
        #expect(fixture.segments.dropLast().allSatisfy { $0.duration == 2 * Fixture.second })
        #expect(fixture.segments.allSatisfy { $0.isIndependent })
        for segment in fixture.segments {
            let pictures = fixture.samples(of: segment).samples(of: 1)
            let first = try #require(pictures.first)
            #expect(first.isKeyframe)
            #expect(pictures.dropFirst().allSatisfy { !$0.isKeyframe })
        }
        for track in [Fixture.video, Fixture.audio] {
            let read = fixture.samples().samples(of: Int(track.id.rawValue))
            let fed = stream.filter { $0.track == track.id }
            #expect(read.map(\.payload) == fed.map { Array($0.payload.readableBytesView) })
            #expect(read.map { Int64($0.compositionOffset) } == fed.map(\.compositionOffset))
            // The timeline begins at ten seconds.
            #expect(read.map { Int64($0.decodeTime) } == fed.map { $0.decodeTime.ticks + 900_000 })
        }
    }

    struct Rhythm: Sendable {
        var seconds: Double
        /// In pictures of 40 ms.
        var keyframes: [Int]
        /// In pictures.
        var segments: [Int]
        var target: Int
    }

    @Test(
        "A segment ends with the first keyframe after its time, or before the last one that is in time",
        arguments: [
            Rhythm(seconds: 2, keyframes: [0, 25, 50, 75, 100, 125], segments: [50, 50], target: 2),
            Rhythm(seconds: 2, keyframes: [0, 75, 150, 225, 300], segments: [75, 75, 75, 75], target: 3),
            Rhythm(seconds: 2, keyframes: [0, 46, 92, 138], segments: [46, 46, 46], target: 2),
            Rhythm(
                seconds: 6,
                keyframes: Array(stride(from: 0, through: 350, by: 50)),
                segments: [150, 150],
                target: 6
            ),
            // The keyframe at 40 would do, but the one after it may come 60 later, which would be too late.
            Rhythm(seconds: 2, keyframes: [0, 60, 100, 160, 180], segments: [60, 40, 60], target: 2),
        ]
    )
    func rhythms(_ rhythm: Rhythm) throws {
        var fixture = Fixture(seconds: rhythm.seconds, tracks: [Fixture.video])
        let keyframes = Set(rhythm.keyframes)
        let end = try #require(rhythm.keyframes.last) + 1
        fixture.feed(Fixture.pictures(0..<end) { keyframes.contains($0) })
        #expect(fixture.segments.map { Int($0.duration / Fixture.pictureInterval) } == rhythm.segments)
        #expect(fixture.presentation.targetDuration == rhythm.target)
        #expect(fixture.problems() == [])
    }

    @Test("Without keyframes a segment ends when it must, and does not claim to be a place to begin")
    func noKeyframes() {
        var fixture = Fixture(tracks: [Fixture.video])
        fixture.feed(Fixture.pictures(0..<1_500) { $0 == 0 })
        // The first one is as long as it may be before anything is published.
        #expect(fixture.segments.first?.duration == 12 * Fixture.second)
        #expect(fixture.presentation.targetDuration == 12)
        #expect(fixture.segments.map(\.isIndependent) == [true, false, false, false])
        #expect(fixture.problems() == [])
        #expect(!fixture.lines(.playlist(.fragments)).contains("#EXT-X-INDEPENDENT-SEGMENTS"))
    }

    @Test("The target duration stays when keyframes become rarer: segments then end between them")
    func rarerKeyframes() {
        var fixture = Fixture(window: 60, tracks: [Fixture.video])
        fixture.feed(Fixture.pictures(0..<751) { $0 < 100 ? $0 % 50 == 0 : $0 % 125 == 0 })
        #expect(fixture.presentation.targetDuration == 2)
        #expect(fixture.segments.contains { !$0.isIndependent })
        #expect(fixture.problems() == [])
    }

    @Test("Sound alone is cut anywhere")
    func soundAlone() {
        var fixture = Fixture(window: 60, tracks: [Fixture.audio])
        fixture.feed(Fixture.sounds(0..<1_000))
        #expect(fixture.segments.count == 10)
        #expect(fixture.segments.allSatisfy { $0.isIndependent && $0.parts.allSatisfy(\.isIndependent) })
        // 93 or 94 frames of 1,920 ticks.
        #expect(fixture.segments.allSatisfy { abs($0.duration - 180_000) <= 1_920 })
        #expect(fixture.presentation.targetDuration == 2)
        #expect(fixture.problems() == [])
    }

    struct Parts: Sendable {
        var interval: Int64
        var keyframes: Int
        /// Pictures in a part.
        var pictures: Int
    }

    @Test(
        "Parts are of about 300 ms, and all but the last of a segment nearly as long as the playlist says",
        arguments: [
            Parts(interval: 3_600, keyframes: 50, pictures: 7),
            Parts(interval: 3_003, keyframes: 60, pictures: 9),
            Parts(interval: 1_500, keyframes: 120, pictures: 18),
            Parts(interval: 6_000, keyframes: 30, pictures: 4),
            Parts(interval: 90_000, keyframes: 2, pictures: 1),
        ]
    )
    func parts(_ expected: Parts) {
        var fixture = Fixture(tracks: [Fixture.video])
        fixture.feed(
            Fixture.pictures(0..<expected.keyframes * 4, interval: expected.interval) { $0 % expected.keyframes == 0 }
        )
        let target = fixture.presentation.partTarget
        #expect(fixture.segments.count == 3)
        for segment in fixture.segments {
            #expect(segment.parts.first?.isIndependent == true)
            for part in segment.parts.dropLast() {
                #expect(part.duration == Int64(expected.pictures) * expected.interval)
                #expect(part.duration * 100 >= target * 85)
            }
            #expect(segment.parts.allSatisfy { $0.duration <= target })
            #expect(segment.parts.reduce(0) { $0 + $1.duration } == segment.duration)
        }
        #expect(fixture.problems() == [])
    }

    @Test("There is nothing to play before the first segment ends, and then everything at once")
    func beginning() {
        var fixture = Fixture()
        #expect(fixture.answer(.multivariantPlaylist(.transport)) == .wait)
        fixture.feed(Fixture.stream(to: 2))
        for form in HLSForm.allCases { #expect(fixture.answer(.playlist(form)) == .wait) }
        #expect(fixture.answer(.initialization(1_000)) == .notFound)
        #expect(fixture.answer(.part(segment: 1_000, index: 0, .fragments)) == .notFound)
        #expect(fixture.changes == 0)
        #expect(!fixture.presentation.isReady)
        fixture.feed(Array(Fixture.stream(from: 2, to: 3).prefix(1)))
        #expect(fixture.presentation.isReady)
        #expect(fixture.changes == 1)
        #expect(!fixture.lines(.multivariantPlaylist(.transport)).isEmpty)
        // Players that do not say what they wait for want three segments.
        let reload = HLSRequest.Reload(segment: 0)
        for form in HLSForm.allCases {
            #expect(fixture.answer(.playlist(form)) == .wait)
            #expect(fixture.answer(.playlist(form), reload: reload) != .wait)
        }
        fixture.feed(Array(Fixture.stream(from: 2, to: 6).dropFirst()))
        #expect(fixture.answer(.playlist(.fragments)) == .wait)
        fixture.feed(Array(Fixture.stream(from: 6, to: 7).prefix(1)))
        #expect(fixture.lines(.playlist(.fragments)).contains("1000.m4s"))
    }

    @Test("Each part that ends changes the presentation, and nothing else does")
    func changes() {
        var fixture = Fixture()
        fixture.feed(Fixture.stream(to: 4))
        let before = fixture.presentation.version
        let changes = fixture.changes
        fixture.feed(Fixture.stream(from: 4, to: 6))
        // The end of a segment, and seven parts of the next.
        #expect(fixture.changes - changes == 8)
        #expect(fixture.presentation.version > before)
    }

    @Test("After the end the last segment is there, and nothing follows")
    func end() {
        var fixture = Fixture()
        fixture.feed(Fixture.stream(to: 5))
        fixture.segmenter.finish()
        #expect(fixture.segments.count == 3)
        #expect(fixture.presentation.open == nil)
        let lines = fixture.lines(.playlist(.fragments))
        #expect(lines.last == "#EXT-X-ENDLIST")
        #expect(!lines.contains { $0.hasPrefix("#EXT-X-PRELOAD-HINT") })
        fixture.feed(Fixture.stream(from: 5, to: 9))
        fixture.segmenter.finish()
        #expect(fixture.segments.count == 3)
        #expect(fixture.answer(.part(segment: 1_003, index: 0, .fragments)) == .notFound)
    }

    @Test("A stream that ends before its first segment does is played, and one that never began is not there")
    func earlyEnd() {
        var short = Fixture()
        short.feed(Fixture.stream(to: 1))
        short.segmenter.finish()
        #expect(short.presentation.targetDuration == 2)
        #expect(short.lines(.playlist(.fragments)).last == "#EXT-X-ENDLIST")
        var empty = Fixture()
        empty.segmenter.finish()
        #expect(empty.answer(.multivariantPlaylist(.transport)) == .notFound)
        #expect(empty.answer(.playlist(.fragments)) == .notFound)
    }
}
