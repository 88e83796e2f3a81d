import FlowModel
import Testing

@testable import StatusServer

struct MetricsTests {
    @Test(
        "Label values are escaped",
        arguments: [
            ("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("ä{}=,#", "ä{}=,#"),
        ]
    )
    func escaping(raw: String, escaped: String) {
        var writer = MetricsWriter(.openMetrics)
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

    @Test("In Prometheus' own format infos are gauges, counters are named like their samples, and units are left out")
    func prometheusFormat() {
        var writer = MetricsWriter(.prometheus)
        writer.begin(.init(name: "headgate_x", kind: .info, help: "An info."))
        writer.sample([("version", "1")], 1)
        writer.begin(.init(name: "headgate_y_bytes", kind: .counter, unit: "bytes", help: "A counter."))
        writer.sample(7)
        #expect(
            writer.finished() == """
                # HELP headgate_x_info An info.
                # TYPE headgate_x_info gauge
                headgate_x_info{version="1"} 1
                # HELP headgate_y_bytes_total A counter.
                # TYPE headgate_y_bytes_total counter
                headgate_y_bytes_total 7

                """
        )
    }

    @Test(
        "OpenMetrics is for who asks for it",
        arguments: [
            (nil, .prometheus), ("*/*", .prometheus), ("text/plain", .prometheus),
            ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics),
            ("Application/OpenMetrics-Text", .openMetrics),
        ] as [(String?, MetricsFormat)]
    )
    func negotiation(accept: String?, format: MetricsFormat) {
        #expect(MetricsFormat(accept: accept) == format)
    }

    @Test("Both formats have the same samples, but for the numbers of neither")
    func sameSamples() {
        func samples(_ format: MetricsFormat) -> [Substring] {
            GatewayMetrics.render(SampleStatus.gateway(), format).split(separator: "\n").filter { !$0.hasPrefix("#") }
        }
        #expect(samples(.openMetrics) == samples(.prometheus))
        #expect(samples(.prometheus).count > 100)
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
        let text = GatewayMetrics.render(SampleStatus.gateway(), .openMetrics)
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
            "headgate_leg_ts_pat_errors_total{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 2",
            "headgate_leg_ts_cat_errors_total{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 9",
            "headgate_leg_ts_constant_rate_bytes_per_second{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 625000.0",
            "headgate_leg_rate_bytes_per_second{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 625000.0",
            "headgate_leg_latency_seconds{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 0.06",
            "headgate_leg_advised_latency_seconds{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 0.08",
            "headgate_leg_merge_missing_packets_total{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} 4",
            "headgate_leg_merge_skew_seconds{flow=\"stadium-a\",input=\"venue\",leg=\"main\"} -0.0025",
            "headgate_output_latency_seconds{flow=\"stadium-a\",output=\"studio\"} 0.12",
            "headgate_flow_bytes_total{flow=\"stadium-a\"} 1316000",
            "headgate_flow_max_bandwidth_bytes_per_second{flow=\"stadium-a\"} 2500000.0",
            "headgate_flow_condition{flow=\"stadium-a\",type=\"LatencyTooLow\"} 0",
            "headgate_output_peers{flow=\"stadium-a\",output=\"studio\"} 1",
            "headgate_output_connected{flow=\"bare\",output=\"out\"} 0",
            "headgate_refusals_total{reason=\"NotInAllowlist\"} 3",
            "headgate_invalid_files 0",
        ]
        let written = Set(text.split(separator: "\n").map(String.init))
        for line in lines { #expect(written.contains(line), "missing: \(line)") }
    }

    @Test("The last pass is told apart from the last good one")
    func reload() {
        func line(_ change: (inout ReconcileStatus) -> Void) -> String? {
            var status = SampleStatus.gateway([])
            change(&status.reconcile)
            return GatewayMetrics.render(status, .prometheus).split(separator: "\n").map(String.init)
                .first { $0.hasPrefix("headgate_reconcile_last_pass_successful ") }
        }
        #expect(line { _ in } == "headgate_reconcile_last_pass_successful 0")
        func passed(_ status: inout ReconcileStatus) {
            status.passes = 1
            status.lastPassTime = 5
            status.lastSuccessTime = 5
        }
        #expect(line(passed) == "headgate_reconcile_last_pass_successful 1")
        let failed = line { status in
            passed(&status)
            status.lastPassTime = 9
        }
        #expect(failed == "headgate_reconcile_last_pass_successful 0")
    }

    @Test("Nothing that a peer chose becomes a label")
    func peersAreNoLabels() {
        let text = GatewayMetrics.render(SampleStatus.gateway(), .openMetrics)
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
        let lines = GatewayMetrics.render(status, .openMetrics).split(separator: "\n").filter {
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
        let lines = GatewayMetrics.render(status, .openMetrics).split(separator: "\n")
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
        let checker = try ExpositionChecker(GatewayMetrics.render(SampleStatus.gateway(flows), .openMetrics))
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
