import FlowPlanner
import Testing

@Suite("Mass deletion")
struct MassDeletionGuardTests {
    private let all: Set<String> = ["a", "b", "c"]

    @Test("Some files may go at any time", arguments: [PrunePolicy.default, .never, .immediate])
    func someGo(policy: PrunePolicy) {
        var prune = MassDeletionGuard(policy: policy)
        let decision = prune.decide(missing: ["a"], anythingLeft: true, at: .zero)
        #expect(decision.removed == ["a"])
        #expect(decision.held.isEmpty && decision.change == .none && decision.deadline == nil)
    }

    @Test("All at once are held for the grace and then removed")
    func grace() {
        var prune = MassDeletionGuard(policy: .after(.seconds(30)))
        var decision = prune.decide(missing: all, anythingLeft: false, at: .seconds(10))
        #expect(decision.held == all && decision.removed.isEmpty)
        #expect(decision.deadline == .seconds(40) && decision.change == .began)
        decision = prune.decide(missing: all, anythingLeft: false, at: .seconds(39))
        #expect(decision.held == all && decision.change == .none)
        decision = prune.decide(missing: all, anythingLeft: false, at: .seconds(40))
        #expect(decision.removed == all && decision.change == .carriedOut && decision.deadline == nil)
    }

    @Test("A single flow counts as all")
    func single() {
        var prune = MassDeletionGuard(policy: .default)
        #expect(prune.decide(missing: ["a"], anythingLeft: false, at: .zero).held == ["a"])
    }

    @Test("Files that come back end the hold")
    func cancelled() {
        var prune = MassDeletionGuard(policy: .default)
        _ = prune.decide(missing: all, anythingLeft: false, at: .zero)
        let decision = prune.decide(missing: [], anythingLeft: true, at: .seconds(1))
        #expect(decision.change == .cancelled && decision.held.isEmpty && decision.removed.isEmpty)
        #expect(prune.decide(missing: ["a"], anythingLeft: true, at: .seconds(2)).removed == ["a"])
    }

    @Test("A directory that fills up slowly keeps what is still to come, for the grace")
    func slowReturn() {
        var prune = MassDeletionGuard(policy: .after(.seconds(30)))
        _ = prune.decide(missing: all, anythingLeft: false, at: .zero)
        var decision = prune.decide(missing: ["b", "c"], anythingLeft: true, at: .seconds(5))
        #expect(decision.held == ["b", "c"] && decision.deadline == .seconds(30))
        decision = prune.decide(missing: ["c"], anythingLeft: true, at: .seconds(30))
        #expect(decision.removed == ["c"] && decision.change == .carriedOut)
    }

    @Test("never holds for as long as the directory is empty, and ends by itself after it is not")
    func never() {
        var prune = MassDeletionGuard(policy: .never)
        #expect(prune.decide(missing: all, anythingLeft: false, at: .zero).deadline == nil)
        #expect(prune.decide(missing: all, anythingLeft: false, at: .seconds(1_000_000)).held == all)
        let partly = prune.decide(missing: ["a"], anythingLeft: true, at: .seconds(1_000_000))
        #expect(partly.held == ["a"] && partly.deadline == .seconds(1_000_030))
    }

    @Test("immediate holds nothing")
    func immediate() {
        var prune = MassDeletionGuard(policy: .immediate)
        #expect(prune.decide(missing: all, anythingLeft: false, at: .zero).removed == all)
    }

    @Test(
        "The flag's forms",
        arguments: [
            ("immediate", PrunePolicy.immediate), ("never", .never), ("after=30s", .after(.seconds(30))),
            ("after=2m", .after(.seconds(120))),
        ]
    )
    func flag(text: String, policy: PrunePolicy) {
        #expect(PrunePolicy(flagText: text) == policy)
        #expect(policy.flagText == text)
    }

    @Test("Other words are refused", arguments: ["", "after", "after=", "after=soon", "after=-1s", "Never"])
    func badFlag(text: String) {
        #expect(PrunePolicy(flagText: text) == nil)
    }
}
