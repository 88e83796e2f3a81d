import FlowModel

/// The families about the legs of inputs.
enum LegMetrics {
    private struct Row {
        var labels: MetricsWriter.Labels
        var leg: LegStatus
    }

    /// A counter of what `Value` says about a leg.
    private typealias Counter<Value> = (name: String, help: String, value: @Sendable (Value) -> UInt64)

    static func write(_ flows: [FlowStatus], to writer: inout MetricsWriter) {
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
        writer.begin(.rate("headgate_leg_rate", "What arrived over the last second."))
        for row in rows { writer.sample(row.labels, MetricsWriter.bytes(row.leg.bitrate)) }
        writeTimes(rows, to: &writer)
        for metric in StreamCounterMetric.all {
            writer.begin(
                .init(name: "headgate_leg_\(metric.name)", kind: .counter, unit: metric.unit, help: metric.help)
            )
            for row in rows { writer.sample(row.labels, metric.value(row.leg.counters)) }
        }
        write(transportStreamCounters, "ts", of: rows, to: &writer) { $0.transportStream }
        writer.begin(.rate("headgate_leg_ts_constant_rate", "Of the transport stream, while it does not change."))
        for row in rows {
            if let rate = row.leg.transportStream?.constantBitrate {
                writer.sample(row.labels, MetricsWriter.bytes(rate))
            }
        }
        write(mergeCounters, "merge", of: rows, to: &writer) { $0.merge }
    }

    private static func writeTimes(_ rows: [Row], to writer: inout MetricsWriter) {
        let times: [(name: String, help: String, milliseconds: (LegStatus) -> Double?)] = [
            (
                "round_trip_time", "The round-trip time to the peer, where the protocol measures it.",
                { $0.roundTripTimeMilliseconds }
            ),
            (
                "latency", "The latency that both sides of an SRT connection agreed on.",
                { $0.latency.map { Double($0.milliseconds) } }
            ),
            (
                "advised_latency", "What to set while the latency is too low.",
                { $0.latency?.advisedMilliseconds.map(Double.init) }
            ),
            ("merge_skew", "How far a merged leg is behind the other one.", { $0.merge?.skewMilliseconds }),
        ]
        for (name, help, milliseconds) in times {
            writer.begin(.seconds("headgate_leg_\(name)", help))
            for row in rows {
                if let value = milliseconds(row.leg) { writer.sample(row.labels, value / 1_000) }
            }
        }
    }

    private static func write<Value>(
        _ counters: [Counter<Value>],
        _ group: String,
        of rows: [Row],
        to writer: inout MetricsWriter,
        _ value: (LegStatus) -> Value?
    ) {
        for counter in counters {
            writer.begin(.init(name: "headgate_leg_\(group)_\(counter.name)", kind: .counter, help: counter.help))
            for row in rows {
                if let value = value(row.leg) { writer.sample(row.labels, counter.value(value)) }
            }
        }
    }

    private static let transportStreamCounters: [Counter<TransportStreamStatus>] = [
        ("packets", "Transport stream packets.", { $0.packets }),
        ("null_packets", "Transport stream packets that are padding.", { $0.nullPackets }),
        ("sync_losses", "TS_sync_loss, TR 101 290 1.1: two sync bytes in a row missing.", { $0.syncLosses }),
        ("sync_byte_errors", "Sync_byte_error, TR 101 290 1.2.", { $0.syncByteErrors }),
        ("pat_errors", "PAT_error_2, TR 101 290 1.3.a.", { $0.patErrors }),
        ("continuity_errors", "Continuity_count_error, TR 101 290 1.4.", { $0.continuityErrors }),
        ("pmt_errors", "PMT_error_2, TR 101 290 1.5.a.", { $0.pmtErrors }),
        ("pid_errors", "PID_error, TR 101 290 1.6: a stream that the PMT names is missing.", { $0.pidErrors }),
        ("transport_errors", "Transport_error, TR 101 290 2.1: marked by the sender.", { $0.transportErrors }),
        ("crc_errors", "CRC_error, TR 101 290 2.2: tables whose checksum was wrong.", { $0.crcErrors }),
        ("pcr_repetition_errors", "PCR_repetition_error, TR 101 290 2.3.a.", { $0.pcrRepetitionErrors }),
        (
            "pcr_discontinuity_errors", "PCR_discontinuity_indicator_error, TR 101 290 2.3.b.",
            { $0.pcrDiscontinuityErrors }
        ),
        (
            "pcr_accuracy_errors", "PCR_accuracy_error, TR 101 290 2.4, while the rate is constant.",
            { $0.pcrAccuracyErrors }
        ),
        ("pts_errors", "PTS_error, TR 101 290 2.5.", { $0.ptsErrors }),
        ("cat_errors", "CAT_error, TR 101 290 2.6.", { $0.catErrors }),
    ]

    private static let mergeCounters: [Counter<MergeStatus>] = [
        ("used_packets", "Packets that a merged leg brought first.", { $0.packetsUsed }),
        ("missing_packets", "Packets that only the other leg brought in time.", { $0.packetsMissing }),
        ("late_packets", "Packets that came after they had been given up.", { $0.packetsLate }),
    ]
}
