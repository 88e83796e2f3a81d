import Media
import Testing

@testable import FlowHub

/// Holds the selector, so that expectations may call what changes it.
private final class Driver {
    var selector: LegSelector
    var active: Int? { selector.active }

    init(_ selector: LegSelector) { self.selector = selector }

    func mediaArrived(on token: Int, at now: MonotonicTime) -> LegSelector.Outcome {
        selector.mediaArrived(on: token, at: now)
    }
    func legClosed(_ token: Int, at now: MonotonicTime) -> LegSelector.Outcome { selector.legClosed(token, at: now) }
    func tick(at now: MonotonicTime) -> LegSelector.Outcome { selector.tick(at: now) }
    func setLegs(_ tokens: [Int]) { selector.setLegs(tokens) }
}

@Suite("Leg selection")
struct LegSelectorTests {
    private func makeSelector(switchBack: Bool = false, legs: [Int] = [1, 2, 3]) -> Driver {
        var selector = LegSelector(
            settings: .init(lossAfter: .milliseconds(500), switchBack: switchBack, recoverAfter: .seconds(5))
        )
        selector.setLegs(legs)
        return Driver(selector)
    }

    private func at(_ milliseconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: milliseconds * 1_000_000)
    }

    @Test("The leg that arrives first is active, whatever its place in the list")
    func firstArrivalWins() {
        let selector = makeSelector()
        #expect(selector.mediaArrived(on: 2, at: at(0)) == .switched(from: nil, to: 2, gapNanoseconds: 0))
        #expect(selector.mediaArrived(on: 1, at: at(1)) == .unchanged)
        #expect(selector.active == 2)
    }

    @Test("A closed leg hands over to the live leg highest in the list")
    func closeHandsOver() {
        let selector = makeSelector()
        _ = selector.mediaArrived(on: 1, at: at(0))
        _ = selector.mediaArrived(on: 3, at: at(10))
        _ = selector.mediaArrived(on: 2, at: at(20))
        _ = selector.mediaArrived(on: 1, at: at(25))
        #expect(selector.legClosed(1, at: at(30)) == .switched(from: 1, to: 2, gapNanoseconds: 5_000_000))
    }

    @Test("A silent leg is lost after lossAfter, noticed by the next leg's packet")
    func silenceHandsOver() {
        let selector = makeSelector()
        _ = selector.mediaArrived(on: 1, at: at(0))
        #expect(selector.mediaArrived(on: 2, at: at(499)) == .unchanged)
        #expect(selector.mediaArrived(on: 2, at: at(500)) == .switched(from: 1, to: 2, gapNanoseconds: 500_000_000))
    }

    @Test("Time alone notices that the only leg is lost, and says it once")
    func tickNoticesLoss() {
        let selector = makeSelector(legs: [1])
        _ = selector.mediaArrived(on: 1, at: at(0))
        #expect(selector.tick(at: at(499)) == .unchanged)
        #expect(selector.tick(at: at(500)) == .lost(1))
        #expect(selector.tick(at: at(600)) == .unchanged)
        #expect(selector.active == nil)
        #expect(selector.mediaArrived(on: 1, at: at(900)) == .switched(from: 1, to: 1, gapNanoseconds: 900_000_000))
    }

    @Test("Without switchBack the second leg stays active when the first returns")
    func staysWithoutSwitchBack() {
        let selector = makeSelector()
        _ = selector.mediaArrived(on: 2, at: at(0))
        for time in stride(from: Int64(10), to: 20_000, by: 100) {
            #expect(selector.mediaArrived(on: 1, at: at(time)) == .unchanged)
            #expect(selector.mediaArrived(on: 2, at: at(time)) == .unchanged)
        }
    }

    @Test("With switchBack the preferred leg returns after recoverAfter of health, not before")
    func switchesBack() {
        let selector = makeSelector(switchBack: true)
        _ = selector.mediaArrived(on: 2, at: at(0))
        var switchedAt: Int64?
        for time in stride(from: Int64(100), to: 10_000, by: 100) {
            _ = selector.mediaArrived(on: 2, at: at(time))
            if case .switched(from: 2, to: 1, _) = selector.mediaArrived(on: 1, at: at(time)) {
                switchedAt = switchedAt ?? time
            }
        }
        #expect(switchedAt == 5_100)
    }

    @Test("A gap in the preferred leg starts its recovery again")
    func flappingDelaysSwitchBack() {
        let selector = makeSelector(switchBack: true)
        _ = selector.mediaArrived(on: 2, at: at(0))
        for time in stride(from: Int64(0), to: 12_000, by: 100) {
            _ = selector.mediaArrived(on: 2, at: at(time))
            // Three seconds on, one second off.
            if time % 4_000 < 3_000 { #expect(selector.mediaArrived(on: 1, at: at(time)) == .unchanged) }
        }
        #expect(selector.active == 2)
    }

    @Test("A removed leg is active no longer, and a reordered list keeps state")
    func legsChange() {
        let selector = makeSelector()
        _ = selector.mediaArrived(on: 1, at: at(0))
        selector.setLegs([3, 1])
        #expect(selector.active == 1)
        selector.setLegs([3])
        #expect(selector.active == nil)
        #expect(selector.mediaArrived(on: 1, at: at(1)) == .unchanged)
    }

    @Test("A random run never keeps a dead leg while a live one exists, and never names an unknown leg")
    func randomRun() {
        var random = SystemRandomNumberGenerator()
        let selector = makeSelector(switchBack: true)
        var lastMedia: [Int: Int64] = [:]
        var now: Int64 = 0
        for _ in 0..<200_000 {
            now += Int64.random(in: 0...80, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let leg = Int.random(in: 1...3, using: &random)
                _ = selector.legClosed(leg, at: at(now))
                lastMedia[leg] = nil
            case 1: _ = selector.tick(at: at(now))
            default:
                let leg = Int.random(in: 1...3, using: &random)
                _ = selector.mediaArrived(on: leg, at: at(now))
                lastMedia[leg] = now
                let live = lastMedia.filter { now - $0.value < 500 }
                guard let active = selector.active else {
                    Issue.record("no active leg although one is live")
                    return
                }
                #expect(live[active] != nil)
            }
        }
    }
}
