import FlowModel
import Testing

@testable import FlowConfig

struct PolicyTests {
    @Test("An organisation's rule is reported at the value, under its own name")
    func violation() throws {
        let schema = #"{"properties": {"description": {"pattern": "^[A-Z]"}}, "required": ["description"]}"#
        let policy = try FlowPolicy(parsing: Array(schema.utf8))
        let missing = Fixture.load(Fixture.flow(), policy: policy)
        #expect(missing.diagnostics.map(\.rule) == ["policy/required"])
        let wrong = Fixture.load(Fixture.flow("description: main"), policy: policy)
        #expect(wrong.diagnostics.map(\.rule) == ["policy/pattern"])
        #expect(wrong.diagnostics.map(\.line) == [6])
        #expect(wrong.flows.isEmpty)
        #expect(Fixture.load(Fixture.flow("description: Main"), policy: policy).diagnostics == [])
    }

    @Test("A policy that is no schema is refused with a reason", arguments: ["{", "[]", #"{"type": 7}"#, ""])
    func unusable(text: String) {
        #expect(throws: FlowPolicy.UnusableError.self) { try FlowPolicy(parsing: Array(text.utf8)) }
    }
}
