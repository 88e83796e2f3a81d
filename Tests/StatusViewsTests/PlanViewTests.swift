import FlowModel
import FlowPlanner
import StatusViews
import Testing

struct PlanViewTests {
    private func sessions(_ count: Int) -> [EndedSession] {
        (0..<count).map { EndedSession(component: "in/main", remote: "192.0.2.\($0):5000") }
    }

    private func change(
        _ flow: String,
        _ component: FlowComponent,
        _ action: PlannedChange.Action,
        sessions: Int = 0,
        note: String? = nil
    ) -> PreviewedChange {
        PreviewedChange(
            PlannedChange(flow: flow, component: component, action: action),
            sessions: self.sessions(sessions),
            note: note
        )
    }

    @Test("Each class of change has its line, its cost and its place in the count")
    func classes() {
        let input = InputSpec(name: "venue", source: .srtListener(SRTListenerInput(port: 9000)))
        let created = PreviewedChange(
            PlannedChange(flow: "new", component: .flow, action: .create),
            endpoints: [PlannedEndpoint(input, flow: "new")]
        )
        let plan = PlanPreview(
            diagnostics: [],
            changes: [
                created, change("a", .flow, .update), change("a", .input("venue"), .update),
                change("a", .input("fibre"), .restartInput, sessions: 1, note: "what file /k holds is not known"),
                change("a", .backupLeg("venue"), .restartLeg),
                change("a", .output("studio"), .restartOutput, sessions: 2),
                change("a", .input("old"), .delete), change("z", .flow, .delete, sessions: 10),
            ],
            notes: ["take care"]
        )
        #expect(
            PlanView.render(plan, style: .plain) == """
                new: create
                  input venue, srt: listens on UDP port 9000
                a: update, nobody is dropped
                a: update input venue, nobody is dropped
                a: restart input fibre, ends 1 session: 192.0.2.0:5000
                  what file /k holds is not known
                a: restart leg of input venue, ends no session
                a: restart output studio, ends 2 sessions: 192.0.2.0:5000, 192.0.2.1:5000
                a: delete input old, ends no session
                z: delete, ends 10 sessions: 192.0.2.0:5000, 192.0.2.1:5000, 192.0.2.2:5000, 192.0.2.3:5000, \
                192.0.2.4:5000, 192.0.2.5:5000, 192.0.2.6:5000, 192.0.2.7:5000 and 2 more

                Note: take care
                8 changes: 1 create, 2 update, 1 restart leg, 1 restart input, 1 restart output, 2 delete. \
                13 sessions would end.

                """
        )
    }

    @Test("No change is said")
    func none() {
        #expect(PlanView.render(PlanPreview(diagnostics: []), style: .plain) == "No changes.\n")
    }

    @Test("Text of others cannot act on the terminal")
    func escaping() {
        let plan = PlanPreview(
            diagnostics: [],
            changes: [change("a", .input("b\u{1b}[2J"), .update, note: "x\ny\u{202e}")],
            notes: ["\u{7}"]
        )
        let text = PlanView.render(plan, style: .plain)
        let acting = text.replacing("\n", with: "").unicodeScalars.filter { $0.actsOnDisplay }
        #expect(acting.isEmpty)
    }
}
