import Media
import Testing

@testable import RTP

@Suite("Clocks of RTP")
struct RTPClockRateTests {
    @Test(
        "do not drift against 90 kHz",
        arguments: [8_000, 11_025, 16_000, 44_100, 48_000, 88_200, 90_000, 96_000, 192_000]
    )
    func exact(hertz: Int) throws {
        let rate = try #require(RTPClockRate(hertz: hertz))
        for days in [0, 1, 365] as [Int64] {
            let seconds = days * 86_400
            #expect(rate.mediaTicks(seconds * Int64(hertz)) == seconds * 90_000)
            #expect(rate.mediaTicks(-seconds * Int64(hertz)) == -seconds * 90_000)
            #expect(rate.ticks(seconds * 90_000) == seconds * Int64(hertz))
            let isExact = (0..<5_000 as Range<Int64>).allSatisfy { sample in
                let time = seconds * Int64(hertz) + sample
                let ticks = rate.mediaTicks(time)
                let distance = Double(ticks - seconds * 90_000) - Double(sample) * 90_000 / Double(hertz)
                // And back, but for clocks that are finer.
                return abs(distance) <= 0.5 && (hertz > 90_000 || rate.ticks(ticks) == time)
            }
            #expect(isExact)
        }
    }

    @Test("have limits", arguments: [(999, false), (1_000, true), (1_000_000, true), (1_000_001, false), (-1, false)])
    func limits(hertz: Int, isValid: Bool) {
        #expect((RTPClockRate(hertz: hertz) != nil) == isValid)
    }

    @Test("of any span do not trap", arguments: [Int64.min, .min + 1, -1, 0, 1, .max])
    func extremes(span: Int64) {
        for hertz in [1_000, 48_000, 1_000_000] {
            guard let rate = RTPClockRate(hertz: hertz) else { continue }
            _ = rate.mediaTicks(span)
            _ = rate.ticks(span)
        }
    }

    @Test("are counted on past the wrap, in both directions")
    func wrap() {
        var unwrapper = RTPTimestampUnwrapper()
        let stamps: [UInt32] = [.max - 10, 5, .max - 2, 100, 100 + 1 << 31 - 1]
        let start = Int64(UInt32.max)
        #expect(
            stamps.map { unwrapper.unwrap($0) }
                == [start - 10, start + 6, start - 2, start + 101, start + 101 + 1 << 31 - 1]
        )
        #expect(unwrapper.near(99) == start + 100)
        #expect(unwrapper.last == start + 101 + 1 << 31 - 1)
    }

    @Test("of the wall count from 1900, with their fraction")
    func wallClock() {
        #expect(NTPTime(unixNanoseconds: 0).rawValue == UInt64(2_208_988_800) << 32)
        let time = NTPTime(unixNanoseconds: 1_700_000_000_500_000_000)
        #expect(time.rawValue == UInt64(2_208_988_800 + 1_700_000_000) << 32 | 1 << 31)
        #expect(time.middle == UInt32(truncatingIfNeeded: time.rawValue >> 16))
        #expect(NTPTime(unixNanoseconds: 1_700_000_001_250_000_000).mediaTicks(since: time) == 67_500)
        #expect(time.mediaTicks(since: NTPTime(unixNanoseconds: 1_700_000_001_250_000_000)) == -67_500)
        #expect(NTPTime(unixNanoseconds: -1).rawValue >> 32 == 2_208_988_799)
        _ = NTPTime(rawValue: .max).mediaTicks(since: NTPTime(rawValue: 1 << 63))
        _ = [Int64.min, .max].map { NTPTime(unixNanoseconds: $0) }
    }
}
