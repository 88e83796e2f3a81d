import Media
import NIOCore
import Testing

@testable import FlowHub

@Suite("Taking over with the last group of pictures")
struct CatchUpTests {
    private static let frame: Int64 = 40

    /// A picture of a stream with 25 pictures a second and a keyframe each two seconds.
    private func picture(_ index: Int64, from base: Int64, compositionMilliseconds: Int64 = 80) -> MediaSample {
        MediaSample(
            track: .init(1),
            decodeTime: MediaTime(milliseconds: base + index * Self.frame),
            compositionOffset: compositionMilliseconds * MediaTime.ticksPerMillisecond,
            isKeyframe: index % 50 == 0,
            payload: ByteBuffer()
        )
    }

    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    private func admit(_ sample: MediaSample, _ splice: inout SampleSplice, at now: Int64) -> MediaSample? {
        splice.admit(sample, isVideo: true, hasVideo: true, at: at(now))
    }

    @Test("Past pictures go into the gap, in order and apart, and the present one follows by the time that passed")
    func gap() throws {
        var splice = SampleSplice()
        for index in 0..<10 { _ = admit(picture(Int64(index), from: 0), &splice, at: Int64(index) * 40) }
        splice.begin()
        // The backup is 30 pictures into its group 160 ms after the first one's last picture, which is shown at 440.
        let past = (0..<30).map { picture(Int64($0), from: 500_000) }
        let next = picture(30, from: 500_000)
        let moved = splice.catchUp(past, isVideoNext: true, next: next, at: at(520))
        #expect(moved.count == 30)
        #expect(moved[0].isKeyframe)
        let present = try #require(admit(next, &splice, at: 520))
        #expect(present.decodeTime == MediaTime(milliseconds: 520))
        let times = [MediaTime(milliseconds: 360)] + moved.map(\.decodeTime) + [present.decodeTime]
        for (earlier, later) in zip(times, times.dropFirst()) {
            #expect(later.ticks(since: earlier) >= MediaTime.ticksPerMillisecond)
        }
        let shown = [MediaTime(milliseconds: 440)] + (moved + [present]).map(\.presentationTime)
        #expect(zip(shown, shown.dropFirst()).allSatisfy { $0 < $1 })
        #expect(moved.allSatisfy { $0.compositionOffset >= 0 })
    }

    @Test(
        "A gap that is too small for the past is widened by a millisecond for each picture, and the next gives it back"
    )
    func lead() throws {
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        let past = (0..<40).map { picture(Int64($0), from: 9_000) }
        #expect(splice.catchUp(past, isVideoNext: true, next: picture(40, from: 9_000), at: at(5)).count == 40)
        let present = try #require(admit(picture(40, from: 9_000), &splice, at: 5))
        // 80 ms until the last picture is shown, and one for each of 40 past ones and the step to them.
        #expect(present.decodeTime == MediaTime(milliseconds: 121))
        splice.begin()
        let again = try #require(admit(picture(50, from: 70_000), &splice, at: 205))
        #expect(again.decodeTime == MediaTime(milliseconds: 205))
    }

    @Test("When sound comes first, though it is ahead of the pictures, they keep their order")
    func soundFirst() throws {
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        let past = (0..<30).map { picture($0, from: 9_000) }
        var sound = picture(0, from: 9_000 + 30 * Self.frame + 75)
        sound.track = .init(2)
        sound.compositionOffset = 0
        let moved = splice.catchUp(past, isVideoNext: false, next: sound, at: at(40))
        #expect(moved.count == 30)
        #expect(splice.admit(sound, isVideo: false, hasVideo: true, at: at(40)) != nil)
        let live = try (30..<33).map { index in
            try #require(admit(picture(index, from: 9_000, compositionMilliseconds: 0), &splice, at: 40))
        }
        for times in [(moved + live).map(\.decodeTime), (moved.dropLast(2) + live).map(\.presentationTime)] {
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test("A keyframe without B-frames is shown after what the former source shows last")
    func keyframe() throws {
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        let next = try #require(admit(picture(0, from: 7_000, compositionMilliseconds: 0), &splice, at: 20))
        #expect(next.presentationTime == MediaTime(milliseconds: 81))
    }

    @Test("A past that fits into the gap keeps its distances")
    func wideGap() {
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        let past = (0..<5).map { picture(Int64($0), from: 9_000) }
        let moved = splice.catchUp(past, isVideoNext: true, next: picture(5, from: 9_000), at: at(1_000))
        #expect(moved.map(\.decodeTime.milliseconds) == [800, 840, 880, 920, 960])
    }

    @Test("Nothing is caught up before the first source, without pictures, or before a keyframe")
    func nothingToDo() {
        var first = SampleSplice()
        #expect(first.catchUp([picture(0, from: 0)], isVideoNext: true, next: picture(1, from: 0), at: at(0)).isEmpty)
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        #expect(splice.catchUp([], isVideoNext: true, next: picture(1, from: 0), at: at(40)).isEmpty)
        #expect(
            splice.catchUp([picture(0, from: 0)], isVideoNext: true, next: picture(50, from: 0), at: at(40)).isEmpty
        )
    }

    @Test("Two hundred switches in a row neither run ahead of the time that passed nor fall behind it")
    func drift() throws {
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        var now: Int64 = 0
        var last = MediaTime.zero
        for round in 0..<200 {
            splice.begin()
            now += 130
            let base = Int64(round) * 7_919
            let past = (0..<45).map { picture($0, from: base) }
            for picture in splice.catchUp(past, isVideoNext: true, next: picture(45, from: base), at: at(now)) {
                #expect(picture.decodeTime > last)
                last = picture.decodeTime
            }
            for index in Int64(45)..<49 {
                let passed = try #require(admit(picture(index, from: base), &splice, at: now))
                #expect(passed.decodeTime > last)
                last = passed.decodeTime
                #expect(abs(passed.decodeTime.milliseconds - now) <= 126)
                now += Self.frame
            }
        }
    }

    @Test("A group holds what came since its keyframe, of one track, and lets go of what is too large")
    func group() {
        var group = GroupOfPictures()
        group.add(picture(1, from: 0), isVideo: true)
        #expect(group.samples.isEmpty)
        for index in Int64(0)..<60 { group.add(picture(index, from: 0), isVideo: true) }
        #expect(group.samples.count == 10)
        // Sound behind the keyframe is kept, too.
        group.add(picture(60, from: 0), isVideo: false)
        #expect(group.samples.count == 11)
        var other = picture(51, from: 0)
        other.track = .init(7)
        group.add(other, isVideo: true)
        #expect(group.samples.count == 11)
        for _ in 0..<GroupOfPictures.maximumSamples { group.add(picture(61, from: 0), isVideo: true) }
        #expect(group.samples.count < 20)
        group.add(picture(0, from: 0), isVideo: true)
        var huge = picture(1, from: 0)
        huge.payload = ByteBuffer(repeating: 0, count: GroupOfPictures.maximumBytes + 1)
        group.add(huge, isVideo: true)
        #expect(group.samples.isEmpty)
    }
}
