import Media
import Testing

@Suite("Reconnecting")
struct ReconnectBackoffTests {
    private func seconds(_ value: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(value * 1e9))
    }

    @Test("A caller's delay doubles from half a second to ten and starts again after a steady connection")
    func backoff() {
        var backoff = ReconnectBackoff()
        var delays: [Double] = []
        for _ in 0..<7 {
            let next = backoff.attemptFailed(at: .zero, jitter: 0.5)
            delays.append(Double(next.nanoseconds) / 1e9)
        }
        #expect(delays == [0.5, 1, 2, 4, 8, 10, 10])
        #expect(backoff.connectionLost(since: .zero, at: seconds(1), jitter: 0.5) == seconds(11))
        #expect(backoff.connectionLost(since: .zero, at: seconds(10), jitter: 0.5) == seconds(10.5))
    }

    @Test("Jitter spreads a delay over 75 to 125 per cent")
    func jitter() {
        var low = ReconnectBackoff()
        var high = ReconnectBackoff()
        #expect(low.attemptFailed(at: .zero, jitter: 0) == seconds(0.375))
        #expect(high.attemptFailed(at: .zero, jitter: 1) == seconds(0.625))
    }

    @Test("Backing off never overflows")
    func manyFailures() {
        var backoff = ReconnectBackoff()
        for _ in 0..<10_000 { _ = backoff.attemptFailed(at: .zero, jitter: 1) }
        #expect(backoff.attemptFailed(at: .zero, jitter: 0.5) == seconds(10))
    }
}
