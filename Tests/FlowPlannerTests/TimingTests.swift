import FlowPlanner
import Testing

@Suite("Backoff")
struct RestartBackoffTests {
    @Test("Delays double from half a second to thirty, give or take a fifth", arguments: [UInt64(1), 2, 3])
    func doubling(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var backoff = RestartBackoff()
        for expected in [0.5, 1, 2, 4, 8, 16, 30, 30, 30] {
            let delay = backoff.failed(at: .seconds(100), using: &generator) - .seconds(100)
            #expect(delay >= .seconds(expected * 0.8) && delay <= min(.seconds(expected * 1.2), .seconds(30)))
        }
    }

    @Test("A success starts over")
    func success() {
        var generator = SeededGenerator(seed: 1)
        var backoff = RestartBackoff()
        for _ in 0..<5 { _ = backoff.failed(at: .zero, using: &generator) }
        backoff.succeeded()
        #expect(backoff.failures == 0)
        #expect(backoff.failed(at: .zero, using: &generator) <= .milliseconds(600))
    }

    @Test("Chance spreads the attempts")
    func jitter() {
        var generator = SeededGenerator(seed: 7)
        let delays = (0..<20).map { _ in
            var backoff = RestartBackoff()
            return backoff.failed(at: .zero, using: &generator)
        }
        #expect(Set(delays).count > 10)
    }
}

@Suite("Debounce")
struct DebounceTests {
    private func debounce() -> Debounce { Debounce(quiet: .milliseconds(20), maximumWait: .milliseconds(200)) }

    @Test("Fires once, when it has been quiet")
    func trailingEdge() {
        var debounce = debounce()
        #expect(debounce.fire(at: .zero) == nil)
        debounce.changed(at: .milliseconds(0))
        debounce.changed(at: .milliseconds(15))
        #expect(debounce.deadline == .milliseconds(35))
        #expect(debounce.fire(at: .milliseconds(34)) == nil)
        #expect(debounce.fire(at: .milliseconds(35)) == .settled)
        #expect(debounce.fire(at: .milliseconds(60)) == nil)
        #expect(debounce.deadline == nil)
    }

    @Test("Changes without end fire at the maximum wait, and the last one is still seen")
    func cap() {
        var debounce = debounce()
        var firings: [(Int, Debounce.Firing)] = []
        var now = 0
        while now <= 500 {
            debounce.changed(at: .milliseconds(now))
            if let firing = debounce.fire(at: .milliseconds(now)) { firings.append((now, firing)) }
            now += 10
        }
        #expect(firings.map(\.0) == [200, 400])
        #expect(firings.allSatisfy { $0.1 == .inMotion })
        #expect(debounce.fire(at: .milliseconds(520)) == .settled)
    }

    @Test("Does not drop a change that comes right after firing")
    func nextChange() {
        var debounce = debounce()
        debounce.changed(at: .zero)
        #expect(debounce.fire(at: .milliseconds(20)) == .settled)
        debounce.changed(at: .milliseconds(20))
        #expect(debounce.fire(at: .milliseconds(40)) == .settled)
    }

    @Test("Every change is followed by a firing", arguments: Array(UInt64(0)..<50))
    func neverDrops(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var debounce = debounce()
        var now = 0
        var lastChange = -1
        var lastFiring = -1
        for _ in 0..<200 {
            now += Int.random(in: 1...30, using: &generator)
            if Bool.random(using: &generator) {
                debounce.changed(at: .milliseconds(now))
                lastChange = now
            }
            if debounce.fire(at: .milliseconds(now)) != nil { lastFiring = now }
        }
        if debounce.fire(at: .milliseconds(now + 20)) != nil { lastFiring = now + 20 }
        #expect(lastFiring >= lastChange)
        #expect(debounce.deadline == nil)
    }
}
