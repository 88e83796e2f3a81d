import FlowModel

/// The families about a flow as a whole.
enum FlowMetrics {
    static func write(_ flows: [FlowStatus], to writer: inout OpenMetricsWriter) {
        writer.begin(
            .init(name: "headgate_flow", kind: .info, help: "Each flow with the hash of the file content that runs.")
        )
        for flow in flows { writer.sample([("flow", flow.name), ("hash", flow.runningHash)], 1) }

        gauge(flows, "generation", "Accepted changes of the flow's spec.", to: &writer) { Int64($0.generation) }
        gauge(flows, "observed_generation", "The generation that runs.", to: &writer) { Int64($0.observedGeneration) }
        gauge(flows, "suspended", "Whether the flow is kept from running.", to: &writer) { $0.suspended ? 1 : 0 }
        gauge(flows, "file_differs", "Whether the file on disk is not the one that runs.", to: &writer) {
            $0.diskHash == $0.runningHash ? 0 : 1
        }

        writer.begin(
            .init(name: "headgate_flow_condition", kind: .gauge, help: "1 while the condition is true, else 0.")
        )
        for flow in flows {
            for kind in [Condition.Kind.ready, .reconciling, .stalled] {
                writer.sample(
                    [("flow", flow.name), ("type", kind.rawValue)],
                    flow.condition(kind)?.status == .true
                )
            }
        }

        gauge(flows, "bitrate_bits_per_second", "What leaves the flow over the last second.", to: &writer, \.bitrate)
        gauge(flows, "max_bandwidth_bits_per_second", "The flow's cap.", to: &writer, \.maxBandwidth)
        counter(
            flows,
            "over_bandwidth_packets",
            "Packets dropped over the flow's cap.",
            to: &writer,
            \.packetsOverBandwidth
        )
        counter(flows, "switches", "Times that another leg took over.", to: &writer, \.switches)
    }

    private static func gauge(
        _ flows: [FlowStatus],
        _ name: String,
        _ help: String,
        to writer: inout OpenMetricsWriter,
        _ value: (FlowStatus) -> Int64
    ) {
        let unit = name.hasSuffix("bits_per_second") ? "bits_per_second" : nil
        writer.begin(.init(name: "headgate_flow_\(name)", kind: .gauge, unit: unit, help: help))
        for flow in flows { writer.sample([("flow", flow.name)], value(flow)) }
    }

    private static func counter(
        _ flows: [FlowStatus],
        _ name: String,
        _ help: String,
        to writer: inout OpenMetricsWriter,
        _ value: (FlowStatus) -> UInt64
    ) {
        writer.begin(.init(name: "headgate_flow_\(name)", kind: .counter, help: help))
        for flow in flows { writer.sample([("flow", flow.name)], value(flow)) }
    }
}
