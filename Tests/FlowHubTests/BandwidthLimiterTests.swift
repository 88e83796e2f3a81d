import Media
import Testing

@testable import FlowHub

@Suite("Bandwidth cap")
struct BandwidthLimiterTests {
    private func check(_ admitted: Bool, _ expected: Bool) {
        #expect(admitted == expected)
    }

    @Test("At twice the rate what passes stays within 3 % of the cap over each second")
    func policesTwiceTheRate() {
        var limiter = BandwidthLimiter(bitsPerSecond: 8_000_000)
        var passed: [Int] = Array(repeating: 0, count: 10)
        // 2,000,000 bytes a second in packets of 1,000 bytes.
        for packet in 0..<20_000 {
            let time = MonotonicTime(nanoseconds: Int64(packet) * 500_000)
            if limiter.admit(1_000, at: time) { passed[packet / 2_000] += 1_000 }
        }
        for second in passed { #expect((970_000...1_030_000).contains(second)) }
    }

    @Test("Below the rate everything passes")
    func passesBelow() {
        var limiter = BandwidthLimiter(bitsPerSecond: 8_000_000)
        for packet in 0..<9_900 {
            check(limiter.admit(1_000, at: MonotonicTime(nanoseconds: Int64(packet) * 1_010_000)), true)
        }
    }

    @Test("After a long pause a second's worth passes, not more")
    func pause() {
        var limiter = BandwidthLimiter(bitsPerSecond: 8_000)
        check(limiter.admit(1_000, at: .zero), true)
        check(limiter.admit(1, at: MonotonicTime(nanoseconds: 900_000_000)), false)
        check(limiter.admit(1_000, at: MonotonicTime(nanoseconds: 100_000_000_000)), true)
        check(limiter.admit(1, at: MonotonicTime(nanoseconds: 100_000_000_000)), false)
    }
}
