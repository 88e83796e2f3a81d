import FlowController
import FlowModel
import FlowPlanner
import Testing

@Suite("Secrets from elsewhere")
struct SecretTests {
    static let key = SecretSource.file("/run/key")

    @Test("An input without its secret is not started, and starts when the secret is there")
    func appears() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000 key=/run/key", "b.yaml": "two 9001"])
        try await harness.run { harness in
            #expect(harness.applier.running["one"]?.inputs.isEmpty == true)
            #expect(
                await harness.conditions("one") == "Ready=False/SecretUnavailable Reconciling=True/SecretUnavailable"
            )
            #expect(harness.watcher.files == ["/run/key"])
            harness.secrets[Self.key] = "0123456789\n"
            await harness.controller.reload()
            #expect(harness.applier.running["one"]?.inputs["in"]?.key == "0123456789")
            #expect(await harness.conditions("one") == "Ready=True/Running")
            #expect(await harness.flow("one")?.generation == 1)
        }
    }

    @Test("A changed secret restarts its input alone")
    func changes() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000 key=/run/key out=9100", "b.yaml": "two 9001"])
        harness.secrets[Self.key] = "0123456789"
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.secrets[Self.key] = "9876543210"
            await harness.controller.reload()
            #expect(harness.applier.steps == ["stop input in of flow one", "start input in of flow one"])
            #expect(harness.applier.running["one"]?.inputs["in"]?.key == "9876543210")
            harness.applier.forgetSteps()
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
        }
    }

    @Test("A suspended flow misses no secret until it runs")
    func suspended() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000 key=/run/key suspend"])
        try await harness.run { harness in
            #expect(await harness.conditions("one") == "Ready=True/Suspended")
        }
    }

    @Test("A secret that goes away leaves the running input alone")
    func disappears() async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000 key=/run/key"])
        harness.secrets[Self.key] = "0123456789"
        try await harness.run { harness in
            harness.applier.forgetSteps()
            harness.secrets[Self.key] = nil
            await harness.controller.reload()
            #expect(harness.applier.steps.isEmpty)
            #expect(
                await harness.conditions("one") == "Ready=False/SecretUnavailable Reconciling=True/SecretUnavailable"
            )
        }
    }

    @Test(
        "A passphrase of the wrong length is refused, and never shown",
        arguments: ["secret123", String(repeating: "s", count: 80), "pässwörter"]
    )
    func badPassphrase(value: String) async throws {
        let harness = ControllerHarness(["a.yaml": "one 9000 key=/run/key"])
        harness.secrets[Self.key] = value
        try await harness.run { harness in
            #expect(harness.applier.running["one"]?.inputs.isEmpty == true)
            let message = await harness.flow("one")?.condition(.ready)?.message ?? ""
            #expect(message.contains("/run/key") && !message.contains(value))
            #expect(!harness.log.lines.contains { $0.contains(value) })
        }
    }
}

extension InputSpec {
    fileprivate var key: String? {
        guard case .srtListener(let listener) = source else { return nil }
        return listener.decryption?.key.value
    }
}
