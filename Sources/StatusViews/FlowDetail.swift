public import FlowModel

/// Everything about one flow, with the addresses on lines of their own, ready to copy.
public struct FlowDetail {
    private let flow: FlowStatus
    private let file: FileStatus?
    private let style: TextStyle
    private var text = ""

    public static func render(_ flow: FlowStatus, files: [FileStatus], style: TextStyle) -> String {
        var view = FlowDetail(flow: flow, file: files.first { $0.path == flow.file }, style: style)
        view.writeHead()
        view.writeConditions()
        for input in flow.inputs { view.write(input) }
        for output in flow.outputs { view.write(output) }
        if let file = view.file { view.text += StatusTable.problems(of: [file], style) }
        return view.text
    }

    private init(flow: FlowStatus, file: FileStatus?, style: TextStyle) {
        self.flow = flow
        self.file = file
        self.style = style
    }

    private mutating func writeHead() {
        let summary = FlowSummary(flow, problem: file)
        line(0, "\(style.paint(flow.name.escapedForOneLine, .heading))  ", state: summary.state)
        if let description = flow.description { field(1, "description", description) }
        field(1, "file", flow.file)
        let generation =
            flow.generation == flow.observedGeneration
            ? "\(flow.generation)" : "\(flow.generation), running \(flow.observedGeneration)"
        field(1, "generation", generation)
        if flow.diskHash != flow.runningHash {
            field(1, "hash", "disk \(short(flow.diskHash)), running \(short(flow.runningHash))")
        }
        field(1, "bitrate", "\(Quantity.bitRate(flow.bitrate)) of \(Quantity.bitRate(flow.maxBandwidth))")
        if flow.packetsOverBandwidth > 0 { field(1, "over cap", "\(flow.packetsOverBandwidth) packets dropped") }
        field(1, "active", flow.activeLeg ?? "-")
        if flow.switches > 0 { field(1, "switches", "\(flow.switches)") }
    }

    private mutating func writeConditions() {
        heading("Conditions")
        for condition in flow.conditions {
            var sentence = "\(condition.reason)"
            if !condition.message.isEmpty { sentence += ": \(condition.message)" }
            field(1, "\(condition.type.rawValue)=\(condition.status.rawValue)", sentence)
        }
    }

    private mutating func write(_ input: InputStatus) {
        heading("Input \(input.name) (\(input.protocol)\(input.enabled ? "" : ", disabled"))")
        for leg in input.legs {
            line(1, "\(leg.name)  \(leg.state.rawValue)\(leg.active ? ", active" : "")")
            field(2, "address", leg.address)
            if let remote = leg.remote { field(2, "remote", remote) }
            if let uptime = leg.uptime { field(2, "uptime", Quantity.duration(seconds: uptime)) }
            if leg.bitrate > 0 { field(2, "bitrate", Quantity.bitRate(leg.bitrate)) }
            if let time = leg.roundTripTimeMilliseconds { field(2, "round trip", Quantity.milliseconds(time)) }
            if let latency = leg.latency { field(2, "latency", sentence(latency)) }
            write(leg.counters, indent: 2)
            if let stream = leg.transportStream { write(stream) }
            if let error = leg.lastError { field(2, "last error", error) }
        }
    }

