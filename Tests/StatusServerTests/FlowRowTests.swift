import FlowModel
import Testing

@testable import StatusServer

struct FlowRowTests {
    private static func row(_ flow: FlowStatus, at time: Double = 1_000, previous: FlowRow? = nil) -> FlowRow {
        FlowRow(flow, problem: nil, at: time, previous: previous)
    }

    @Test("A row has what a list shows")
    func content() {
        let row = Self.row(SampleStatus.fullFlow)
        #expect(row.name == "stadium-a" && row.state == "Ready" && row.activeLeg == "venue/main")
        #expect(row.remote == "198.51.100.7:51234" && row.bitrate == 5_000_000 && row.maxBandwidth == 20_000_000)
        #expect(row.protocols == ["srt"])
        #expect(row.loss == 0.2)
        #expect(row.connectedAt == 988)
    }

    @Test("What is not there is left out")
    func empty() {
        let row = Self.row(SampleStatus.emptyFlow)
        #expect(row.activeLeg == nil && row.loss == nil && row.connectedAt == nil && row.protocols.isEmpty)
    }

    @Test("Changes that nobody would see are none")
    func steadiness() {
        var flow = SampleStatus.fullFlow
        let first = Self.row(flow)
        flow.bitrate += 3_000
        flow.inputs[0].legs[0].uptime = 13.4
        flow.inputs[0].legs[0].counters.packets += 1
        #expect(Self.row(flow, at: 1_001, previous: first) == first)
        flow.inputs[0].legs[0].uptime = 1
        #expect(Self.row(flow, at: 1_002, previous: first).connectedAt == 1_001)
    }

    @Test(
        "Numbers have three digits that count",
        arguments: [
            (0, 0), (-5, 0), (Double.nan, 0), (.infinity, 0), (7, 7), (1_234, 1_230), (999_600, 1_000_000),
            (123_456_789, 123_000_000), (0.123456, 0.123),
        ]
    )
    func rounding(value: Double, shown: Double) {
        #expect(abs(FlowRow.rounded(value) - shown) < max(shown * 1e-9, 1e-12))
    }

    @Test("A gateway with many broken files lists some and counts all")
    func manyProblems() {
        var status = SampleStatus.gateway()
        let problem = FileProblem(Diagnostic(file: "x.yaml", line: 1, column: 1, message: "bad", rule: "r"))
        status.files = (0..<200).map {
            FileStatus(
                path: "\($0).yaml",
                diskHash: "",
                runningHash: "",
                valid: false,
                problems: Array(repeating: problem, count: 200)
            )
        }
        let head = GatewayHead(status)
        #expect(head.filesWithProblems == 200)
        #expect(head.files.count == GatewayHead.maximumFiles)
        #expect(head.files.allSatisfy { $0.problems.count == GatewayHead.maximumProblems })
        #expect(head.withoutFiles.files.isEmpty && head.withoutFiles.filesWithProblems == 200)
    }
}
