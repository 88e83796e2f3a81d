import FlowModel
import Testing

@testable import StatusViews

struct StatusTableTests {
    @Test("Columns are as wide as they must be, numbers stand to the right")
    func layout() {
        let status = SampleFlows.gateway([SampleFlows.connected, SampleFlows.stalled])
        #expect(
            StatusTable.render(status, style: .plain) == """
                FLOW       STATE    ACTIVE INPUT  REMOTE                  BITRATE   LOSS  UPTIME  LAST ERROR
                stadium-a  Ready    venue/main    198.51.100.7:51234  5.02 Mbit/s  0.20%   3m12s  -
                b          Stalled  -             -                             -      -       -  PortInUse: UDP 9000 is taken

                """
        )
    }

    @Test("Without flows it says so")
    func empty() {
        #expect(StatusTable.render(SampleFlows.gateway([]), style: .plain) == "No flows.\n")
    }

    @Test("Problems of files follow with their places, also of files whose flows run on")
    func problems() {
        let status = SampleFlows.gateway(
            [SampleFlows.connected],
            files: [SampleFlows.invalidFile("flows.d/a.yaml"), SampleFlows.invalidFile("flows.d/z.yaml")]
        )
        let text = StatusTable.render(status, style: .plain)
        #expect(text.split(separator: "\n")[1].contains("Ready"))
        for path in ["flows.d/a.yaml", "flows.d/z.yaml"] {
            #expect(
                text.contains(
                    "\n\(path):9:14: error: inputs[0].latency: 90s is above the maximum of 10s [schema/maximum]\n"
                )
            )
        }
    }

    @Test("A deletion that waits is announced")
    func pendingPrune() {
        var status = SampleFlows.gateway([SampleFlows.connected])
        status.reconcile.lastPassTime = 100
        status.reconcile.pendingPruneTime = 130
        status.reconcile.pendingPruneFlows = ["stadium-a"]
        let text = StatusTable.render(status, style: .plain)
        #expect(text.contains("these end 30s after the last look: stadium-a\n"))
    }

    @Test("Colour is there only when asked for, and does not move columns")
    func color() {
        let status = SampleFlows.gateway([SampleFlows.connected, SampleFlows.stalled])
        let plain = StatusTable.render(status, style: .plain)
        let painted = StatusTable.render(status, style: TextStyle(usesColor: true))
        #expect(!plain.contains("\u{1b}"))
        #expect(painted.contains("\u{1b}[32mReady\u{1b}[0m"))
        #expect(painted.contains("\u{1b}[31mStalled\u{1b}[0m"))
        #expect(painted.replacing(/\u{1b}\[[0-9]+m/, with: "") == plain)
    }

    @Test(
        "Colour needs a terminal that can, and a user who did not refuse",
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
        ] as [(Bool, [String: String], Bool)]
    )
    func style(isTerminal: Bool, environment: [String: String], usesColor: Bool) {
        #expect(TextStyle(isTerminal: isTerminal, environment: environment).usesColor == usesColor)
    }

    @Test("Text of others cannot act on the terminal or break lines")
    func escaping() {
        var flow = SampleFlows.connected
        flow.inputs[0].legs[0].state = .waiting
        flow.inputs[0].legs[0].lastError = "bad\u{1b}[2J\nFLOW \u{202e}x"
        let text = StatusTable.render(SampleFlows.gateway([flow]), style: .plain)
        #expect(text.hasSuffix("bad\\u{1b}[2J\\nFLOW \\u{202e}x\n"))
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test("Long errors are cut")
    func long() {
        var flow = SampleFlows.unknown
        flow.outputs = [
            OutputStatus(
                name: "o",
                protocol: "udp",
                enabled: true,
                address: "",
                lastError: String(repeating: "x", count: 500)
            )
        ]
        let row = StatusTable.render(SampleFlows.gateway([flow]), style: .plain).split(separator: "\n")[1]
        #expect(row.hasSuffix("x…"))
        #expect(row.count < 200)
    }
}
