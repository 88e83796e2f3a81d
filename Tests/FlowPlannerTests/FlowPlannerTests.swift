import FlowModel
import FlowPlanner
import NetworkAddress
import Testing

@Suite("Plans for single changes")
struct FlowPlannerTests {
    static let listener = SRTListenerInput(port: 9000)

    static let spec = FlowSpec(
        name: "stadium",
        maxBandwidth: BitRate(bitsPerSecond: 20_000_000),
        inputs: [
            InputSpec(name: "venue", source: .srtListener(listener)),
            InputSpec(name: "fibre", source: .rtp(RTPInput(port: 5000))),
        ],
        outputs: [
            OutputSpec(name: "studio", destination: .srtListener(SRTListenerOutput(port: 9100))),
            OutputSpec(name: "wall", destination: .udp(DatagramOutput(host: "192.0.2.1", port: 6000))),
        ]
    )

    private func steps(after change: (inout FlowSpec) -> Void) -> [PlanStep] {
        var desired = Self.spec
        change(&desired)
        return FlowPlanner.plan(desired: [desired], observed: [ObservedFlow(applied: Self.spec)]).steps
    }

    private func changed(_ change: (inout FlowSpec) -> Void) -> FlowSpec {
        var spec = Self.spec
        change(&spec)
        return spec
    }

    private func venue(_ change: (inout SRTListenerInput) -> Void) -> InputSpec {
        var listener = Self.listener
        change(&listener)
        return InputSpec(name: "venue", source: .srtListener(listener))
    }

