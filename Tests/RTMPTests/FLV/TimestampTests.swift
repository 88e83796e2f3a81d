import Media
import Testing

@testable import RTMP

@Suite("FLV timestamps")
struct TimestampTests {
    @Test(
        "Timestamps are unwrapped",
        arguments: [
            ([0, 40, 80], [0, 40, 80]), ([4_294_967_290, 4, 44], [4_294_967_290, 4_294_967_300, 4_294_967_340]),
            ([100, 60, 140], [100, 60, 140]), ([5, 4_294_967_295], [5, -1]),
            ([0, 2_147_483_647], [0, 2_147_483_647]),
        ] as [([UInt32], [Int64])]
    )
    func unwrapping(_ timestamps: [UInt32], _ milliseconds: [Int64]) {
        var unwrapper = TimestampUnwrapper()
        #expect(timestamps.map { unwrapper.unwrap($0).milliseconds } == milliseconds)
    }

    @Test("A clock that begins anew goes on from where it was")
    func restart() {
        var unwrapper = TimestampUnwrapper()
        let times = [100_000, 100_040, 0, 40, 100_000].map { unwrapper.unwrap($0).milliseconds }
        #expect(times == [100_000, 100_040, 100_040, 100_080, 200_040])
    }

    @Test("A step back of so much is jitter, one more is a new clock")
    func limit() {
        let back = UInt32(FLVLimits.backwardMilliseconds)
        var unwrapper = TimestampUnwrapper()
        #expect([10_000, 10_000 - back].map { unwrapper.unwrap($0).milliseconds } == [10_000, 7_000])
        unwrapper = TimestampUnwrapper()
        #expect([10_000, 9_999 - back].map { unwrapper.unwrap($0).milliseconds } == [10_000, 10_000])
    }

    @Test("Decode times of a track do not go back; pictures are shown when they should be")
    func monotonic() throws {
        var reader = try makeReader(avcHeader(), aacHeader())
        _ = try reader.read(avcPicture(at: 100))
        let late = try #require(try reader.read(avcPicture(at: 90, composition: [0, 0, 40])).samples.first)
        #expect(late.decodeTime == MediaTime(milliseconds: 100))
        #expect(late.presentationTime == MediaTime(milliseconds: 130))
        // The other track has its own past.
        #expect(try reader.read(aacFrame(at: 80)).samples.map(\.decodeTime) == [MediaTime(milliseconds: 80)])
        #expect(reader.counters.correctedTimes == 1)
    }

    @Test("A configuration in the middle with a timestamp of 0 does not move the clock")
    func headerTimestamp() throws {
        var reader = try makeReader(avcHeader(), avcPicture(at: 50_000), avcHeader())
        let next = try reader.read(avcPicture(at: 50_040)).samples.map(\.decodeTime)
        #expect(next == [MediaTime(milliseconds: 50_040)])
    }
}
