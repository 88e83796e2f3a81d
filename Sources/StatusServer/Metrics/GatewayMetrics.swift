import FlowModel

/// The snapshot as metrics. Labels come from the flow files and from fixed words only, never from a peer.
enum GatewayMetrics {
    /// Invalid files that get a sample each; the count covers all.
    static let maximumInvalidFileSamples = 100
    /// Reasons that get a sample each; the rest counts as `Other`.
    static let maximumRefusalReasons = 64

    static func render(_ status: GatewayStatus, _ format: MetricsFormat) -> String {
        var writer = MetricsWriter(format)
        writeGateway(status, to: &writer)
        writeFiles(status.files, to: &writer)
        writeReconcile(status.reconcile, to: &writer)
        writeRefusals(status.refusals, to: &writer)
        FlowMetrics.write(status.flows, to: &writer)
        LegMetrics.write(status.flows, to: &writer)
        OutputMetrics.write(status.flows, to: &writer)
        return writer.finished()
    }

    private static func writeGateway(_ status: GatewayStatus, to writer: inout MetricsWriter) {
        writer.begin(.init(name: "headgate_build", kind: .info, help: "The version that runs."))
        writer.sample([("version", status.version)], 1)
        writer.begin(
            .init(name: "headgate_start_time_seconds", kind: .gauge, unit: "seconds", help: "When the gateway started.")
        )
        writer.sample(status.startTime)
        writer.begin(
            .init(name: "headgate_ready", kind: .gauge, help: "Whether all that the files ask for was applied once.")
        )
        writer.sample(status.ready)
        writer.begin(.init(name: "headgate_flows", kind: .gauge, help: "Flows by state."))
        let suspended = status.flows.count { $0.suspended }
        let ready = status.flows.count { !$0.suspended && $0.isReady }
        writer.sample([("state", "Ready")], ready)
        writer.sample([("state", "NotReady")], status.flows.count - suspended - ready)
        writer.sample([("state", "Suspended")], suspended)
    }

    private static func writeFiles(_ files: [FileStatus], to writer: inout MetricsWriter) {
        let invalid = files.filter { !$0.valid }
        writer.begin(.init(name: "headgate_files", kind: .gauge, help: "Flow files that were read."))
        writer.sample(files.count)
        writer.begin(.init(name: "headgate_invalid_files", kind: .gauge, help: "Flow files with an error."))
        writer.sample(invalid.count)
        writer.begin(
            .init(
                name: "headgate_file_first_error_line",
                kind: .gauge,
                help: "For each invalid file the line of its first error; 0 for the file as a whole."
            )
        )
        for file in invalid.prefix(maximumInvalidFileSamples) {
            writer.sample([("file", file.path)], file.problems.first { $0.severity == .error }?.line ?? 0)
        }
    }

    private static func writeReconcile(_ reconcile: ReconcileStatus, to writer: inout MetricsWriter) {
        writer.begin(.init(name: "headgate_reconcile_passes", kind: .counter, help: "Passes of the reconciler."))
        writer.sample(reconcile.passes)
        writer.begin(
            .init(
                name: "headgate_reconcile_failed_passes",
                kind: .counter,
                help: "Passes that could not read the directory or saw an invalid file."
            )
        )
        writer.sample(reconcile.failedPasses)
        let times: [(name: String, help: String, value: Double)] = [
            ("last_duration_seconds", "How long the last pass took.", reconcile.lastDurationSeconds),
            ("last_pass_timestamp_seconds", "When the last pass ended.", reconcile.lastPassTime),
            (
                "last_success_timestamp_seconds", "When the last pass without a problem ended.",
                reconcile.lastSuccessTime
            ),
        ]
        for (name, help, value) in times {
            writer.begin(.init(name: "headgate_reconcile_\(name)", kind: .gauge, unit: "seconds", help: help))
            writer.sample(value)
        }
        writer.begin(
            .init(
                name: "headgate_reconcile_last_pass_successful",
                kind: .gauge,
                help: "Whether the last pass read the directory without a problem."
            )
        )
        writer.sample(reconcile.passes > 0 && reconcile.lastSuccessTime == reconcile.lastPassTime)
        writer.begin(
            .init(
                name: "headgate_reconcile_pending_prune_flows",
                kind: .gauge,
                help: "Flows whose deletion waits for confirmation."
            )
        )
        writer.sample(reconcile.pendingPruneFlows.count)
    }

    private static func writeRefusals(_ refusals: [String: UInt64], to writer: inout MetricsWriter) {
        writer.begin(.init(name: "headgate_refusals", kind: .counter, help: "Peers that were refused, by reason."))
        var other: UInt64 = 0
        var written = 0
        for (reason, count) in refusals.sorted(by: { $0.key < $1.key }) {
            if isReason(reason), written < maximumRefusalReasons {
                writer.sample([("reason", reason)], count)
                written += 1
            } else {
                other &+= count
            }
        }
        if other > 0 { writer.sample([("reason", "Other")], other) }
    }

    /// One CamelCase word.
    private static func isReason(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text != "Other"
            && text.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }
    }
}
