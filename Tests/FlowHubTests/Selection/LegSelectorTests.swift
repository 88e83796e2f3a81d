import Media
import Testing

@testable import FlowHub

/// Holds the selector, so that expectations may call what changes it. Times are milliseconds.
private final class Driver {
    var selector: LegSelector
    var active: Int? { selector.active }

    init(_ selector: LegSelector) { self.selector = selector }

    @discardableResult
    func media(_ token: Int, _ time: Int64, isReady: Bool = true) -> LegSelector.Outcome {
        selector.mediaArrived(on: token, at: at(time), isReady: isReady)
    }

    @discardableResult
    func close(_ token: Int, _ time: Int64) -> LegSelector.Outcome { selector.legClosed(token, at: at(time)) }

    @discardableResult
    func impair(_ token: Int, _ isImpaired: Bool, _ time: Int64) -> LegSelector.Outcome {
        selector.qualityChanged(on: token, isImpaired: isImpaired, at: at(time))
    }

    @discardableResult
    func tick(_ time: Int64) -> LegSelector.Outcome { selector.tick(at: at(time)) }

    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }
}

@Suite("Leg selection")
struct LegSelectorTests {
    private func makeSelector(
        switchBack: Bool = false,
        legs: [LegSelector.Candidate] = [.init(1), .init(2), .init(3)]
    ) -> Driver {
        var selector = LegSelector(
            settings: .init(lossAfter: .milliseconds(500), switchBack: switchBack, recoverAfter: .seconds(5))
        )
        selector.setLegs(legs)
        return Driver(selector)
    }

    @Test("The leg that arrives first is active, whatever its place in the list")
    func firstArrivalWins() {
        let selector = makeSelector()
        #expect(selector.media(2, 0) == .switched(from: nil, to: 2, gapNanoseconds: 0, .first))
        #expect(selector.media(1, 1) == .unchanged)
        #expect(selector.active == 2)
    }

    @Test("A closed leg hands over to the live leg highest in the list")
    func closeHandsOver() {
        let selector = makeSelector()
        selector.media(1, 0)
        selector.media(3, 10)
        selector.media(2, 20)
        selector.media(1, 25)
        #expect(selector.close(1, 30) == .switched(from: 1, to: 2, gapNanoseconds: 5_000_000, .closed))
    }

    @Test("A closed leg without another one is lost")
    func closeLoses() {
        let selector = makeSelector()
        selector.media(1, 0)
        #expect(selector.close(1, 30) == .lost(1, .closed))
        #expect(selector.media(2, 40) == .switched(from: 1, to: 2, gapNanoseconds: 40_000_000, .closed))
    }

    @Test("A silent leg is lost after lossAfter, noticed by the next leg's packet")
    func silenceHandsOver() {
        let selector = makeSelector()
        selector.media(1, 0)
        #expect(selector.media(2, 499) == .unchanged)
        #expect(selector.media(2, 500) == .switched(from: 1, to: 2, gapNanoseconds: 500_000_000, .silent))
    }

    @Test("Time alone notices that the only leg is lost, and says it once")
    func tickNoticesLoss() {
        let selector = makeSelector(legs: [.init(1)])
        selector.media(1, 0)
        #expect(selector.tick(499) == .unchanged)
        #expect(selector.tick(500) == .lost(1, .silent))
        #expect(selector.tick(600) == .unchanged)
        #expect(selector.active == nil)
        #expect(selector.media(1, 900) == .switched(from: 1, to: 1, gapNanoseconds: 900_000_000, .silent))
    }

    @Test("A leg that is lost is followed by one that is not ready too, when there is no other")
    func lossDoesNotWait() {
        let selector = makeSelector()
        selector.media(1, 0)
        selector.media(2, 10, isReady: false)
        #expect(selector.close(1, 20) == .switched(from: 1, to: 2, gapNanoseconds: 20_000_000, .closed))
    }

    // MARK: Preference

    @Test("Without switchBack the second leg stays active when the first returns")
    func staysWithoutSwitchBack() {
        let selector = makeSelector()
        selector.media(2, 0)
        for time in stride(from: Int64(10), to: 20_000, by: 100) {
            #expect(selector.media(1, time) == .unchanged)
            #expect(selector.media(2, time) == .unchanged)
        }
    }

    @Test("With switchBack the preferred leg returns after recoverAfter of health, not before")
    func switchesBack() {
        let selector = makeSelector(switchBack: true)
        selector.media(2, 0)
        var switchedAt: Int64?
        for time in stride(from: Int64(100), to: 10_000, by: 100) {
            for outcome in [selector.media(2, time), selector.media(1, time)] {
                if case .switched(from: 2, to: 1, _, .preferred) = outcome { switchedAt = switchedAt ?? time }
            }
        }
        #expect(switchedAt == 5_100)
    }

