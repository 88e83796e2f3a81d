import FlowModel

/// The families about outputs.
enum OutputMetrics {
    private struct Row {
        var labels: MetricsWriter.Labels
        var output: OutputStatus
    }

    static func write(_ flows: [FlowStatus], to writer: inout MetricsWriter) {
        let rows = flows.flatMap { flow in
            flow.outputs.map { Row(labels: [("flow", flow.name), ("output", $0.name)], output: $0) }
        }
        writer.begin(.init(name: "headgate_output_connected", kind: .gauge, help: "Whether a receiver is there."))
        for row in rows { writer.sample(row.labels, row.output.state == .connected) }
        writer.begin(.init(name: "headgate_output_peers", kind: .gauge, help: "Receivers that are connected."))
        for row in rows { writer.sample(row.labels, row.output.peers.count) }
        writer.begin(.rate("headgate_output_rate", "What was sent over the last second."))
        for row in rows { writer.sample(row.labels, MetricsWriter.bytes(row.output.bitrate)) }
        for metric in StreamCounterMetric.all {
            writer.begin(
                .init(name: "headgate_output_\(metric.name)", kind: .counter, unit: metric.unit, help: metric.help)
            )
            for row in rows { writer.sample(row.labels, metric.value(row.output.counters)) }
        }
        writeTimes(rows, to: &writer)
    }

    /// The largest figure over an output's receivers: they come and go, and must not become labels.
    private static func writeTimes(_ rows: [Row], to writer: inout MetricsWriter) {
        let times: [(name: String, help: String, milliseconds: (PeerStatus) -> Double?)] = [
            (
                "round_trip_time", "The longest round-trip time to a receiver, where the protocol measures it.",
                { $0.roundTripTimeMilliseconds }
            ),
            ("latency", "The largest latency of an SRT receiver.", { $0.latency.map { Double($0.milliseconds) } }),
            (
                "advised_latency", "What to set while the latency is too low for a receiver.",
                { $0.latency?.advisedMilliseconds.map(Double.init) }
            ),
        ]
        for (name, help, milliseconds) in times {
            writer.begin(.seconds("headgate_output_\(name)", help))
            for row in rows {
                if let largest = row.output.peers.compactMap(milliseconds).max() {
                    writer.sample(row.labels, largest / 1_000)
                }
            }
        }
    }
}
