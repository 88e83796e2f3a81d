import FlowModel
import FlowPlanner
import Testing

@Suite("Previews of plans")
struct PlanPreviewTests {
    private static let report = FlowReport(
        name: "stadium",
        inputs: [
            InputStatus(
                name: "venue",
                protocol: "srt",
                enabled: true,
                legs: [
                    LegStatus(name: "main", address: "", state: .connected, remote: "192.0.2.1:5000"),
                    LegStatus(name: "backup", address: "", state: .connected, remote: "192.0.2.1:5001"),
                ]
            ),
            InputStatus(
                name: "fibre",
                protocol: "rtp",
                enabled: true,
                legs: [LegStatus(name: "main", address: "", state: .waiting, remote: "192.0.2.9:1")]
            ),
            InputStatus(
                name: "slate",
                protocol: "file",
                enabled: true,
                legs: [LegStatus(name: "main", address: "", state: .connected, remote: "builtin:slate")]
            ),
        ],
        outputs: [
            OutputStatus(
                name: "studio",
                protocol: "srt",
                enabled: true,
                address: "",
                peers: ["198.51.100.1:1", "198.51.100.2:2"].map { PeerStatus(remote: $0, uptime: 1, bitrate: 1) }
            )
        ]
    )

    struct Case: Sendable, CustomTestStringConvertible {
        var component: FlowComponent
        var action: PlannedChange.Action
        var remotes: [String]
        var testDescription: String { "\(action.rawValue) \(component)" }
    }

    @Test(
        "A change ends the sessions of what it stops, and no others",
        arguments: [
            Case(component: .flow, action: .update, remotes: []),
            Case(component: .flow, action: .create, remotes: []),
            Case(
                component: .flow,
                action: .delete,
                remotes: ["192.0.2.1:5000", "192.0.2.1:5001", "198.51.100.1:1", "198.51.100.2:2"]
            ),
            Case(component: .input("venue"), action: .update, remotes: []),
            Case(component: .input("venue"), action: .restartInput, remotes: ["192.0.2.1:5000", "192.0.2.1:5001"]),
            Case(component: .backupLeg("venue"), action: .restartLeg, remotes: ["192.0.2.1:5001"]),
            Case(component: .input("fibre"), action: .restartInput, remotes: []),
            Case(component: .input("slate"), action: .delete, remotes: []),
            Case(component: .output("studio"), action: .restartOutput, remotes: ["198.51.100.1:1", "198.51.100.2:2"]),
            Case(component: .output("nobody"), action: .delete, remotes: []),
        ]
    )
    func sessions(_ example: Case) {
        let change = PlannedChange(flow: "stadium", component: example.component, action: example.action)
        #expect(Self.report.sessions(endedBy: change).map(\.remote) == example.remotes)
    }

    @Test("An error makes a plan invalid, a warning does not")
    func validity() {
        let warning = Diagnostic(file: "a", severity: .warning, message: "m", rule: "r")
        #expect(PlanPreview(diagnostics: [warning]).valid)
        #expect(!PlanPreview(diagnostics: [warning, Diagnostic(file: "a", message: "m", rule: "r")]).valid)
    }

    @Test("Endpoints say where they will be, without keys")
    func endpoints() {
        let key = Secret(.literal("sEcReT-key"))
        let spec = FlowSpec(
            name: "a",
            maxBandwidth: BitRate(bitsPerSecond: 1),
            inputs: [
                InputSpec(name: "one", source: .srtListener(SRTListenerInput(port: 9000, failover: true))),
                InputSpec(name: "two", source: .srtListener(SRTListenerInput())),
                InputSpec(name: "three", source: .rtp(RTPInput(port: 65_534, failover: true))),
                InputSpec(
                    name: "four",
                    source: .rtmpPull(RTMPPullInput(source: "rtmp://h.example/app/sEcReT-key?token=sEcReT-key"))
                ),
                InputSpec(name: "off", isEnabled: false, source: .rtp(RTPInput(port: 1))),
            ],
            outputs: [
                OutputSpec(
                    name: "push",
                    destination: .rtmpPush(RTMPPushOutput(url: "rtmps://x:1/live", streamKey: key))
                ),
                OutputSpec(name: "call", destination: .srtCaller(SRTCallerOutput(host: "2001:db8::1", port: 7))),
            ]
        )
        let places = spec.plannedEndpoints.map(\.place)
        #expect(
            places == [
                "listens on UDP ports 9000 and 9001", "listens on the shared SRT port, stream ID a/two",
                "listens on UDP port 65534", "plays from rtmp://h.example", "publishes to rtmps://x:1",
                "calls [2001:db8::1]:7",
            ]
        )
    }
}