    @Test("A new flow is made first, then its inputs by priority, then its outputs")
    func create() {
        let plan = FlowPlanner.plan(desired: [Self.spec], observed: [])
        #expect(
            plan.steps == [
                .createFlow(Self.spec),
                .startInput(flow: "stadium", Self.spec.inputs[0]),
                .startInput(flow: "stadium", Self.spec.inputs[1]),
                .startOutput(flow: "stadium", Self.spec.outputs[0]),
                .startOutput(flow: "stadium", Self.spec.outputs[1]),
            ]
        )
        #expect(plan.changes == [PlannedChange(flow: "stadium", component: .flow, action: .create)])
    }

    @Test("A flow that is gone is deleted as a whole")
    func delete() {
        let plan = FlowPlanner.plan(desired: [], observed: [ObservedFlow(applied: Self.spec)])
        #expect(plan.steps == [.deleteFlow(name: "stadium")])
        #expect(plan.changes.map(\.description) == ["stadium: delete"])
    }

    @Test(
        "Description, cap, failover and the order of inputs are taken over by the flow",
        arguments: [
            { $0.description = "Main" },
            { $0.maxBandwidth = BitRate(bitsPerSecond: 1) },
            { $0.failover.lossAfter = .seconds(1) },
            { $0.failover.switchBack = .auto },
            { $0.inputs.reverse() },
        ] as [@Sendable (inout FlowSpec) -> Void]
    )
    func flowUpdate(change: @Sendable (inout FlowSpec) -> Void) {
        #expect(steps(after: change) == [.updateFlow(changed(change))])
    }

    @Test("An allowlist or a description keeps the sessions")
    func inputUpdate() {
        let allowed = venue { $0.allow = Allowlist(networks: [IPNetwork("192.0.2.0/24")!]) }
        #expect(steps { $0.inputs[0] = allowed } == [.updateInput(flow: "stadium", allowed)])
        var described = Self.spec.inputs[0]
        described.description = "Camera"
        #expect(steps { $0.inputs[0] = described } == [.updateInput(flow: "stadium", described)])
    }

    @Test("maxConcurrent keeps the sessions")
    func outputUpdate() {
        let output = OutputSpec(
            name: "studio",
            destination: .srtListener(SRTListenerOutput(port: 9100, maxConcurrent: 9))
        )
        #expect(steps { $0.outputs[0] = output } == [.updateOutput(flow: "stadium", output)])
    }

    @Test("A changed latency restarts that input alone")
    func inputRestart() {
        let slow = venue { $0.latency = .seconds(1) }
        let plan = FlowPlanner.plan(
            desired: [changed { $0.inputs[0] = slow }],
            observed: [ObservedFlow(applied: Self.spec)]
        )
        #expect(plan.steps == [.stopInput(flow: "stadium", name: "venue"), .startInput(flow: "stadium", slow)])
        #expect(plan.changes.map(\.description) == ["stadium: restart input venue"])
    }

    @Test("A changed host restarts that output alone")
    func outputRestart() {
        let moved = OutputSpec(name: "wall", destination: .udp(DatagramOutput(host: "192.0.2.2", port: 6000)))
        #expect(
            steps { $0.outputs[1] = moved } == [
                .stopOutput(flow: "stadium", name: "wall"), .startOutput(flow: "stadium", moved),
            ]
        )
    }

    @Test("Turning failover on and off touches the second leg alone")
    func failover() {
        let doubled = venue { $0.failover = true }
        let on = FlowPlanner.plan(
            desired: [changed { $0.inputs[0] = doubled }],
            observed: [ObservedFlow(applied: Self.spec)]
        )
        #expect(on.steps == [.startBackupLeg(flow: "stadium", doubled)])
        #expect(on.changes.map(\.action) == [.restartLeg])
        let off = FlowPlanner.plan(
            desired: [Self.spec],
            observed: [ObservedFlow(applied: changed { $0.inputs[0] = doubled })]
        )
        #expect(off.steps == [.stopBackupLeg(flow: "stadium", Self.spec.inputs[0])])
    }

    @Test("Failover and an allowlist in one edit update the input and start the leg")
    func failoverWithUpdate() {
        let both = venue {
            $0.failover = true
            $0.allow = Allowlist(networks: [IPNetwork("192.0.2.1")!])
        }
        #expect(
            steps { $0.inputs[0] = both } == [
                .updateInput(flow: "stadium", both), .startBackupLeg(flow: "stadium", both),
            ]
        )
    }

    @Test("A failed backup leg is tried again without touching the first leg")
    func backupLegRetry() {
        let doubled = changed { $0.inputs[0] = venue { $0.failover = true } }
        var observed = ["stadium": ObservedFlow(applied: Self.spec)]
        observed.stepFailed(.startBackupLeg(flow: "stadium", doubled.inputs[0]))
        #expect(
            FlowPlanner.plan(desired: [doubled], observed: Array(observed.values)).steps == [
                .startBackupLeg(flow: "stadium", doubled.inputs[0])
            ]
        )
    }

    @Test("Renaming an input stops the one and starts the other")
    func rename() {
        let renamed = InputSpec(name: "arena", source: Self.spec.inputs[0].source)
        #expect(
            steps { $0.inputs[0] = renamed } == [
                .stopInput(flow: "stadium", name: "venue"),
                .updateFlow(changed { $0.inputs[0] = renamed }),
                .startInput(flow: "stadium", renamed),
            ]
        )
    }

    @Test("A suspended flow exists and runs nothing; a disabled input does not run")
    func suspendAndDisable() {
        #expect(
            steps { $0.isSuspended = true } == [
                .stopInput(flow: "stadium", name: "fibre"), .stopInput(flow: "stadium", name: "venue"),
                .stopOutput(flow: "stadium", name: "studio"), .stopOutput(flow: "stadium", name: "wall"),
                .updateFlow(changed { $0.isSuspended = true }),
            ]
        )
        #expect(steps { $0.inputs[1].isEnabled = false } == [.stopInput(flow: "stadium", name: "fibre")])
        #expect(steps { $0.outputs[1].isEnabled = false } == [.stopOutput(flow: "stadium", name: "wall")])
    }

    @Test("Two flows that swap ports both stop before either starts")
    func swap() {
        let flow = { (name: String, port: UInt16) in
            FlowSpec(
                name: name,
                maxBandwidth: BitRate(bitsPerSecond: 1),
                inputs: [InputSpec(name: "in", source: .rtp(RTPInput(port: port)))]
            )
        }
        let plan = FlowPlanner.plan(
            desired: [flow("a", 2), flow("b", 1)],
            observed: [flow("a", 1), flow("b", 2)].map(ObservedFlow.init(applied:))
        )
        #expect(plan.steps.map(\.phase) == [.release, .release, .acquire, .acquire])
    }

    @Test("A secret that moves to a file with the same value is an update, another value a restart")
    func secrets() {
        let keyed = { (secret: Secret) in
            self.venue { $0.decryption = SRTEncryption(key: secret) }
        }
        let before = changed { $0.inputs[0] = keyed(Secret(.literal("0123456789"))) }
        let plan = { (secret: Secret) in
            FlowPlanner.plan(
                desired: [self.changed { $0.inputs[0] = keyed(secret) }],
                observed: [ObservedFlow(applied: before)]
            ).changes.map(\.action)
        }
        #expect(plan(Secret(.file("/run/key")).resolved("0123456789")) == [.update])
        #expect(plan(Secret(.file("/run/key")).resolved("9876543210")) == [.restartInput])
    }

    @Test("The sources of a multicast group are joined, so they restart the input")
    func multicastSources() {
        let group = { (allow: Allowlist) in
            self.changed {
                $0.inputs[1].source = .rtp(RTPInput(port: 5000, allow: allow, group: IPAddress("232.1.1.1")))
            }
        }
        let plan = FlowPlanner.plan(
            desired: [group(Allowlist(networks: [IPNetwork("192.0.2.1")!]))],
            observed: [ObservedFlow(applied: group(.everyone))]
        )
        #expect(plan.changes.map(\.action) == [.restartInput])
    }

    @Test("Steps name flow and component and never show a secret")
    func descriptions() {
        let keyed = venue { $0.decryption = SRTEncryption(key: Secret(.literal("very-secret-key"))) }
        let step = PlanStep.startInput(flow: "stadium", keyed)
        #expect(step.description == "start input venue of flow stadium")
        #expect(PlanStep.deleteFlow(name: "x").description == "delete flow x")
        #expect(!String(reflecting: keyed).contains("very-secret-key"))
    }

    @Test("Duplicate names do no harm")
    func duplicates() {
        var twice = Self.spec
        twice.inputs.append(twice.inputs[0])
        let plan = FlowPlanner.plan(desired: [twice, twice], observed: [])
        #expect(plan.steps.count == 5)
    }
}
