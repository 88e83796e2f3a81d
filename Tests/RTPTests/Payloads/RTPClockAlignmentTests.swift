import Media
import Testing

@testable import RTP

@Suite("Aligning the clocks of tracks")
struct RTPClockAlignmentTests {
    private static let beginning = RTPClockAlignment.beginning.ticks

    /// Video and audio, whose clocks begin at random.
    private struct Pair {
        var alignment = RTPClockAlignment(clockRates: [.video, .opus])
        static let starts: [UInt32] = [4_294_900_000, 123_456]
        static let rates: [Int64] = [90_000, 48_000]

        static func timestamp(_ milliseconds: Int64, _ track: Int) -> UInt32 {
            starts[track] &+ UInt32(truncatingIfNeeded: milliseconds * rates[track] / 1000)
        }

        /// Milliseconds from the beginning of the timeline.
        mutating func time(_ milliseconds: Int64, track: Int, arriving: Int64, mayStep: Bool = true) -> Double {
            let time = alignment.time(
                of: Self.timestamp(milliseconds, track),
                track: track,
                at: MonotonicTime(nanoseconds: arriving * 1_000_000),
                mayStep: mayStep
            )
            return Double(time.ticks - RTPClockAlignmentTests.beginning) / 90
        }

        /// The sender's wall clock says `wall` when its media is at `milliseconds`.
        mutating func report(_ milliseconds: Int64, track: Int, wall: Int64) {
            alignment.reportReceived(
                track: track,
                time: NTPTime(unixNanoseconds: 1_700_000_000_000_000_000 + wall * 1_000_000),
                timestamp: Self.timestamp(milliseconds, track)
            )
        }
    }

    @Test("begins a track where the others are when it arrives")
    func arrival() {
        var pair = Pair()
        #expect(pair.time(0, track: 0, arriving: 1000) == 0)
        #expect(pair.time(40, track: 0, arriving: 1040) == 40)
        #expect(pair.time(700, track: 1, arriving: 1100) == 100)
        #expect(pair.time(720, track: 1, arriving: 1100) == 120)
        #expect(!pair.alignment.isAligned(track: 0) && !pair.alignment.isAligned(track: 1))
    }

    @Test("moves a track that is behind forward at once, when reports of both are there")
    func stepForward() {
        var pair = Pair()
        _ = pair.time(0, track: 0, arriving: 0)
        _ = pair.time(0, track: 1, arriving: 0)
        pair.report(0, track: 0, wall: 0)
        #expect(pair.time(20, track: 1, arriving: 20) == 20)
        // The audio's first sample belongs 500 ms after the first picture.
        pair.report(0, track: 1, wall: 500)
        #expect(pair.time(40, track: 1, arriving: 40) == 540)
        #expect(pair.time(40, track: 0, arriving: 40) == 40)
        #expect(pair.alignment.isAligned(track: 0) && pair.alignment.isAligned(track: 1))
        #expect(pair.alignment.corrections == 1)
    }

    @Test("moves the others forward when a track is ahead, and only where they may step")
    func stepOfOthers() {
        var pair = Pair()
        _ = pair.time(0, track: 0, arriving: 0)
        _ = pair.time(0, track: 1, arriving: 0)
        pair.report(0, track: 0, wall: 0)
        pair.report(1000, track: 1, wall: 0)
        #expect(pair.time(20, track: 1, arriving: 20) == 20)
        #expect(pair.time(40, track: 0, arriving: 40, mayStep: false) == 40)
        #expect(pair.time(80, track: 0, arriving: 80, mayStep: true) == 1080)
        #expect(pair.time(80, track: 0, arriving: 80, mayStep: false) == 1080)
    }

    @Test("spreads small corrections over time, in both directions", arguments: [60, -60] as [Int64])
    func slew(error: Int64) {
        var pair = Pair()
        _ = pair.time(0, track: 0, arriving: 0)
        _ = pair.time(0, track: 1, arriving: 0)
        pair.report(0, track: 0, wall: 0)
        pair.report(0, track: 1, wall: error)
        var last = -1.0
        for milliseconds in stride(from: Int64(20), through: 30_000, by: 20) {
            let time = pair.time(milliseconds, track: 1, arriving: milliseconds)
            #expect(time - last >= 19 || milliseconds == 20)
            #expect(abs(time - Double(milliseconds)) <= Double(milliseconds) / 200 + 0.1)
            last = time
        }
        #expect(abs(last - Double(30_000 + error)) < 0.1)
    }

    @Test("leaves errors that reports cannot tell")
    func tolerance() {
        var pair = Pair()
        _ = pair.time(0, track: 0, arriving: 0)
        _ = pair.time(0, track: 1, arriving: 0)
        pair.report(0, track: 0, wall: 0)
        pair.report(0, track: 1, wall: 1)
        #expect(pair.time(5_000, track: 1, arriving: 5_000) == 5_000)
        #expect(pair.alignment.corrections == 0)
    }

    @Test("uses reports that came before the packets, and none of senders without a clock")
    func earlyReports() {
        var pair = Pair()
        pair.report(0, track: 1, wall: 500)
        pair.report(0, track: 0, wall: 0)
        #expect(pair.time(0, track: 0, arriving: 0) == 0)
        #expect(pair.time(0, track: 1, arriving: 0) == 500)

        var other = Pair()
        _ = other.time(0, track: 0, arriving: 0)
        other.alignment.reportReceived(track: 0, time: .unknown, timestamp: 0)
        #expect(!other.alignment.isAligned(track: 0))
    }

