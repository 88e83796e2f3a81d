import FlowModel
import StatusViews

/// One flow in a list: what is shown of it, as exact as it is shown, so that a row changes only when a reader would
/// see it.
struct FlowRow: Hashable, Sendable, Encodable {
    var name: String
    var description: String?
    var file: String
    var state: String
    /// `INPUT/LEG` that feeds the outputs, and its peer.
    var activeLeg: String?
    var remote: String?
    /// In bit/s.
    var bitrate: Int64
    var maxBandwidth: Int64
    /// When the peer connected, in seconds since 1970.
    var connectedAt: Double?
    /// Packets lost on the active leg since then, in per cent; nil before anything came.
    var loss: Double?
    var conditions: [Condition]
    /// What keeps the flow, or a part of it, from running.
    var lastError: String?
    /// Protocols of the inputs and outputs, for the search.
    var protocols: [String]

    /// - Parameters:
    ///   - problem: the flow's file, when something is wrong with it.
    ///   - time: of the snapshot, in seconds since 1970.
    ///   - previous: the flow's row before this one.
    init(_ flow: FlowStatus, problem: FileStatus?, at time: Double, previous: FlowRow?) {
        let summary = FlowSummary(flow, problem: problem)
        name = flow.name
        description = flow.description
        file = flow.file
        state = summary.state.rawValue
        activeLeg = summary.activeLeg
        remote = summary.remote
        bitrate = Int64(Self.rounded(Double(flow.bitrate)))
        maxBandwidth = flow.maxBandwidth
        conditions = flow.conditions
        lastError = summary.lastError
        protocols = Set(flow.inputs.map(\.protocol) + flow.outputs.map(\.protocol)).sorted()
        loss = summary.counters.flatMap(Self.loss)
        connectedAt = summary.uptime.flatMap { uptime in
            guard uptime.isFinite else { return nil }
            let start = time - uptime
            // The two clocks are not read in the same moment.
            if let known = previous?.connectedAt, abs(known - start) < 1 { return known }
            return start.rounded()
        }
    }

    private static func loss(_ counters: StreamCounters) -> Double? {
        let lost = Double(counters.packetsLost)
        let expected = lost + Double(counters.packets)
        guard expected > 0 else { return nil }
        let percent = lost / expected * 100
        // Anything above nothing is shown as such.
        return percent > 0 ? max((percent * 100).rounded() / 100, 0.001) : 0
    }

    /// Three digits that count.
    static func rounded(_ value: Double) -> Double {
        guard value.isFinite, value > 0 else { return 0 }
        var unit = 1.0
        while value / unit >= 1_000, unit < 1e15 { unit *= 10 }
        while value / unit < 100, unit > 1e-4 { unit /= 10 }
        return (value / unit).rounded() * unit
    }
}

/// What a list says of the gateway itself.
struct GatewayHead: Hashable, Sendable, Encodable {
    /// Files with problems that are listed; `filesWithProblems` counts all.
    static let maximumFiles = 50
    /// Problems of one file that are listed.
    static let maximumProblems = 50

    var version: String
    /// Seconds since 1970; another one means that the gateway was started again.
    var startTime: Double
    var ready: Bool
    var listeners: [String: String]
    var files: [FileStatus]
    var filesWithProblems: Int
    /// When the deletion of all flows will be carried out, in seconds since 1970.
    var pendingPruneTime: Double?

    init(_ status: GatewayStatus) {
        version = status.version
        startTime = status.startTime
        ready = status.ready
        listeners = status.listeners
        let files = status.files.filter { !$0.problems.isEmpty }
        filesWithProblems = files.count
        self.files = files.prefix(Self.maximumFiles).map(Self.shortened)
        pendingPruneTime = status.reconcile.pendingPruneTime
    }

    var withoutFiles: GatewayHead {
        var head = self
        head.files = []
        return head
    }

    static func shortened(_ file: FileStatus) -> FileStatus {
        var file = file
        if file.problems.count > maximumProblems { file.problems.removeLast(file.problems.count - maximumProblems) }
        return file
    }
}

/// One flow with all that is known of it.
struct FlowDocument: Hashable, Sendable, Encodable {
    var row: FlowRow
    var flow: FlowStatus
    var file: FileStatus?
    /// The number of the newest event of this flow.
    var lastEventID: UInt64
    /// Without the files.
    var gateway: GatewayHead?
}
