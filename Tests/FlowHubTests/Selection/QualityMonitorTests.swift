import Media
import Testing

@testable import FlowHub

@Suite("Quality rules")
struct QualityMonitorTests {
    private var monitor = QualityMonitor()
    private var figures = QualityMonitor.Figures(
        bitsPerSecond: 4_000_000,
        pictures: 0,
        continuityErrors: 0,
        timeSteps: 0
    )

    /// Observes every 100 ms; each time `change` says what happened to the figures meanwhile.
    private mutating func run(
        _ milliseconds: Range<Int64>,
        _ rules: QualityRules,
        _ change: (inout QualityMonitor.Figures) -> Void
    ) -> Int64? {
        var firstFault: Int64?
        for time in stride(from: milliseconds.lowerBound, to: milliseconds.upperBound, by: 100) {
            change(&figures)
            monitor.observe(
                figures,
                rules,
                recoverAfter: .seconds(5),
                at: MonotonicTime(nanoseconds: time * 1_000_000)
            )
            if monitor.impairment != nil, firstFault == nil { firstFault = time }
        }
        return firstFault
    }

    private static func runWell(_ figures: inout QualityMonitor.Figures) {
        figures.bitsPerSecond = 4_000_000
        figures.pictures += 3
        figures.timeSteps += 8
    }

    @Test("Without rules nothing is at fault")
    mutating func noRules() {
        #expect(run(0..<60_000, QualityRules()) { $0.bitsPerSecond = 0 } == nil)
    }

    @Test("Too low a bitrate is a fault after its hold, and not for a moment")
    mutating func bitrate() {
        let rules = QualityRules(minimumBitrate: 1_000_000, minimumBitrateHold: .seconds(2))
        #expect(run(0..<1_900, rules) { $0.bitsPerSecond = 900_000 } == nil)
        #expect(run(1_900..<3_000, rules) { $0.bitsPerSecond = 1_000_000 } == nil)
        #expect(run(3_000..<6_000, rules) { $0.bitsPerSecond = 900_000 } == 5_000)
        #expect(monitor.impairment == .lowBitrate(900_000))
    }

    @Test("No picture for the time-out is a fault though sound comes")
    mutating func pictures() {
        let rules = QualityRules(pictureTimeout: .seconds(1))
        #expect(run(0..<5_000, rules, Self.runWell) == nil)
        #expect(run(5_000..<7_000, rules) { $0.timeSteps += 4 } == 6_000)
        #expect(monitor.impairment == .noPictures)
    }

    @Test("Times that stand still are a fault")
    mutating func frozen() {
        let rules = QualityRules(frozenTimeout: .seconds(1))
        #expect(run(0..<3_000, rules, Self.runWell) == nil)
        #expect(run(3_000..<5_000, rules) { $0.pictures += 3 } == 4_000)
        #expect(monitor.impairment == .frozen)
    }

    @Test("Continuity errors are counted by the second", arguments: [(1, false), (2, true)])
    mutating func continuity(perTick: UInt64, isFault: Bool) {
        let rules = QualityRules(maximumContinuityErrors: 10, continuityErrorsHold: .seconds(1))
        let fault = run(0..<5_000, rules) {
            Self.runWell(&$0)
            $0.continuityErrors += perTick
        }
        #expect((fault != nil) == isFault)
        if isFault { #expect(monitor.impairment == .continuityErrors(20)) }
    }

    @Test("A leg is well again after the recovery time without fault, and the first fault is the one that is told")
    mutating func recovery() {
        let rules = QualityRules(minimumBitrate: 1_000_000, minimumBitrateHold: .zero, pictureTimeout: .seconds(1))
        _ = run(0..<3_000, rules) { $0.bitsPerSecond = 0 }
        #expect(monitor.impairment == .lowBitrate(0))
        _ = run(3_000..<7_900, rules, Self.runWell)
        #expect(monitor.impairment == .lowBitrate(0))
        _ = run(7_900..<8_200, rules, Self.runWell)
        #expect(monitor.impairment == nil)
    }
}
