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

    private func sound(at milliseconds: Int64) -> MediaSample {
        MediaSample(
            track: .init(2),
            decodeTime: MediaTime(milliseconds: milliseconds),
            isKeyframe: true,
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
        let moved = splice.catchUp(past, present: next, at: at(520))
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

    @Test("Where the gap is too small for the past the pictures are late, sound is not, and a second later nothing is")
    func lateness() throws {
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        let past = (0..<40).map { picture(Int64($0), from: 9_000) }
        #expect(splice.catchUp(past, present: picture(40, from: 9_000), at: at(5)).count == 40)
        let present = try #require(admit(picture(40, from: 9_000), &splice, at: 5))
        // 80 ms until the last picture is shown, and one for each of 40 past ones and the step to them.
        #expect(present.decodeTime == MediaTime(milliseconds: 121))
        let sound = sound(at: 9_000 + 40 * Self.frame)
        #expect(
            splice.admit(sound, isVideo: false, hasVideo: true, at: at(5))?.decodeTime == MediaTime(milliseconds: 5)
        )
        var last = present
        for index in Int64(41)...65 {
            let picture = try #require(admit(picture(index, from: 9_000), &splice, at: 5 + (index - 40) * Self.frame))
            let step = picture.decodeTime.ticks(since: last.decodeTime)
            #expect(step > 34 * 90 && step <= Self.frame * 90)
            #expect(picture.presentationTime > last.presentationTime)
            last = picture
        }
        #expect(last.decodeTime == MediaTime(milliseconds: 1_005))
        splice.begin()
        let again = try #require(admit(picture(50, from: 70_000), &splice, at: 1_205))
        #expect(again.decodeTime == MediaTime(milliseconds: 1_205))
    }

    @Test("A source may take over with its last past picture, though sound that is ahead of the pictures comes next")
    func soundFirst() throws {
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        let past = (0..<30).map { picture($0, from: 9_000) }
        let moved = splice.catchUp(past, present: past[29], at: at(40))
        #expect(moved.count == 30)
        let sound = sound(at: 9_000 + 30 * Self.frame + 75)
        #expect(
            splice.admit(sound, isVideo: false, hasVideo: true, at: at(60))?.decodeTime
                == MediaTime(milliseconds: 155)
        )
        let live = try (30..<33).map { index in
            try #require(admit(picture(index, from: 9_000, compositionMilliseconds: 0), &splice, at: 80))
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
        let moved = splice.catchUp(past, present: picture(5, from: 9_000), at: at(1_000))
        #expect(moved.map(\.decodeTime.milliseconds) == [800, 840, 880, 920, 960])
    }

    @Test("Nothing is caught up before the first source, or without pictures")
    func nothingToDo() {
        var first = SampleSplice()
        #expect(first.catchUp([picture(0, from: 0)], present: picture(1, from: 0), at: at(0)).isEmpty)
        var splice = SampleSplice()
        _ = admit(picture(0, from: 0), &splice, at: 0)
        splice.begin()
        #expect(splice.catchUp([], present: picture(1, from: 0), at: at(40)).isEmpty)
    }

    @Test("A group holds what came since its keyframe, of one track, and lets go of what is too large")
    func group() {
        var group = GroupOfPictures()
        group.add(picture(1, from: 0), isVideo: true, at: at(1))
        #expect(group.samples.isEmpty)
        for index in Int64(0)..<60 { group.add(picture(index, from: 0), isVideo: true, at: at(1)) }
        #expect(group.samples.count == 10)
        // Sound behind the keyframe is kept, too.
        group.add(picture(60, from: 0), isVideo: false, at: at(2))
        #expect(group.samples.count == 11)
        #expect(group.pictureArrival == at(1))
        var other = picture(51, from: 0)
        other.track = .init(7)
        group.add(other, isVideo: true, at: at(1))
        #expect(group.samples.count == 11)
        var shorter = group
        #expect(shorter.removeLast()?.decodeTime == MediaTime(milliseconds: 2_400))
        #expect(shorter.samples.count == 10)
        for _ in 0..<GroupOfPictures.maximumSamples { group.add(picture(61, from: 0), isVideo: true, at: at(1)) }
        #expect(group.samples.count < 20)
        group.add(picture(0, from: 0), isVideo: true, at: at(1))
        var huge = picture(1, from: 0)
        huge.payload = ByteBuffer(repeating: 0, count: GroupOfPictures.maximumBytes + 1)
        group.add(huge, isVideo: true, at: at(1))
        #expect(group.samples.isEmpty)
    }
}
