import FlowModel

/// The families about a flow as a whole.
enum FlowMetrics {
    static func write(_ flows: [FlowStatus], to writer: inout MetricsWriter) {
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
            for kind in Condition.Kind.allCases {
                writer.sample(
                    [("flow", flow.name), ("type", kind.rawValue)],
                    flow.condition(kind)?.status == .true
                )
            }
        }

        rate(flows, "rate", "What leaves the flow over the last second.", to: &writer, \.bitrate)
        rate(flows, "max_bandwidth", "The flow's cap.", to: &writer, \.maxBandwidth)
        counter(flows, "bytes", "What left the flow towards each output.", unit: "bytes", to: &writer, \.bytes)
        counter(flows, "packets", "Payloads or samples that left the flow towards each output.", to: &writer, \.packets)
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
        to writer: inout MetricsWriter,
        _ value: (FlowStatus) -> Int64
    ) {
        writer.begin(.init(name: "headgate_flow_\(name)", kind: .gauge, help: help))
        for flow in flows { writer.sample([("flow", flow.name)], value(flow)) }
    }

    private static func rate(
        _ flows: [FlowStatus],
        _ name: String,
        _ help: String,
        to writer: inout MetricsWriter,
        _ bitsPerSecond: (FlowStatus) -> Int64
    ) {
        writer.begin(.rate("headgate_flow_\(name)", help))
        for flow in flows { writer.sample([("flow", flow.name)], MetricsWriter.bytes(bitsPerSecond(flow))) }
    }

    private static func counter(
        _ flows: [FlowStatus],
        _ name: String,
        _ help: String,
        unit: String? = nil,
        to writer: inout MetricsWriter,
        _ value: (FlowStatus) -> UInt64
    ) {
        writer.begin(.init(name: "headgate_flow_\(name)", kind: .counter, unit: unit, help: help))
        for flow in flows { writer.sample([("flow", flow.name)], value(flow)) }
    }
}
