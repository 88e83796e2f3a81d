import CLibSRT
import Media
import Testing

@testable import SRT

@Suite("Looks at a connecting SRT socket")
struct SRTConnectingWatchTests {
    private typealias Look = (status: SRT_SOCKSTATUS, reason: Int32)

    private func verdicts(_ looks: [Look], at milliseconds: Int64 = 0) -> [SRTConnectingWatch.Verdict] {
        var watch = SRTConnectingWatch(deadline: MonotonicTime(nanoseconds: 1_000_000_000))
        let now = MonotonicTime(nanoseconds: milliseconds * 1_000_000)
        return looks.map { watch.looked($0.status, rejectReason: $0.reason, at: now) }
    }

    private let connecting: Look = (SRTS_CONNECTING, 0)
    private let connected: Look = (SRTS_CONNECTED, 0)
    private let broken: Look = (SRTS_BROKEN, 0)

    @Test("A socket that reads as broken between connecting and connected is not given up")
    func brokenOnTheWay() {
        #expect(verdicts([connecting, broken, connected]) == [.undecided, .undecided, .connected])
        #expect(verdicts([broken, connected]) == [.undecided, .connected])
    }

    @Test("Broken is believed when it lasts, and counts anew after a look that found it connecting")
    func brokenForGood() {
        let doubts = Array(repeating: broken, count: SRTLimits.brokenDoubts)
        #expect(verdicts(doubts + [broken]).last == .failed)
        #expect(verdicts(doubts + [connecting] + doubts).allSatisfy { $0 == .undecided })
    }

    @Test("Broken with a reject reason is believed at once, as is a socket that is gone", arguments: [true, false])
    func rejected(isBroken: Bool) {
        #expect(verdicts([connecting, isBroken ? (SRTS_BROKEN, 10) : (SRTS_NONEXIST, 0)]).last == .failed)
    }

    @Test("An attempt that libsrt does not end is ended at its deadline")
    func deadline() {
        #expect(verdicts([connecting], at: 999) == [.undecided])
        #expect(verdicts([connecting], at: 1_000) == [.failed])
        #expect(verdicts([connected], at: 1_000) == [.connected])
    }
}
