import HeadgateTestKit
import Media
import Testing

@testable import FlowHub

@Suite("Leg selection, at random")
struct LegSelectorRandomTests {
    private static let lossAfter: Int64 = 500

    /// What the legs did, kept apart from the selector.
    private struct Model {
        var lastMedia: [Int: Int64] = [:]
        var ready: Set<Int> = []
        var impaired: Set<Int> = []

        func isLive(_ leg: Int, at now: Int64) -> Bool { lastMedia[leg].map { now - $0 < lossAfter } ?? false }
    }

    @Test(
        "A million events: never a dead leg while a live one exists, never a filler instead of a lost leg while one is well",
        arguments: [1, 2, 3, 4] as [UInt64]
    )
    func invariants(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let legs: [LegSelector.Candidate] = [.init(1), .init(2), .init(3), .init(9, isFiller: true)]
        var selector = LegSelector(
            settings: .init(
                lossAfter: .milliseconds(Self.lossAfter),
                switchBack: seed.isMultiple(of: 2),
                recoverAfter: .seconds(1)
            )
        )
        selector.setLegs(legs)
        var model = Model()
        var now: Int64 = 0
        for _ in 0..<250_000 {
            now += Int64.random(in: 0...60, using: &random)
            let time = MonotonicTime(nanoseconds: now * 1_000_000)
            let leg = legs[Int.random(in: 0..<legs.count, using: &random)].token
            let before = selector.active
            let outcome: LegSelector.Outcome
            var decides = true
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                decides = before == leg
                outcome = selector.legClosed(leg, at: time)
                model.lastMedia[leg] = nil
                model.ready.remove(leg)
                model.impaired.remove(leg)
            case 1:
                outcome = selector.tick(at: time)
            case 2:
                let isImpaired = Bool.random(using: &random)
                decides = isImpaired != model.impaired.contains(leg)
                outcome = selector.qualityChanged(on: leg, isImpaired: isImpaired, at: time)
                if isImpaired { model.impaired.insert(leg) } else { model.impaired.remove(leg) }
            default:
                let isReady = Int.random(in: 0..<4, using: &random) > 0
                outcome = selector.mediaArrived(on: leg, at: time, isReady: isReady)
                model.lastMedia[leg] = now
                if isReady { model.ready.insert(leg) } else { model.ready.remove(leg) }
            }
            if decides { check(selector, model, outcome, before: before, at: now) }
        }
    }

    private func check(
        _ selector: LegSelector,
        _ model: Model,
        _ outcome: LegSelector.Outcome,
        before: Int?,
        at now: Int64
    ) {
        switch outcome {
        case .switched(let from, let to, let gap, _):
            #expect(selector.active == to)
            #expect(model.isLive(to, at: now), "a dead leg took over")
            #expect(before == nil || from == before)
            #expect(gap >= 0)
        case .lost(let leg, _):
            #expect(selector.active == nil && before == leg)
        case .unchanged:
            #expect(selector.active == before)
        }
        let live = [1, 2, 3, 9].filter { model.isLive($0, at: now) }
        guard let active = selector.active else {
            #expect(live.isEmpty, "no leg is active although \(live) are live")
            return
        }
        #expect(live.contains(active), "a dead leg is active")
        if case .switched(_, let to, _, let reason) = outcome, reason == .closed || reason == .silent, to == 9 {
            let good = live.filter { $0 != 9 && !model.impaired.contains($0) }
            #expect(good.isEmpty, "a filler took over although \(good) were well")
        }
    }
}