    @Test("follows the clock of a sound card that runs slow, and stays exact for the first track")
    func drift() {
        var pair = Pair()
        var worst = 0.0
        for second in 0..<3_600 as Range<Int64> {
            let milliseconds = second * 1000
            #expect(pair.time(milliseconds, track: 0, arriving: milliseconds) == Double(milliseconds))
            // 0.1 per mille: 360 ms in an hour.
            let late = milliseconds - milliseconds / 10_000
            let time = pair.time(late, track: 1, arriving: milliseconds)
            worst = max(worst, abs(time - Double(milliseconds)))
            if second % 5 == 0 {
                pair.report(milliseconds, track: 0, wall: milliseconds)
                pair.report(late, track: 1, wall: milliseconds)
            }
        }
        #expect(worst < 5)
    }

    @Test("does not follow a wall clock that is set, until both tracks tell of it")
    func wallClockStep() {
        var pair = Pair()
        _ = pair.time(0, track: 0, arriving: 0)
        _ = pair.time(0, track: 1, arriving: 0)
        pair.report(0, track: 0, wall: 0)
        pair.report(0, track: 1, wall: 0)
        let jump: Int64 = 1_000_000_000
        pair.report(5_000, track: 0, wall: 5_000 + jump)
        #expect(pair.time(5_000, track: 1, arriving: 5_000) == 5_000)
        pair.report(5_000, track: 1, wall: 5_000 + jump)
        #expect(pair.time(5_040, track: 1, arriving: 5_040) == 5_040)
        #expect(pair.alignment.refusedCorrections == 1)
    }

    @Test("goes by RTP-Info until there are reports")
    func playInfo() {
        var pair = Pair()
        pair.alignment.playInfoReceived(track: 0, timestamp: Pair.timestamp(0, 0))
        pair.alignment.playInfoReceived(track: 1, timestamp: Pair.timestamp(300, 1))
        #expect(pair.time(0, track: 0, arriving: 0) == 0)
        #expect(pair.time(700, track: 1, arriving: 50) == 400)
        pair.report(0, track: 0, wall: 0)
        #expect(pair.time(720, track: 1, arriving: 70) == 420)
        pair.report(300, track: 1, wall: 1000)
        #expect(pair.time(740, track: 1, arriving: 90) == 1440)
    }

    @Test("leaves RTP-Info that has nothing to do with the packets")
    func wrongPlayInfo() {
        var pair = Pair()
        pair.alignment.playInfoReceived(track: 0, timestamp: 0)
        pair.alignment.playInfoReceived(track: 1, timestamp: 0)
        #expect(pair.time(0, track: 0, arriving: 0) == 0)
        #expect(pair.time(60_000, track: 1, arriving: 20) == 20)
    }

    @Test("goes on by arrival when timestamps jump or another source follows", arguments: [true, false])
    func jumps(isRestart: Bool) {
        var pair = Pair()
        _ = pair.time(0, track: 0, arriving: 0)
        #expect(pair.time(1_000, track: 0, arriving: 1_000) == 1_000)
        if isRestart { pair.alignment.restart(track: 0) }
        #expect(pair.time(90_000, track: 0, arriving: 1_040) == 1_040)
        #expect(pair.time(90_040, track: 0, arriving: 1_080) == 1_080)
        if isRestart { pair.alignment.restart(track: 0) }
        #expect(pair.time(3_000, track: 0, arriving: 1_120) == 1_120)
        #expect(pair.alignment.jumps == (isRestart ? 0 : 2))
    }

    @Test("of any reports and timestamps does not trap, and audio stays in order", arguments: [1, 2, 3] as [UInt64])
    func anything(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var alignment = RTPClockAlignment(clockRates: [.video, .opus, .g711])
        var timestamps: [UInt32] = [0, 0, 0]
        var last: [MediaTime] = [.zero, .zero, .zero]
        for number in 0..<5_000 as Range<Int64> {
            let track = Int.random(in: 0..<3, using: &generator)
            switch UInt8.random(in: 0...40, using: &generator) {
            case 0:
                alignment.reportReceived(
                    track: track,
                    time: NTPTime(rawValue: .random(in: .min ... .max, using: &generator)),
                    timestamp: .random(in: .min ... .max, using: &generator)
                )
            case 1:
                let skew = Int64.random(in: -2_000_000_000...2_000_000_000, using: &generator)
                alignment.reportReceived(
                    track: track,
                    time: NTPTime(unixNanoseconds: number * 20_000_000 + skew),
                    timestamp: timestamps[track]
                )
            case 2: alignment.playInfoReceived(track: track, timestamp: timestamps[track])
            case 3: timestamps[track] = .random(in: .min ... .max, using: &generator)
            case 4: alignment.restart(track: track)
            default: break
            }
            timestamps[track] &+= 900
            let time = alignment.time(
                of: timestamps[track],
                track: track,
                at: MonotonicTime(nanoseconds: number * 20_000_000)
            )
            #expect(time >= last[track])
            last[track] = time
        }
    }
}
