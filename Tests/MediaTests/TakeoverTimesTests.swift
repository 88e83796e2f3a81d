import Media
import Testing

@Suite("Times of a stream that takes over")
struct TakeoverTimesTests {
    @Test("Times that fit stay as they are")
    func fitting() {
        let times = TakeoverTimes(from: -9_000, begin: -9_000, room: 900)
        #expect(times.lateness == 0)
        for ticks in [-9_000, -1, 0, 1, 90_000] as [Int64] { #expect(times.move(ticks) == ticks) }
        #expect(!times.isSettling(at: 0))
    }

    @Test("A past that is longer than the gap is squeezed into it, and the present stays")
    func squeezed() {
        let times = TakeoverTimes(from: -9_000, begin: -1_000, room: 900)
        #expect(times.lateness == 0)
        #expect(times.move(-9_000) == -1_000)
        #expect(times.move(-4_500) == -500)
        #expect(times.move(0) == 0)
    }

    @Test(
        "A present without room is late, and less so from picture to picture",
        arguments: [1, 9_000, 80_000, 300_000] as [Int64]
    )
    func late(begin: Int64) {
        let times = TakeoverTimes(from: -9_000, begin: begin, room: 900)
        #expect(times.lateness == begin + 900)
        #expect(times.move(-9_000) == begin)
        #expect(times.move(0) == begin + 900)
        let settled = max(TakeoverTimes.settlingTicks, times.lateness * 9 / 8)
        #expect(times.isSettling(at: settled - 1))
        #expect(!times.isSettling(at: settled))
        #expect(times.move(settled) == settled)
        let moved = stride(from: Int64(-9_000), through: settled + 3_600, by: 900).map(times.move)
        #expect(zip(moved, moved.dropFirst()).allSatisfy { $0 + 80 <= $1 })
        #expect(times.move(settled + 1) == settled + 1)
    }
}
