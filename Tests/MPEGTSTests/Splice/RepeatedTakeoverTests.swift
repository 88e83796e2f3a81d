import HeadgateTestKit
import Media
import Testing

@testable import MPEGTS

/// What goes wrong a little with each takeover shows after many.
@Suite("Taking over again and again")
struct RepeatedTakeoverTests {
    private let video = 0x100
    private let delay = TSMuxer.delay

    /// Two encoders with B-frames and their own timelines, each active in turn.
    private func run(
        switches: Int64,
        every interval: Int64,
        tail: Int64 = 1_500,
        second change: (SplicedStream) -> SplicedStream = { $0 }
    ) throws -> (SpliceDriver, end: Int64) {
        let end = 1_000 + (switches - 1) * interval + tail
        let first = try SplicedStream(ticks: 90_000, seconds: end / 1_000 + 1, groupLength: 25, isReordered: true)
        let second = try SplicedStream(
            startingAt: 13,
            ticks: 5_000_000_000,
            seconds: end / 1_000 + 1,
            groupLength: 25,
            keyframeOffset: 11,
            isReordered: true
        )
        var driver = SpliceDriver(first, change(second))
        for index in 0..<switches { driver.run(Int(index % 2), until: 1_000 + index * interval) }
        driver.run(Int(switches % 2), until: end)
        driver.drain(at: end)
        // A source that was left can be taken again from its next keyframe on.
        #expect(driver.seams.count == switches || interval < 1_000 && driver.seams.count > switches / 10)
        return (driver, end)
    }

    /// What a strict analyser finds that is no matter of how many clocks and tables there are at a seam.
    private func faults(_ checker: StreamChecker) -> ArraySlice<String> {
        checker.violations.filter { fault in
            !["needless", "table", "clock steps by"].contains { fault.contains($0) }
        }.prefix(5)
    }

    private func clockSteps(_ checker: StreamChecker) -> [Int64] {
        zip(checker.clocks.dropFirst(), checker.clocks).map { $0.ticks - $1.ticks }
    }

    @Test(
        "After 200 takeovers with B-frames the clock is as far before the pictures as at the source, and nothing drifted",
        arguments: [1_030, 1_190] as [Int64]
    )
    func distance(interval: Int64) throws {
        let (driver, end) = try run(switches: 200, every: interval)
        let checker = StreamChecker(driver.output, maximumWait: delay + 27_000)
        #expect(faults(checker) == [])
        // From one to the next no longer than at the source, and a picture or two of the gap.
        let steps = clockSteps(checker)
        #expect(steps.allSatisfy { $0 > 0 && $0 <= 100 * 27_000 }, "\(steps.min() ?? 0) to \(steps.max() ?? 0)")
        let pictures = checker.units(video)
        // A picture may be late for a second, but never does its time come before the clock allows.
        let waits = pictures.map { $0.dts - $0.clock }
        #expect(waits.allSatisfy { $0 >= delay - 90 }, "\(waits.min() ?? 0)")
        #expect(waits.filter { abs($0 - delay) < 90 }.count > 200)
        #expect(abs(try #require(waits.last) - delay) < 90)
        // Against the time that passed: the last picture came up to 40 ms before the end.
        let last = try #require(pictures.last)
        #expect(abs(last.dts - (90_000 + delay + end * 90)) <= 41 * 90)
        #expect(zip(pictures.dropFirst(), pictures).allSatisfy { $0.dts > $1.dts })
        #expect(zip(keyframes(pictures).dropFirst(), keyframes(pictures)).allSatisfy { $0.shown > $1.shownBefore })
    }

    /// When each keyframe is shown, and the latest of the pictures before the next one.
    private func keyframes(_ pictures: [StreamChecker.Unit]) -> [(shown: Int64, shownBefore: Int64)] {
        pictures.reduce(into: []) { keyframes, picture in
            if picture.isRandomAccess { keyframes.append((picture.pts, picture.pts)) }
            guard let index = keyframes.indices.last else { return }
            keyframes[index].shownBefore = max(keyframes[index].shownBefore, picture.pts)
        }
    }

    @Test("Of a source that is multiplexed with more delay the clock is as far before the pictures as the first one's")
    func otherDelay() throws {
        let (driver, _) = try run(switches: 201, every: 1_030) { $0.withClock(earlierBy: 500) }
        let checker = StreamChecker(driver.output, maximumWait: delay + 36_000)
        let waits = checker.units(video).map { $0.dts - $0.clock }
        #expect(waits.allSatisfy { $0 >= delay - 41 * 90 }, "\(waits.min() ?? 0)")
        #expect(clockSteps(checker).allSatisfy { $0 > 0 })
        #expect(abs(try #require(waits.last) - delay) <= 41 * 90)
    }

    @Test("However fast takeovers follow each other, pictures are late by a second or so at the most, and catch up")
    func storm() throws {
        let (driver, end) = try run(switches: 200, every: 100, tail: 3_000)
        let checker = StreamChecker(driver.output, maximumWait: delay + 117_000)
        #expect(faults(checker) == [])
        #expect(clockSteps(checker).allSatisfy { $0 > 0 })
        let last = try #require(checker.units(video).last)
        #expect(abs(last.dts - last.clock - delay) < 90)
        #expect(abs(last.dts - (90_000 + delay + end * 90)) <= 41 * 90)
    }
}
