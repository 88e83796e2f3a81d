import FlowModel
import Testing

@testable import StatusViews

struct FlowSummaryTests {
    @Test(
        "One word for each state",
        arguments: [
            (SampleFlows.connected, .ready, true), (SampleFlows.stalled, .stalled, false),
            (SampleFlows.reconciling, .reconciling, false), (SampleFlows.suspended, .suspended, true),
            (SampleFlows.unknown, .notReady, false),
        ] as [(FlowStatus, FlowSummary.State, Bool)]
    )
    func state(flow: FlowStatus, state: FlowSummary.State, isAsAskedFor: Bool) {
        let summary = FlowSummary(flow)
        #expect(summary.state == state)
        #expect(summary.isAsAskedFor == isAsAskedFor)
    }

    @Test("What the last error is, in order: condition, file, leg, output")
    func lastError() {
        #expect(FlowSummary(SampleFlows.stalled).lastError == "PortInUse: UDP 9000 is taken")
        var flow = SampleFlows.connected
        #expect(FlowSummary(flow).lastError == nil)
        flow.outputs[0].lastError = "of the output"
        #expect(FlowSummary(flow).lastError == nil, "a connected output has got over it")
        flow.outputs[0].state = .waiting
        #expect(FlowSummary(flow).lastError == "of the output")
        flow.inputs[0].legs[0].lastError = "of the leg"
        flow.inputs[0].legs[0].state = .waiting
        #expect(FlowSummary(flow).lastError == "of the leg")
        let file = SampleFlows.invalidFile("flows.d/a.yaml")
        #expect(FlowSummary(flow, problem: file).lastError?.hasPrefix("flows.d/a.yaml:9:14: error:") == true)
    }

    @Test(
        "Waiting for Ready",
        arguments: [
            (nil, false), (SampleFlows.connected, true), (SampleFlows.stalled, false), (SampleFlows.suspended, false),
        ] as [(FlowStatus?, Bool)]
    )
    func waitsForReady(flow: FlowStatus?, isReached: Bool) {
        #expect(WaitGoal.ready.isReached(by: flow) == isReached)
    }

    @Test("A new generation is waited for although the old one is Ready")
    func waitsForGeneration() {
        var flow = SampleFlows.connected
        flow.generation = 3
        #expect(!WaitGoal.ready.isReached(by: flow))
        flow.observedGeneration = 3
        #expect(WaitGoal.ready.isReached(by: flow))
    }

    @Test("Waiting for Connected takes any leg")
    func waitsForConnected() {
        #expect(WaitGoal.connected.isReached(by: SampleFlows.connected))
        #expect(!WaitGoal.connected.isReached(by: SampleFlows.stalled))
        #expect(!WaitGoal.connected.isReached(by: nil))
        var flow = SampleFlows.stalled
        flow.inputs[0].legs.append(LegStatus(name: "backup", address: "srt://:9001", state: .connected))
        #expect(WaitGoal.connected.isReached(by: flow))
    }

    @Test("What stood in the way is said")
    func obstacle() {
        #expect(WaitGoal.ready.obstacle(of: nil, name: "x") == "the gateway has no flow x")
        #expect(
            WaitGoal.ready.obstacle(of: SampleFlows.stalled, name: "b")
                == "b is Stalled: PortInUse: UDP 9000 is taken"
        )
        #expect(WaitGoal.connected.obstacle(of: SampleFlows.unknown, name: "e") == "no input of e is connected")
    }
}
