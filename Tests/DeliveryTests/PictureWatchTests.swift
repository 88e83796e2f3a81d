import Media
import NIOCore
import Testing

@testable import Delivery

@Suite("Where a decoder can start")
struct PictureWatchTests {
    private final class Subject {
        var watch = PictureWatch()
    }

    private let subject = Subject()

    private func picture(at seconds: Int64, isKeyframe: Bool) -> Bool {
        subject.watch.isStart(sample(1, at: seconds, isKeyframe), isVideo: true, hasVideo: true)
    }

    private func sound(at seconds: Int64, hasVideo: Bool = true) -> Bool {
        subject.watch.isStart(sample(2, at: seconds, true), isVideo: false, hasVideo: hasVideo)
    }

    private func sample(_ track: UInt8, at seconds: Int64, _ isKeyframe: Bool) -> MediaSample {
        MediaSample(
            track: .init(track),
            decodeTime: MediaTime(milliseconds: seconds * 1_000),
            isKeyframe: isKeyframe,
            payload: ByteBuffer()
        )
    }

    @Test("With pictures only keyframes are, however far they are apart; without a track of them all sound is")
    func keyframes() {
        #expect(sound(at: 0, hasVideo: false))
        #expect(picture(at: 0, isKeyframe: true))
        for second in 1..<60 as Range<Int64> {
            #expect(!picture(at: second, isKeyframe: false))
            #expect(!sound(at: second))
        }
        #expect(picture(at: 60, isKeyframe: true))
    }

    @Test("Sound is when pictures were announced and never came, and when they stopped; until they are back")
    func missing() {
        for second in 0...10 as ClosedRange<Int64> { #expect(!sound(at: second)) }
        #expect(sound(at: 11))
        #expect(subject.watch.areMissing)
        #expect(!picture(at: 12, isKeyframe: false))
        #expect(!subject.watch.areMissing)
        #expect(!sound(at: 22))
        #expect(sound(at: 23))
    }
}
