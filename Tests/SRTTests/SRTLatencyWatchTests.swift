import Media
import Testing

@testable import SRT

@Suite("Advice on the latency of a connection")
struct SRTLatencyWatchTests {
    /// Feeds a round trip a second from second `start` on; what the watch said, by second.
    private func feed(
        _ watch: inout SRTLatencyWatch,
        from start: Int = 0,
        latency: Int = 120,
        hasTraffic: Bool = true,
        _ roundTrips: [Double]
    ) -> [Int: SRTLatencyWatch.Change] {
        var changes: [Int: SRTLatencyWatch.Change] = [:]
        for (offset, roundTrip) in roundTrips.enumerated() {
            let change = watch.observe(
                latencyMilliseconds: latency,
                roundTripMilliseconds: roundTrip,
                hasTraffic: hasTraffic,
                at: MonotonicTime(nanoseconds: Int64(start + offset) * 1_000_000_000)
            )
            if change != .none { changes[start + offset] = change }
        }
        return changes
    }

    private func advice(_ latency: Int, _ roundTrip: Double, _ advised: Int) -> SRTLatencyWatch.Change {
        .raised(
            SRTLatencyAdvice(
                latencyMilliseconds: latency,
                roundTripMilliseconds: roundTrip,
                advisedMilliseconds: advised
            )
        )
    }

    @Test("comes after five seconds below three round trips, for the longest of them")
    func raised() {
        var watch = SRTLatencyWatch()
        let changes = feed(&watch, [80, 81.2, 90, 80, 80, 80, 80, 80])
        #expect(changes == [5: advice(120, 90, 270)])
        #expect(watch.raisedAt == .zero)
    }

    @Test(
        "is three round trips, in tens of milliseconds, and no more than a flow may have",
        arguments: [(40.1, 130), (50, 150), (50.01, 160), (300, 900), (9_000, 10_000)]
    )
    func figure(roundTrip: Double, advised: Int) {
        var watch = SRTLatencyWatch()
        #expect(feed(&watch, Array(repeating: roundTrip, count: 6))[5] == advice(120, roundTrip, advised))
    }

    @Test("does not come at three round trips or less, nor for a moment")
    func notRaised() {
        var watch = SRTLatencyWatch()
        #expect(feed(&watch, Array(repeating: 40, count: 100)) == [:])
        var spikes: [Double] = []
        for _ in 0..<20 { spikes += [90, 90, 90, 90, 90, 39] }
        #expect(feed(&watch, from: 100, spikes) == [:])
    }

    @Test("is taken back after half a minute with room to spare, and not before")
    func cleared() {
        var watch = SRTLatencyWatch()
        _ = feed(&watch, Array(repeating: 50, count: 10))
        // Just enough, or room to spare that does not last.
        #expect(feed(&watch, from: 10, Array(repeating: 39, count: 100)) == [:])
        var wavering: [Double] = []
        for _ in 0..<5 { wavering += Array(repeating: 20, count: 29) + [39] }
        #expect(feed(&watch, from: 110, wavering) == [:])
        #expect(watch.advice != nil)
        #expect(feed(&watch, from: 260, Array(repeating: 32, count: 40)) == [290: .cleared])
        #expect(watch.advice == nil && watch.raisedAt == nil)
    }

    @Test("does not flap when the round trip wavers about a third of the latency")
    func wavering() {
        var watch = SRTLatencyWatch()
        let roundTrips = (0..<600).map { $0 % 20 < 10 ? 42.0 : 38.0 }
        #expect(feed(&watch, roundTrips).count == 1)
    }

    @Test("is heeded by setting it: the next connection has none")
    func heeded() {
        var watch = SRTLatencyWatch()
        #expect(feed(&watch, latency: 250, Array(repeating: 81.2, count: 60)) == [:])
    }

    @Test("is not given without traffic, without latency, or for a nonsensical figure")
    func nothingKnown() {
        var watch = SRTLatencyWatch()
        #expect(feed(&watch, hasTraffic: false, Array(repeating: 100, count: 60)) == [:])
        #expect(feed(&watch, from: 60, latency: 0, Array(repeating: 100, count: 60)) == [:])
        #expect(feed(&watch, from: 120, [.nan, .infinity, -1, .nan, .infinity, -1, .nan, .nan]) == [:])
        // What was seen before a pause counts no more.
        #expect(feed(&watch, from: 200, [90, 90, 90, 90]) == [:])
        #expect(feed(&watch, from: 204, hasTraffic: false, [90]) == [:])
        #expect(feed(&watch, from: 205, [90, 90, 90, 90, 90]) == [:])
    }

    @Test("is not given at the limit, where there is nothing to set")
    func atTheLimit() {
        var watch = SRTLatencyWatch()
        #expect(feed(&watch, latency: 10_000, Array(repeating: 5_000, count: 60)) == [:])
    }
}
