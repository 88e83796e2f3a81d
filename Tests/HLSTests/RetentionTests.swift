import HeadgateTestKit
import Media
import NIOCore
import Testing

@testable import HLS

@Suite("What is kept of a stream")
struct RetentionTests {
    private typealias Fixture = HLSFixture

    private static func listed(_ fixture: Fixture) -> [Int] {
        fixture.presentation.listed.map(\.number)
    }

    @Test("As many segments are listed as the window has")
    func window() {
        var fixture = Fixture(window: 4)
        fixture.feed(Fixture.stream(to: 21))
        #expect(Self.listed(fixture) == [1_006, 1_007, 1_008, 1_009])
    }

    @Test("More are listed when these are shorter than three target durations, up to four windows")
    func shortSegments() {
        var fixture = Fixture(window: 3)
        // The first segment has 2.4 s, so the target duration is 2 s; the others have 1.8 s.
        fixture.feed(Fixture.pictures(0..<60) { $0 == 0 } + Fixture.pictures(60..<700) { ($0 - 60) % 46 == 0 })
        #expect(fixture.presentation.targetDuration == 2)
        #expect(Self.listed(fixture).count == 4)
        // Another configuration every 80 ms: a segment for each.
        for index in 0..<40 {
            let level: UInt8 = index.isMultiple(of: 2) ? 0x1F : 0x1E
            fixture.segmenter.consume(
                MediaTrack(id: .init(1), codec: .h264, configuration: Fixture.record(level: level))
            )
            fixture.feed(Fixture.pictures(700 + 2 * index..<702 + 2 * index) { $0.isMultiple(of: 2) })
        }
        #expect(Self.listed(fixture).count == 12)
    }

    @Test("A segment that is no longer listed stays for its own duration and that of the playlist")
    func grace() {
        var fixture = Fixture(window: 4)
        fixture.feed(Fixture.stream(to: 11))
        // At 10 s there are five segments, and the first one leaves the playlist of 10 s.
        #expect(Self.listed(fixture) == [1_001, 1_002, 1_003, 1_004])
        #expect(fixture.bytes(.segment(1_000, .fragments)) != nil)
        #expect(fixture.bytes(.part(segment: 1_000, index: 0, .fragments)) != nil)
        fixture.feed(Fixture.stream(from: 11, to: 22))
        #expect(fixture.bytes(.segment(1_000, .fragments)) != nil)
        fixture.feed(Fixture.stream(from: 22, to: 23))
        #expect(fixture.answer(.segment(1_000, .fragments)) == .notFound)
        #expect(fixture.answer(.part(segment: 1_000, index: 0, .fragments)) == .notFound)
        #expect(fixture.bytes(.segment(1_001, .fragments)) != nil)
        // What initialises it is still needed by others.
        #expect(fixture.bytes(.initialization(1_000)) != nil)
    }

    @Test("Memory is bounded whatever the window asks for, and one segment always stays")
    func bytes() {
        var fixture = Fixture(window: 60, maximumBytes: 4 << 20, tracks: [Fixture.video])
        for second in 0..<60 {
            fixture.feed(Fixture.pictures(second * 25..<second * 25 + 25, byteCount: 20_000))
            #expect(fixture.presentation.byteCount <= 4 << 20)
            let parts = fixture.segments.flatMap(\.parts)
            let media = parts.reduce(0) { $0 + $1.fragment.readableBytes + $1.transport.readableBytes }
            // The initialisation counts with the segment that needed it first.
            let isFirst = fixture.segments.first?.number == 1_000
            let counted = media + (isFirst ? fixture.bytes(.initialization(1_000))?.count ?? 0 : 0)
            #expect(fixture.presentation.byteCount == counted)
        }
        // A megabyte each, in both forms together.
        #expect(fixture.segments.count == 3)
        #expect(Self.listed(fixture).count == 3)
        #expect(fixture.problems() == [])
        // 10 MB a second are far above what a segment may have.
        var large = Fixture(window: 60, maximumBytes: 4 << 20, tracks: [Fixture.video])
        large.feed(Fixture.pictures(0..<25, byteCount: 400_000))
        #expect(large.segments.count >= 1)
        #expect(large.presentation.byteCount <= 4 << 20)
    }

    @Test("A configuration out of range is brought into it")
    func configuration() {
        let tiny = HLSConfiguration(segmentDuration: .seconds(-5), window: -1, maximumBytes: -1)
        #expect(tiny.segmentTicks == 45_000)
        #expect(tiny.listedSegments == 1)
        #expect(tiny.maximumSegmentBytes == 1 << 20)
        let huge = HLSConfiguration(segmentDuration: .seconds(1 << 40), window: .max, maximumBytes: .max)
        #expect(huge.segmentTicks == 5_400_000)
        #expect(huge.listedSegments == 1_000)
        #expect(huge.maximumSegmentBytes == 64 << 20)
        #expect(HLSConfiguration(segmentDuration: .milliseconds(1_500)).segmentTicks == 135_000)
        var fixture = Fixture(seconds: 0, window: 0, maximumBytes: 0)
        fixture.feed(Fixture.stream(to: 20))
        #expect(fixture.segments.count == 1)
        #expect(fixture.lines(.playlist(.fragments)).contains("#EXTINF:2.00000,"))
    }
}