    private mutating func write(_ stream: TransportStreamStatus) {
        for elementary in stream.streams {
            var sentence = "\(elementary.codec)"
            if elementary.bitrate > 0 { sentence += ", \(Quantity.bitRate(elementary.bitrate))" }
            if elementary.pid == stream.pcrPID { sentence += ", carries the clock" }
            field(2, "PID \(elementary.pid)", sentence)
        }
        if let rate = stream.constantBitrate { field(2, "mux rate", "\(Quantity.bitRate(rate)), constant") }
        let first: [(UInt64, String)] = [
            (stream.syncLosses, "sync losses"), (stream.syncByteErrors, "sync byte"), (stream.patErrors, "PAT"),
            (stream.continuityErrors, "continuity"), (stream.pmtErrors, "PMT"), (stream.pidErrors, "missing PID"),
        ]
        let second: [(UInt64, String)] = [
            (stream.transportErrors, "transport"), (stream.crcErrors, "checksum"),
            (stream.pcrRepetitionErrors, "PCR repetition"), (stream.pcrDiscontinuityErrors, "PCR discontinuity"),
            (stream.pcrAccuracyErrors, "PCR accuracy"), (stream.ptsErrors, "PTS"), (stream.catErrors, "CAT"),
        ]
        for (priority, faults) in [(1, first), (2, second)] {
            let found = faults.filter { $0.0 > 0 }.map { "\($0.1) \($0.0)" }
            if !found.isEmpty { field(2, "errors \(priority)", found.joined(separator: ", ")) }
        }
    }

    private mutating func write(_ output: OutputStatus) {
        heading(
            "Output \(output.name) (\(output.protocol)\(output.enabled ? "" : ", disabled"))  \(output.state.rawValue)"
        )
        field(1, "address", output.address)
        if output.bitrate > 0 { field(1, "bitrate", Quantity.bitRate(output.bitrate)) }
        write(output.counters, indent: 1)
        for peer in output.peers {
            var sentence = "\(Quantity.bitRate(peer.bitrate)), \(Quantity.duration(seconds: peer.uptime))"
            if let time = peer.roundTripTimeMilliseconds { sentence += ", round trip \(Quantity.milliseconds(time))" }
            if let latency = peer.latency { sentence += ", latency \(self.sentence(latency))" }
            if peer.counters.packetsLost > 0 { sentence += ", \(peer.counters.packetsLost) packets lost" }
            if peer.counters.packetsDropped > 0 { sentence += ", \(peer.counters.packetsDropped) packets dropped" }
            field(1, "peer \(peer.remote)", sentence)
        }
        if let error = output.lastError { field(1, "last error", error) }
    }

    private func sentence(_ latency: LatencyStatus) -> String {
        let advice = latency.advisedMilliseconds.map { " (too low, set \($0)ms)" } ?? ""
        return "\(latency.milliseconds) ms\(advice)"
    }

    /// Only what is not nought.
    private mutating func write(_ counters: StreamCounters, indent: Int) {
        guard counters.packets > 0 || counters.bytes > 0 || counters.packetsRefused > 0 else { return }
        let parts: [(UInt64, String)] = [
            (counters.packetsLost, "lost"), (counters.packetsRetransmitted, "retransmitted"),
            (counters.packetsRecovered, "recovered"),
            (counters.packetsDropped, "dropped"), (counters.packetsDuplicated, "duplicated"),
            (counters.packetsReordered, "reordered"), (counters.packetsRefused, "refused"),
        ]
        let others = parts.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
        field(indent, "packets", "\(counters.packets) (\(Quantity.bytes(counters.bytes)))\(others)")
        if counters.reconnects > 0 { field(indent, "reconnects", "\(counters.reconnects)") }
    }

    // MARK: Lines

    private static let fieldWidth = 12

    private mutating func heading(_ title: String) {
        text += "\n" + style.paint(title.escapedForOneLine, .heading) + "\n"
    }

    private mutating func field(_ indent: Int, _ name: String, _ value: String) {
        let name = name.escapedForOneLine
        let padding = String(repeating: " ", count: max(2, Self.fieldWidth - name.count))
        text += String(repeating: "  ", count: indent) + name + padding + value.escapedForOneLine + "\n"
    }

    private mutating func line(_ indent: Int, _ content: String) {
        text += String(repeating: "  ", count: indent) + content.escapedForOneLine + "\n"
    }

    /// The first line; its content is escaped and painted already.
    private mutating func line(_ indent: Int, _ content: String, state: FlowSummary.State) {
        text += content + style.paint(state.rawValue, state.tone) + "\n"
    }

    private func short(_ hash: String) -> String {
        hash.isEmpty ? "none" : String(hash.prefix(12))
    }
}
