import FlowModel

extension Condition {
    /// What the flow's connections say of their latency; nil while it is long enough for all of them.
    ///
    /// - Parameters:
    ///   - previous: the same condition before, whose time stays.
    ///   - now: seconds since 1970.
    init?(latencyIn report: FlowReport, previous: Condition?, now: Double) {
        let complaints = Self.complaints(in: report)
        guard let worst = complaints.max(by: { $0.advised < $1.advised }) else { return nil }
        let others = complaints.count > 1 ? " (and \(complaints.count - 1) more)" : ""
        let since = complaints.map(\.seconds).max() ?? 0
        self.init(
            type: .latencyTooLow,
            status: .true,
            reason: "LatencyTooLow",
            message: "\(worst.component): the latency of \(worst.latency) ms is below three round trips; "
                + "set latency: \(worst.advised)ms\(others)",
            lastTransitionTime: previous?.lastTransitionTime ?? now - since
        )
    }

    private struct Complaint {
        let component: String
        let latency: Int
        let advised: Int
        let seconds: Double

        init?(_ component: String, _ latency: LatencyStatus?) {
            guard let latency, let advised = latency.advisedMilliseconds else { return nil }
            self.component = component
            self.latency = latency.milliseconds
            self.advised = advised
            seconds = latency.tooLowForSeconds ?? 0
        }
    }

    private static func complaints(in report: FlowReport) -> [Complaint] {
        let inputs = report.inputs.flatMap { input in
            input.legs.compactMap { Complaint("input \(input.name)/\($0.name)", $0.latency) }
        }
        let outputs = report.outputs.flatMap { output in
            output.peers.compactMap { Complaint("output \(output.name)", $0.latency) }
        }
        return inputs + outputs
    }
}