    @Test("The preferred leg does not return before it can begin with a picture that needs none before it")
    func switchBackWaitsForPicture() {
        let selector = makeSelector(switchBack: true)
        selector.media(2, 0)
        for time in stride(from: Int64(0), to: 8_000, by: 100) {
            selector.media(2, time)
            #expect(selector.media(1, time, isReady: false) == .unchanged)
        }
        #expect(selector.media(1, 8_000) == .switched(from: 2, to: 1, gapNanoseconds: 100_000_000, .preferred))
    }

    @Test("A gap in the preferred leg starts its recovery again")
    func gapDelaysSwitchBack() {
        let selector = makeSelector(switchBack: true)
        selector.media(2, 0)
        for time in stride(from: Int64(0), to: 12_000, by: 100) {
            selector.media(2, time)
            // Three seconds on, one second off.
            if time % 4_000 < 3_000 { #expect(selector.media(1, time) == .unchanged) }
        }
        #expect(selector.active == 2)
    }

    @Test("A leg that flaps waits twice as long each time")
    func flappingIsDamped() {
        let selector = makeSelector(switchBack: true)
        selector.media(2, 0)
        var waits: [Int64] = []
        var returned: Int64 = 0
        var time: Int64 = 0
        while waits.count < 4, time < 200_000 {
            time += 100
            selector.media(2, time)
            selector.media(1, time)
            if selector.active == 1 {
                waits.append(time - returned)
                // Lost a second after it took over, and back at once.
                time += 1_000
                selector.media(2, time)
                selector.close(1, time)
                returned = time + 100
            }
        }
        #expect(waits[0] < 5_200)
        #expect(waits.dropFirst() == [10_000, 20_000, 40_000])
    }

    // MARK: Fillers, quality and choice

    private let withFiller: [LegSelector.Candidate] = [.init(1), .init(2), .init(9, isFiller: true)]

    @Test("What fills in gives way as soon as another leg can begin")
    func fillerGivesWay() {
        let selector = makeSelector(legs: withFiller)
        #expect(selector.media(9, 0) == .switched(from: nil, to: 9, gapNanoseconds: 0, .first))
        #expect(selector.media(2, 10, isReady: false) == .unchanged)
        selector.media(9, 20)
        #expect(selector.media(2, 30) == .switched(from: 9, to: 2, gapNanoseconds: 10_000_000, .filledIn))
        #expect(selector.media(9, 40) == .unchanged)
        #expect(selector.close(2, 50) == .switched(from: 2, to: 9, gapNanoseconds: 20_000_000, .closed))
    }

    @Test("A leg of poor quality gives way to a healthy one, and is used when there is no other")
    func impairedGivesWay() {
        let selector = makeSelector()
        selector.media(1, 0)
        #expect(selector.impair(1, true, 10) == .unchanged)
        #expect(selector.active == 1)
        #expect(selector.media(2, 20) == .switched(from: 1, to: 2, gapNanoseconds: 20_000_000, .impaired))
        #expect(selector.media(1, 30) == .unchanged)
        #expect(selector.close(2, 40) == .switched(from: 2, to: 1, gapNanoseconds: 20_000_000, .closed))
    }

    @Test("A leg that becomes poor while another is ready is left at once")
    func impairedAtOnce() {
        let selector = makeSelector()
        selector.media(1, 0)
        selector.media(2, 0)
        #expect(selector.impair(1, true, 10) == .switched(from: 1, to: 2, gapNanoseconds: 10_000_000, .impaired))
    }

    @Test("The chosen leg takes over as soon as it can begin, and stays though another is preferred")
    func chosen() {
        let selector = makeSelector(switchBack: true, legs: [.init(1), .init(2, isChosen: true)])
        selector.media(1, 0)
        #expect(selector.media(2, 5, isReady: false) == .unchanged)
        #expect(selector.media(2, 10) == .switched(from: 1, to: 2, gapNanoseconds: 10_000_000, .chosen))
        for time in stride(from: Int64(10), to: 20_000, by: 100) {
            selector.media(2, time)
            #expect(selector.media(1, time) == .unchanged)
        }
        #expect(selector.close(2, 20_000) == .switched(from: 2, to: 1, gapNanoseconds: 90_000_000, .closed))
    }

    @Test("A removed leg is active no longer, and a reordered list keeps state")
    func legsChange() {
        let selector = makeSelector()
        selector.media(1, 0)
        selector.selector.setLegs([.init(3), .init(1)])
        #expect(selector.active == 1)
        selector.selector.setLegs([.init(3)])
        #expect(selector.active == nil)
        #expect(selector.media(1, 1) == .unchanged)
    }
}
