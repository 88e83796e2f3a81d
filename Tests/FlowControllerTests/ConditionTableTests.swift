import FlowModel
import FlowPlanner
import Testing

@testable import FlowController

@Suite("The table of conditions")
struct ConditionTableTests {
    static let retry = ConditionFacts.Trouble(component: .input("fibre"), failure: .portInUse)
    static let stalled = ConditionFacts.Trouble(component: .output("cdn"), failure: .unsupported)
    static let invalid = Diagnostic(file: "a.yaml", line: 9, column: 14, message: "wrong", rule: "schema/maximum")

    struct Row: Sendable {
        var facts: @Sendable (inout ConditionFacts) -> Void
        var expected: String

        init(_ expected: String, _ facts: @escaping @Sendable (inout ConditionFacts) -> Void) {
            self.facts = facts
            self.expected = expected
        }
    }

    @Test(
        "Facts become conditions",
        arguments: [
            Row("Ready=True/Running") { _ in },
            Row("Ready=True/Suspended") { $0.isSuspended = true },
            Row("Ready=False/Applying Reconciling=True/Applying") { $0.isApplying = true },
            Row("Ready=False/Applying Reconciling=True/Applying") {
                $0.isApplying = true
                $0.isSuspended = true
            },
            Row("Ready=False/PortInUse Reconciling=True/PortInUse") { $0.troubles = [retry] },
            Row("Ready=False/PortInUse Reconciling=True/PortInUse") {
                $0.troubles = [retry]
                $0.isApplying = true
            },
            Row("Ready=False/UnsupportedProtocol Stalled=True/UnsupportedProtocol") { $0.troubles = [stalled] },
            Row("Ready=False/UnsupportedProtocol Reconciling=True/PortInUse Stalled=True/UnsupportedProtocol") {
                $0.troubles = [retry, stalled]
            },
            Row("Ready=True/Running Stalled=True/InvalidFile") { $0.fileProblem = invalid },
            Row("Ready=True/Suspended Stalled=True/InvalidFile") {
                $0.fileProblem = invalid
                $0.isSuspended = true
            },
            Row("Ready=False/PortInUse Reconciling=True/PortInUse Stalled=True/InvalidFile") {
                $0.fileProblem = invalid
                $0.troubles = [retry]
            },
            Row("Ready=True/Running Reconciling=True/DeletionPending") { $0.isPruneHeld = true },
            Row("Ready=False/Deleting Reconciling=True/Deleting") {
                $0.isBeingDeleted = true
                $0.isApplying = true
                $0.fileProblem = invalid
            },
        ]
    )
    func table(row: Row) {
        var facts = ConditionFacts()
        row.facts(&facts)
        let conditions = ConditionTable.conditions(for: facts, previous: [], now: 1)
        let text = conditions.map { "\($0.type.rawValue)=\($0.status.rawValue)/\($0.reason)" }.joined(separator: " ")
        #expect(text == row.expected)
    }

    @Test("Messages name the component and the place")
    func messages() {
        var facts = ConditionFacts()
        facts.troubles = [Self.retry]
        facts.fileProblem = Self.invalid
        let messages = ConditionTable.conditions(for: facts, previous: [], now: 1).map(\.message)
        #expect(
            messages == [
                "input fibre: port 9000 is in use", "input fibre: port 9000 is in use; trying again",
                "a.yaml:9:14: error: wrong [schema/maximum]",
            ]
        )
    }

    @Test("The time is that of the last change of the status, whatever the reason")
    func transitionTime() {
        var facts = ConditionFacts()
        let first = ConditionTable.conditions(for: facts, previous: [], now: 1)
        facts.isSuspended = true
        let second = ConditionTable.conditions(for: facts, previous: first, now: 2)
        #expect(second.map(\.lastTransitionTime) == [1])
        facts.troubles = [Self.retry]
        let third = ConditionTable.conditions(for: facts, previous: second, now: 3)
        #expect(third.map(\.lastTransitionTime) == [3, 3])
    }
}
