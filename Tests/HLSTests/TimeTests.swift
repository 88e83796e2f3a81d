import Media
import NIOCore
import Testing

@testable import HLS

@Suite("Times and dates of a stream")
struct TimeTests {
    @Test(
        "Dates are told by the calendar",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_078_099_199_999, "2004-02-29T23:59:59.999Z"), (1_772_323_200_001, "2026-03-01T00:00:00.001Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"), (1_735_689_600_000, "2025-01-01T00:00:00.000Z"),
            (-1, "1970-01-01T00:00:00.000Z"), (.min, "1970-01-01T00:00:00.000Z"),
            (.max, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)]
    )
    func dates(_ milliseconds: Int64, _ text: String) {
        #expect(WallClockTime(milliseconds: milliseconds).text == text)
    }

    @Test("Dates of segments are evenly spaced though samples come unevenly, and follow a clock that drifts")
    func programDates() {
        var clock = ProgramClock()
        let jitter: [Int64] = [0, 80, -40, 15, -90, 60, 0, 3]
        var last: WallClockTime?
        for index in 0..<5_000 {
            // The sender's clock is slow by 100 in a million.
            let real = Int64(index) * 2_000 + Int64(index) / 5
            let date = clock.date(
                ofSegmentAt: Int64(index) * 180_000,
                arrival: WallClockTime(milliseconds: real + jitter[index % 8]),
                isDiscontinuous: false
            )
            if let last { #expect(abs(date.milliseconds - last.milliseconds - 2_000) <= 10) }
            #expect(abs(date.milliseconds - real) < 100)
            last = date
        }
        // A clock that was set is believed, and so is a discontinuity.
        let set = WallClockTime(milliseconds: 99_999_999_999)
        #expect(clock.date(ofSegmentAt: 900_180_000, arrival: set, isDiscontinuous: false) == set)
        let later = set.advanced(byMilliseconds: 2_500)
        #expect(clock.date(ofSegmentAt: 900_360_000, arrival: later, isDiscontinuous: true) == later)
        // Nonsense does no harm.
        for date in [Int64.min, .max, 0] {
            _ = clock.date(ofSegmentAt: 900_540_000, arrival: .init(milliseconds: date), isDiscontinuous: false)
        }
    }

    private static func sample(_ ticks: Int64, composition: Int64 = 0) -> MediaSample {
        MediaSample(
            track: .init(1),
            decodeTime: MediaTime(ticks: ticks),
            compositionOffset: composition,
            isKeyframe: true,
            payload: ByteBuffer()
        )
    }

    /// What becomes of times after 0, 3,600 and 7,200 have been.
    @Test(
        "Times of the stream",
        arguments: [
            (10_800, .at(910_800)), (7_200, .at(907_201)), (0, .at(907_201)), (-1_800, .at(907_201)),
            // Back by more than 100 ms.
            (-1_801, .jumped(910_800)), (7_200 + 900_000, .at(1_807_200)), (7_201 + 900_000, .jumped(910_800)),
            ((1 << 52) - 3_600, .jumped(910_800)), ((1 << 52) + 1, .leftOut), (.min, .leftOut), (.max, .leftOut),
        ] as [(Int64, StreamTimeline.Placement)]
    )
    func placements(_ ticks: Int64, _ expected: StreamTimeline.Placement) {
        var timeline = StreamTimeline()
        var track = StreamTimeline.Track()
        for (time, place) in [(0, 900_000), (3_600, 903_600), (7_200, 907_200)] as [(Int64, Int64)] {
            let placement = timeline.place(
                Self.sample(time),
                track: &track,
                isLead: true,
                canBegin: true,
                deadline: .max
            )
            #expect(placement == .at(place))
        }
        let placement = timeline.place(Self.sample(ticks), track: &track, isLead: true, canBegin: true, deadline: .max)
        #expect(placement == expected)
        // It goes on from there.
        if expected != .leftOut {
            let next = timeline.place(
                Self.sample(ticks + 3_600),
                track: &track,
                isLead: true,
                canBegin: true,
                deadline: .max
            )
            guard case .at = next else {
                Issue.record("\(next)")
                return
            }
        }
    }

    @Test("A silence is a gap only where the segment cannot last over it")
    func gap() {
        for (deadline, isGap) in [(990_000, true), (990_001, false)] as [(Int64, Bool)] {
            var timeline = StreamTimeline()
            var track = StreamTimeline.Track()
            _ = timeline.place(Self.sample(0), track: &track, isLead: true, canBegin: true, deadline: deadline)
            let placement = timeline.place(
                Self.sample(90_001),
                track: &track,
                isLead: true,
                canBegin: true,
                deadline: deadline
            )
            #expect(placement == (isGap ? .jumped(903_600) : .at(990_001)))
        }
    }

    @Test("A track that does not lead is left out while it is far away")
    func strays() {
        var timeline = StreamTimeline()
        var lead = StreamTimeline.Track()
        var other = StreamTimeline.Track()
        _ = timeline.place(Self.sample(0), track: &lead, isLead: true, canBegin: true, deadline: .max)
        for index in 1...1_000 as ClosedRange<Int64> {
            for distance in [90_000_000, -2_000_000, 900_001] as [Int64] {
                let stray = Self.sample(index * 3_600 + distance)
                let placement = timeline.place(stray, track: &other, isLead: false, canBegin: true, deadline: .max)
                #expect(placement == .leftOut)
            }
            let sample = Self.sample(index * 3_600)
            let placement = timeline.place(sample, track: &lead, isLead: true, canBegin: false, deadline: .max)
            #expect(placement == .at(900_000 + index * 3_600))
        }
    }

    @Test("Times jump where a stream can begin, or when it seems that it never will")
    func beginnings() {
        for beginning in [5, nil] as [Int64?] {
            var timeline = StreamTimeline()
            var track = StreamTimeline.Track()
            _ = timeline.place(Self.sample(0), track: &track, isLead: true, canBegin: true, deadline: .max)
            var jump: Int64?
            for index in 0..<400 as Range<Int64> where jump == nil {
                let sample = Self.sample(90_000_000 + index * 3_600)
                let canBegin = index == beginning
                switch timeline.place(sample, track: &track, isLead: true, canBegin: canBegin, deadline: .max) {
                case .at: Issue.record("it goes on")
                case .jumped(let time):
                    #expect(time == 903_600)
                    jump = index
                case .leftOut: break
                }
            }
            #expect(jump == beginning ?? Int64(StreamTimeline.maximumStrays))
        }
    }

    @Test("Compositions beyond ten seconds are nonsense", arguments: [900_001, -900_001, .min, .max] as [Int64])
    func compositions(_ composition: Int64) {
        var timeline = StreamTimeline()
        var track = StreamTimeline.Track()
        let sample = Self.sample(0, composition: composition)
        #expect(timeline.place(sample, track: &track, isLead: true, canBegin: true, deadline: .max) == .leftOut)
    }
}
