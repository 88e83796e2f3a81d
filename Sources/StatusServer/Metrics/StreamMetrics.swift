import FlowModel

/// One counter of a leg or an output, and how it is called as a metric.
struct StreamCounterMetric {
    var name: String
    var unit: String?
    var help: String
    var value: @Sendable (StreamCounters) -> UInt64

    static let all: [StreamCounterMetric] = [
        .init(name: "bytes", unit: "bytes", help: "Payload bytes.") { $0.bytes },
        .init(name: "packets", help: "Packets.") { $0.packets },
        .init(name: "lost_packets", help: "Packets lost on the way and not recovered.") { $0.packetsLost },
        .init(name: "retransmitted_packets", help: "Packets sent again.") { $0.packetsRetransmitted },
        .init(name: "dropped_packets", help: "Packets that the gateway dropped: late, over a cap, a full queue.") {
            $0.packetsDropped
        },
        .init(name: "duplicated_packets", help: "Packets that came more than once.") { $0.packetsDuplicated },
        .init(name: "reordered_packets", help: "Packets that came out of order.") { $0.packetsReordered },
        .init(name: "refused_packets", help: "Datagrams of the wrong kind or from the wrong address.") {
            $0.packetsRefused
        },
        .init(name: "reconnects", help: "Times that the peer changed or came back.") { $0.reconnects },
    ]
}

/// The families about the legs of inputs.
enum LegMetrics {
    private struct Row {
        var labels: OpenMetricsWriter.Labels
        var leg: LegStatus
    }

    static func write(_ flows: [FlowStatus], to writer: inout OpenMetricsWriter) {
        let rows = flows.flatMap { flow in
            flow.inputs.flatMap { input in
                input.legs.map { leg in
                    Row(labels: [("flow", flow.name), ("input", input.name), ("leg", leg.name)], leg: leg)
                }
            }
        }
        writer.begin(.init(name: "headgate_leg_connected", kind: .gauge, help: "Whether media or a peer is there."))
        for row in rows { writer.sample(row.labels, row.leg.state == .connected) }
        writer.begin(.init(name: "headgate_leg_active", kind: .gauge, help: "Whether the leg feeds the outputs."))
        for row in rows { writer.sample(row.labels, row.leg.active) }
        writer.begin(
            .init(
                name: "headgate_leg_bitrate_bits_per_second",
                kind: .gauge,
                unit: "bits_per_second",
                help: "What arrived over the last second."
            )
        )
        for row in rows { writer.sample(row.labels, row.leg.bitrate) }
        writer.begin(
            .init(
                name: "headgate_leg_round_trip_time_seconds",
                kind: .gauge,
                unit: "seconds",
                help: "The round-trip time to the peer, where the protocol measures it."
            )
        )
        for row in rows {
            if let milliseconds = row.leg.roundTripTimeMilliseconds { writer.sample(row.labels, milliseconds / 1_000) }
        }
        for metric in StreamCounterMetric.all {
            writer.begin(
                .init(name: "headgate_leg_\(metric.name)", kind: .counter, unit: metric.unit, help: metric.help)
            )
            for row in rows { writer.sample(row.labels, metric.value(row.leg.counters)) }
        }
        for metric in transportStreamMetrics {
            writer.begin(.init(name: "headgate_leg_ts_\(metric.name)", kind: .counter, help: metric.help))
            for row in rows {
                if let stream = row.leg.transportStream { writer.sample(row.labels, metric.value(stream)) }
            }
        }
    }

    private static let transportStreamMetrics:
        [(name: String, help: String, value: @Sendable (TransportStreamStatus) -> UInt64)] = [
            ("packets", "Transport stream packets.", { $0.packets }),
            ("null_packets", "Transport stream packets that are padding.", { $0.nullPackets }),
            ("continuity_errors", "Gaps in continuity counters.", { $0.continuityErrors }),
            ("sync_losses", "Times that the sync byte was missing.", { $0.syncLosses }),
            ("transport_errors", "Packets marked as damaged by their sender.", { $0.transportErrors }),
            ("crc_errors", "Tables whose checksum was wrong.", { $0.crcErrors }),
        ]
}

/// The families about outputs.
enum OutputMetrics {
    private struct Row {
        var labels: OpenMetricsWriter.Labels
        var output: OutputStatus
    }

    static func write(_ flows: [FlowStatus], to writer: inout OpenMetricsWriter) {
        let rows = flows.flatMap { flow in
            flow.outputs.map { Row(labels: [("flow", flow.name), ("output", $0.name)], output: $0) }
        }
        writer.begin(.init(name: "headgate_output_connected", kind: .gauge, help: "Whether a receiver is there."))
        for row in rows { writer.sample(row.labels, row.output.state == .connected) }
        writer.begin(.init(name: "headgate_output_peers", kind: .gauge, help: "Receivers that are connected."))
        for row in rows { writer.sample(row.labels, row.output.peers.count) }
        writer.begin(
            .init(
                name: "headgate_output_bitrate_bits_per_second",
                kind: .gauge,
                unit: "bits_per_second",
                help: "What was sent over the last second."
            )
        )
        for row in rows { writer.sample(row.labels, row.output.bitrate) }
        for metric in StreamCounterMetric.all {
            writer.begin(
                .init(name: "headgate_output_\(metric.name)", kind: .counter, unit: metric.unit, help: metric.help)
            )
            for row in rows { writer.sample(row.labels, metric.value(row.output.counters)) }
        }
        writer.begin(
            .init(
                name: "headgate_output_round_trip_time_seconds",
                kind: .gauge,
                unit: "seconds",
                help: "The longest round-trip time to a receiver, where the protocol measures it."
            )
        )
        for row in rows {
            if let longest = row.output.peers.compactMap(\.roundTripTimeMilliseconds).max() {
                writer.sample(row.labels, longest / 1_000)
            }
        }
    }
}
