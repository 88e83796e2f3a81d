import HeadgateTestKit
import Media
import NIOCore
import Testing

@testable import HLS

@Suite("Streams that mean harm")
struct HostileStreamTests {
    private typealias Fixture = HLSFixture

    private static func sample(
        _ ticks: Int64,
        track: UInt8 = 1,
        composition: Int64 = 0,
        isKeyframe: Bool = true,
        byteCount: Int = 10
    ) -> MediaSample {
        MediaSample(
            track: .init(track),
            decodeTime: MediaTime(ticks: ticks),
            compositionOffset: composition,
            isKeyframe: isKeyframe,
            payload: ByteBuffer(repeating: 0x80, count: byteCount)
        )
    }

    /// What must hold whatever comes.
    private static func check(_ fixture: Fixture, maximumBytes: Int) {
        let presentation = fixture.presentation
        #expect(presentation.byteCount <= max(maximumBytes, presentation.segments.last?.byteCount ?? 0))
        #expect(presentation.segments.count <= HLSPresentation.maximumSegments)
        #expect((presentation.open?.parts.count ?? 0) < 1_000)
        #expect(fixture.segmenter.video.queue.count + fixture.segmenter.audio.queue.count <= 2_048)
        let problems = fixture.problems().filter { $0.hasPrefix("segment") }
        #expect(problems == [])
        #expect(fixture.samples().problems == [])
        for resource in [
            HLSResource.multivariantPlaylist(.transport), .multivariantPlaylist(.fragments), .playlist(.fragments),
            .playlist(.transport),
        ] {
            _ = fixture.answer(resource)
        }
    }

