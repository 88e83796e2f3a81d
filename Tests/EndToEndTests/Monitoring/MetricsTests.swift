import FlowModel
import Foundation
import HeadgateTestKit
import Testing

/// What `/metrics` says, as those understand it who read it: promtool, a Prometheus, the documents.
@Suite("Metrics", .shared)
struct MetricsTests {
    /// A gateway with flows that run, that wait, that are broken and that are parked.
    private static func startGateway(sending target: UInt16) async throws -> GatewayProcess {
        let gateway = try await GatewayProcess.start([
            "demo.yaml": FlowText.flow(
                "demo",
                maxBandwidth: "20Mbps",
                inputs: ["name: clip, protocol: file, path: \"builtin:demo\", loop: true"],
                outputs: ["name: out, protocol: udp, host: 127.0.0.1, port: \(target)"]
            ),
            "waiting.yaml": FlowText.srtInput("waiting", port: FreePorts.next(), "failover: true"),
            "parked.yaml": FlowText.flow(
                "parked",
                extra: ["suspend: true"],
                inputs: ["name: in, protocol: rtp, port: \(FreePorts.next())"]
            ),
            "broken.yaml": "apiVersion: headgate/v1\nname: broken\n",
        ])
        try await gateway.waitForFlow("demo", "streaming") { flow in
            flow.leg()?.transportStream.map { $0.packets > 0 } ?? false
        }
        return gateway
    }

    @Test("promtool has nothing to complain about, and Prometheus stores what it scrapes")
    func prometheus() async throws {
        let sink = try UDPSocket()
        let gateway = try await Self.startGateway(sending: sink.port)
        let text = try gateway.get("/metrics").text
        let check = try await ChildProcess.run("promtool", ["check", "metrics"], input: text)
        #expect(check.status == .code(0), "\(check.output)\(check.errorOutput)")
        #expect(check.output + check.errorOutput == "")

        let prometheus = try PrometheusServer(scraping: gateway.httpPort)
        let caps = try await prometheus.waitForSeries("headgate_flow_max_bandwidth_bytes_per_second * 8") {
            $0.count == 3
        }
        #expect(
            Dictionary(uniqueKeysWithValues: caps.map { ($0.metric["flow"] ?? "", $0.value) })
                == ["demo": 20_000_000, "waiting": 50_000_000, "parked": 50_000_000]
        )
        // A counter that grows, and an info, which are named differently in the two formats.
        let hash = try #require(try gateway.flow("demo")?.runningHash)
        let rates = try await prometheus.waitForSeries(
            "rate(headgate_leg_ts_packets_total{flow=\"demo\"}[30s]) * on (flow) group_left (hash) headgate_flow_info"
        ) { $0.first.map { $0.value > 0 } ?? false }
        #expect(rates.map(\.metric["hash"]) == [hash])
        let alerts = try await prometheus.waitForSeries("ALERTS{alertname=\"HeadgateInvalidFiles\"}") { !$0.isEmpty }
        #expect(alerts.first?.metric["alertstate"] == "pending")
    }

    @Test("Who asks for OpenMetrics gets it, with the same samples")
    func formats() async throws {
        let sink = try UDPSocket()
        let gateway = try await Self.startGateway(sending: sink.port)
        let headers = ["Accept": "application/openmetrics-text; version=1.0.0"]
        let open = try HTTPRequest.send("GET", "/metrics", port: gateway.httpPort, headers: headers).text
        #expect(open.hasSuffix("\n# EOF\n"))
        func names(_ text: String) -> Set<Substring> {
            Set(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " } })
        }
        #expect(names(open) == names(try gateway.get("/metrics").text))
    }

    @Test("docs/metrics.md explains exactly the metrics that there are")
    func documented() async throws {
        let gateway = try await GatewayProcess.start()
        let rendered = try gateway.get("/metrics").text.split(separator: "\n").compactMap { line in
            line.hasPrefix("# TYPE ") ? String(line.split(separator: " ")[2]) : nil
        }
        let documented = try Documents.metrics()
        #expect(Set(rendered).subtracting(documented) == [])
        #expect(Set(documented).subtracting(rendered) == [])
        #expect(documented.count == Set(documented).count && rendered.count == Set(rendered).count)
    }
}
