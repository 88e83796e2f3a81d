import Media
import NIOCore
import Testing

@testable import FlowHub

@Suite("Joining sources of samples")
struct SampleSpliceTests {
    private static let video = MediaTrack.ID(1)
    private static let audio = MediaTrack.ID(2)

    private final class Bench {
        var splice = SampleSplice()
    }

    private let bench = Bench()

    private func admit(
        _ milliseconds: Int64,
        track: MediaTrack.ID = video,
        isKeyframe: Bool = false,
        hasVideo: Bool = true,
        at arrival: Int64
    ) -> Int64? {
        bench.splice.admit(
            MediaSample(
                track: track,
                decodeTime: MediaTime(milliseconds: milliseconds),
                isKeyframe: isKeyframe || track == Self.audio,
                payload: ByteBuffer()
            ),
            isVideo: track == Self.video,
            hasVideo: hasVideo,
            at: MonotonicTime(nanoseconds: arrival * 1_000_000)
        )?.decodeTime.milliseconds
    }

    @Test("The first source keeps its times and begins on a keyframe")
    func first() {
        #expect(admit(1_000, at: 0) == nil)
        #expect(admit(1_010, track: Self.audio, at: 10) == nil)
        #expect(admit(1_040, isKeyframe: true, at: 40) == 1_040)
        #expect(admit(1_050, track: Self.audio, at: 50) == 1_050)
        #expect(admit(1_080, at: 80) == 1_080)
    }

    @Test("A source without video begins at once")
    func audioOnly() {
        #expect(admit(7, track: Self.audio, hasVideo: false, at: 0) == 7)
    }

    @Test("The next source goes on as much later as time passed, from its first keyframe")
    func next() {
        #expect(admit(5_000, isKeyframe: true, at: 0) == 5_000)
        bench.splice.begin()
        #expect(admit(90, at: 200) == nil)
        #expect(admit(100, isKeyframe: true, at: 240) == 5_240)
        #expect(admit(140, at: 280) == 5_280)
    }

    @Test("A source that begins in the same moment still goes on a millisecond later")
    func sameMoment() {
        #expect(admit(5_000, isKeyframe: true, at: 0) == 5_000)
        bench.splice.begin()
        #expect(admit(0, isKeyframe: true, at: 0) == 5_001)
    }

    @Test("What would go back within its track is left out")
    func noWayBack() {
        #expect(admit(1_000, isKeyframe: true, at: 0) == 1_000)
        #expect(admit(1_500, track: Self.audio, at: 0) == 1_500)
        bench.splice.begin()
        // By the pictures that went before; sound was ahead of them.
        #expect(admit(0, isKeyframe: true, at: 100) == 1_100)
        #expect(admit(390, track: Self.audio, at: 390) == nil)
        #expect(admit(410, track: Self.audio, at: 410) == 1_510)
    }

    @Test("A track that is far ahead of the others leads, so that it is not silent until they are there")
    func farAhead() {
        #expect(admit(1_000, isKeyframe: true, at: 0) == 1_000)
        #expect(admit(50_000, track: Self.audio, at: 0) == 50_000)
        bench.splice.begin()
        #expect(admit(0, isKeyframe: true, at: 100) == 50_100)
        #expect(admit(10, track: Self.audio, at: 110) == 50_110)
    }
}