    @Test("Random times, sizes, tracks and configurations", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let maximumBytes = 4 << 20
        var fixture = Fixture(window: 3, maximumBytes: maximumBytes, tracks: [])
        var ticks: Int64 = 0
        var arrival: Int64 = 0
        for _ in 0..<4_000 {
            arrival &+= Int64.random(in: 0...9_000, using: &random)
            switch UInt8.random(in: 0...99, using: &random) {
            case 0:
                let level = UInt8.random(in: 0x1E...0x20, using: &random)
                let id = UInt8.random(in: 0...5, using: &random)
                fixture.segmenter.consume(
                    MediaTrack(id: .init(id), codec: .h264, configuration: Fixture.record(level: level))
                )
            case 1:
                let id = UInt8.random(in: 0...5, using: &random)
                fixture.segmenter.consume(
                    MediaTrack(id: .init(id), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))
                )
            case 2:
                fixture.segmenter.consume(
                    MediaTrack(
                        id: .init(6),
                        codec: Codec.allCases.randomElement(using: &random) ?? .aac,
                        configuration: ByteBuffer(bytes: random.bytes(20))
                    )
                )
            case 3: fixture.segmenter.markDiscontinuity()
            case 4: ticks = Int64.random(in: .min ... .max, using: &random)
            case 5: ticks &+= Int64.random(in: -2_000_000...2_000_000, using: &random)
            default: ticks &+= Int64.random(in: -100...8_000, using: &random)
            }
            let isNonsense = UInt8.random(in: 0...50, using: &random) == 0
            fixture.delay = arrival &- ticks
            fixture.feed([
                Self.sample(
                    ticks,
                    track: UInt8.random(in: 0...6, using: &random),
                    composition: isNonsense
                        ? Int64.random(in: .min ... .max, using: &random)
                        : Int64.random(in: -9_000...9_000, using: &random),
                    isKeyframe: UInt8.random(in: 0...20, using: &random) == 0,
                    byteCount: isNonsense ? 300_000 : Int.random(in: 0...3_000, using: &random)
                )
            ])
        }
        Self.check(fixture, maximumBytes: maximumBytes)
        fixture.segmenter.finish()
        Self.check(fixture, maximumBytes: maximumBytes)
    }

    @Test("Samples that all have the same time", arguments: [true, false])
    func sameTime(isVideo: Bool) {
        var fixture = Fixture(window: 3, maximumBytes: 4 << 20, tracks: isVideo ? [Fixture.video] : [Fixture.audio])
        for _ in 0..<70_000 { fixture.feed([Self.sample(0, track: isVideo ? 1 : 2, byteCount: 1)]) }
        Self.check(fixture, maximumBytes: 4 << 20)
    }

    @Test("A track that does not lead and stands still")
    func standingSound() {
        var fixture = Fixture(window: 3, maximumBytes: 4 << 20)
        fixture.feed(Fixture.pictures(0..<2))
        for _ in 0..<20_000 { fixture.feed([Self.sample(7_200, track: 2, byteCount: 100)]) }
        Self.check(fixture, maximumBytes: 4 << 20)
        fixture.feed(Fixture.pictures(2..<200))
        Self.check(fixture, maximumBytes: 4 << 20)
    }

    @Test("Times at the limits of their type")
    func extremeTimes() {
        var fixture = Fixture(window: 3)
        let limit: Int64 = 1 << 52
        let times: [Int64] = [.min, .max, 0, .max - 1, .min + 1, limit, -limit, 0, 1, 2, limit / 2, 90_000]
        for ticks in times {
            fixture.delay = 0
            fixture.feed([Self.sample(ticks), Self.sample(ticks, track: 2)])
        }
        for composition in [Int64.min, .max, 900_000, -900_000] {
            fixture.feed([Self.sample(100_000, composition: composition)])
        }
        fixture.segmenter.finish()
        Self.check(fixture, maximumBytes: 256 << 20)
    }

    @Test("Samples without bytes and samples that are too large are left out")
    func sizes() {
        var fixture = Fixture(tracks: [Fixture.video])
        fixture.feed([Self.sample(0, byteCount: 0), Self.sample(0, byteCount: HLSSegmenter.maximumSampleBytes + 1)])
        #expect(fixture.presentation.open == nil)
        fixture.feed([Self.sample(0, byteCount: HLSSegmenter.maximumSampleBytes)])
        #expect(fixture.presentation.open != nil)
    }

    @Test("Thousands of tracks, of which 32 are kept")
    func tracks() {
        var fixture = Fixture(tracks: [])
        var taken = 0
        for round in 0..<20 {
            for id in UInt8.min...UInt8.max {
                var track = round.isMultiple(of: 2) ? Fixture.video : Fixture.audio
                track.id = .init(id)
                if fixture.segmenter.consume(track) { taken += 1 }
            }
        }
        #expect(taken == 20 * TrackSelection.maximumTracks)
        for index in 0..<2_000 {
            fixture.feed([Self.sample(Int64(index) * 100, track: UInt8(index % 256))])
        }
        Self.check(fixture, maximumBytes: 256 << 20)
    }

    @Test("Tracks that cannot be carried are refused, and their samples left out")
    func unsupported() {
        var fixture = Fixture(tracks: [])
        let tracks = [
            MediaTrack(id: .init(1), codec: .av1), MediaTrack(id: .init(2), codec: .vp9),
            MediaTrack(id: .init(3), codec: .flac), MediaTrack(id: .init(4), codec: .h264),
            MediaTrack(id: .init(5), codec: .aac, configuration: ByteBuffer(bytes: [0xFF])),
        ]
        for track in tracks {
            let isTaken = fixture.segmenter.consume(track)
            #expect(!isTaken)
        }
        for id in 0..<10 as Range<UInt8> { fixture.feed([Self.sample(0, track: id)]) }
        #expect(fixture.presentation.open == nil)
        // A track that could be carried and no longer can.
        fixture.segmenter.consume(Fixture.video)
        fixture.feed(Fixture.pictures(0..<120))
        let isTaken = fixture.segmenter.consume(MediaTrack(id: .init(1), codec: .h264))
        #expect(!isTaken)
        fixture.feed(Fixture.pictures(120..<400))
        Self.check(fixture, maximumBytes: 256 << 20)
    }
}
