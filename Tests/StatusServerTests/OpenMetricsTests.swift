import FlowModel
import Testing

@testable import StatusServer

struct OpenMetricsTests {
    @Test(
        "Label values are escaped",
        arguments: [
            ("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("ä{}=,#", "ä{}=,#"),
        ]
    )
    func escaping(raw: String, escaped: String) {
        var writer = OpenMetricsWriter()
        writer.begin(.init(name: "headgate_x", kind: .counter, help: "Two\nlines."))
        writer.sample([("flow", raw)], 7)
        #expect(
            writer.finished() == """
                # TYPE headgate_x counter
                # HELP headgate_x Two\\nlines.
                headgate_x_total{flow="\(escaped)"} 7
                # EOF

                """
        )
    }

    @Test("Numbers are written as the format has them")
    func numbers() {
        #expect(Double.nan.metricText == "NaN")
        #expect(Double.infinity.metricText == "+Inf")
        #expect((-Double.infinity).metricText == "-Inf")
        #expect(0.0245.metricText == "0.0245")
        #expect(UInt64.max.metricText == "18446744073709551615")
        #expect(true.metricText == "1")
    }

    @Test("A flow, its legs and outputs appear with their labels")
    func samples() {
        let text = GatewayMetrics.render(SampleStatus.gateway())
        let lines = [
            "headgate_build_info{version=\"0.1.0\"} 1",
            "headgate_ready 1",
            "headgate_flows{state=\"Ready\"} 1",
            "headgate_flows{state=\"NotReady\"} 2",
            "headgate_flow_info{flow=\"stadium-a\",hash=\"\(String(repeating: "a", count: 64))\"} 1",
            "headgate_flow_condition{flow=\"stadium-a\",type=\"Ready\"} 1",
            "headgate_flow_condition{flow=\"stadium-a\",type=\"Stalled\"} 0",
            "headgate_flow_over_bandwidth_packets_total{flow=\"stadium-a\"} 3",
            "headgate_leg_connected{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 1",
            "headgate_leg_bytes_total{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 1316000",
            "headgate_leg_lost_packets_total{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 2",
            "headgate_leg_round_trip_time_seconds{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 0.0245",
            "headgate_leg_ts_packets_total{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 7000",
            "headgate_output_peers{flow=\"stadium-a\",output=\"studio\"} 1",
            "headgate_output_connected{flow=\"bare\",output=\"out\"} 0",
            "headgate_refusals_total{reason=\"NotInAllowlist\"} 3",
            "headgate_invalid_files 0",
        ]
        let written = Set(text.split(separator: "\n").map(String.init))
        for line in lines { #expect(written.contains(line), "missing: \(line)") }
    }

    @Test("Nothing that a peer chose becomes a label")
    func peersAreNoLabels() {
        let text = GatewayMetrics.render(SampleStatus.gateway())
        for word in ["198.51.100.7", "192.0.2.7", "the peer went away", "connection refused"] {
            #expect(!text.contains(word))
        }
    }

    @Test("Reasons are bounded: odd ones and those beyond the limit count as Other")
    func boundedReasons() {
        var status = SampleStatus.gateway([])
        status.refusals = Dictionary(
            uniqueKeysWithValues: (0..<100).map { index in
                let letters = "\(UnicodeScalar(UInt8(65 + index / 26)))\(UnicodeScalar(UInt8(65 + index % 26)))"
                return ("Reason\(letters)", UInt64(1))
            }
        )
        status.refusals["not a word"] = 5
        let lines = GatewayMetrics.render(status).split(separator: "\n").filter {
            $0.hasPrefix("headgate_refusals_total")
        }
        #expect(lines.count == GatewayMetrics.maximumRefusalReasons + 1)
        #expect(lines.last == "headgate_refusals_total{reason=\"Other\"} 41")
    }

    @Test("Invalid files are counted, and the first hundred have their line")
    func invalidFiles() {
        var status = SampleStatus.gateway([])
        let problem = FileProblem(
            Diagnostic(file: "x", line: 9, column: 14, field: "name", message: "is wrong", rule: "schema/pattern")
        )
        status.files = (0..<150).map {
            FileStatus(path: "flows.d/\($0).yaml", diskHash: "", runningHash: "", valid: false, problems: [problem])
        }
        let lines = GatewayMetrics.render(status).split(separator: "\n")
        #expect(lines.contains("headgate_invalid_files 150"))
        #expect(lines.contains("headgate_file_first_error_line{file=\"flows.d/7.yaml\"} 9"))
        let samples = lines.filter { $0.hasPrefix("headgate_file_first_error_line{") }
        #expect(samples.count == GatewayMetrics.maximumInvalidFileSamples)
    }

    @Test(
        "The whole exposition keeps the format's rules",
        arguments: [[], [SampleStatus.fullFlow, SampleStatus.bareFlow]]
    )
    func wellFormed(flows: [FlowStatus]) throws {
        let checker = try ExpositionChecker(GatewayMetrics.render(SampleStatus.gateway(flows)))
        #expect(checker.families > 40)
        #expect(checker.problems == [])
    }
}

/// Reads an exposition back and holds it to OpenMetrics 1.0.
private struct ExpositionChecker {
    var problems: [String] = []
    var families = 0

    init(_ text: String) throws {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.popLast() == "")
        #expect(lines.popLast() == "# EOF")
        var seen: Set<Substring> = []
        var samples: Set<Substring> = []
        var name: Substring = ""
        var kind: Substring = ""
        for line in lines {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                (name, kind) = (words[2], words[3])
                families += 1
                if !seen.insert(name).inserted { problems.append("family twice: \(name)") }
            } else if line.hasPrefix("# UNIT ") {
                let words = line.split(separator: " ")
                if words[2] != name || !name.hasSuffix("_\(words[3])") { problems.append("unit: \(line)") }
            } else if line.hasPrefix("# HELP ") {
                if !line.hasPrefix("# HELP \(name) ") { problems.append("help: \(line)") }
            } else {
                let suffix = kind == "counter" ? "_total" : kind == "info" ? "_info" : ""
                let pattern = try Regex("\(name)\(suffix)(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\\})? [0-9.e+-]+")
                if line.wholeMatch(of: pattern) == nil { problems.append("sample of \(name): \(line)") }
                let identity = line.prefix { $0 != " " }
                if !samples.insert(identity).inserted { problems.append("sample twice: \(line)") }
            }
        }
    }
}
