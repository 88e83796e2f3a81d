import FlowModel
import MessageText

/// Who owns what, over all files that were accepted so far.
struct ClaimRegistry {
    private struct FlowPlace {
        var file: String
        var position: SourcePosition
    }

    /// What a file claims as far as it was checked.
    private struct FileTrial {
        var diagnostics: [Diagnostic] = []
        var flows: [String: FlowPlace] = [:]
        var table = ClaimTable()
        /// In bit/s.
        var bandwidth: Int64 = 0
    }

    private let capacity: BitRate?
    /// What the caps of the flows sum up to, in bit/s.
    private var bandwidth: Int64 = 0
    private var flows: [String: FlowPlace] = [:]
    private var table = ClaimTable()

    init(gateway: GatewayPorts, capacity: BitRate? = nil) {
        self.capacity = capacity
        // Of the gateway's own ports only SRT's is UDP, and flows claim no TCP ports: what they serve over TCP goes
        // through the gateway's.
        if let srt = gateway.srt {
            let owner = ClaimTable.Owner(endpoint: nil, purpose: "the gateway's shared SRT port")
            table.add(.udpPort(srt, group: nil), owner)
        }
    }

    /// Takes a file's claims if none is taken; else returns what collides and takes nothing.
    ///
    /// - Parameter isEstablished: of a file that was accepted before: the capacity is not checked again.
    mutating func accept(_ file: LoadedFile, isEstablished: Bool = false) -> [Diagnostic] {
        var trial = FileTrial()
        for flow in file.flows {
            checkName(flow, file.path, &trial)
            checkClaims(flow, file.path, &trial)
            checkBandwidth(flow, file.path, isEstablished ? nil : capacity, &trial)
        }
        guard trial.diagnostics.isEmpty else { return trial.diagnostics }
        flows.merge(trial.flows) { first, _ in first }
        for claim in trial.table.claims { table.add(claim) }
        bandwidth = Self.sum(bandwidth, trial.bandwidth)
        return []
    }

    private func checkName(_ flow: LoadedFlow, _ file: String, _ trial: inout FileTrial) {
        let name = flow.spec.name
        guard let owner = flows[name] ?? trial.flows[name] else {
            trial.flows[name] = FlowPlace(file: file, position: flow.namePosition)
            return
        }
        trial.diagnostics.append(
            Diagnostic(
                file: file,
                line: flow.namePosition.line,
                column: flow.namePosition.column,
                field: "name",
                message: "the flow name \(name) is taken by \(Self.text(owner.file, owner.position))",
                rule: "directory/duplicate-name"
            )
        )
    }

    private func checkClaims(_ flow: LoadedFlow, _ file: String, _ trial: inout FileTrial) {
        // One message for each pair of endpoints: two RTP inputs on one port collide with their RTCP ports as well.
        var reported: Set<String> = []
        for claim in flow.claims(file: file) {
            guard let owner = table.owner(of: claim.resource) ?? trial.table.owner(of: claim.resource) else {
                trial.table.add(claim)
                continue
            }
            let (whole, endpoint) = Self.text(owner, of: claim.resource)
            guard reported.insert("\(claim.endpoint.kind)\(claim.endpoint.index) \(endpoint)").inserted else {
                continue
            }
            trial.diagnostics.append(Self.diagnostic(claim, whole))
        }
    }

    private func checkBandwidth(
        _ flow: LoadedFlow,
        _ file: String,
        _ capacity: BitRate?,
        _ trial: inout FileTrial
    ) {
        guard !flow.spec.isSuspended else { return }
        let taken = Self.sum(bandwidth, trial.bandwidth)
        let asked = flow.spec.maxBandwidth
        guard let capacity, Self.sum(taken, asked.bitsPerSecond) > capacity.bitsPerSecond else {
            trial.bandwidth = Self.sum(trial.bandwidth, asked.bitsPerSecond)
            return
        }
        let rest = BitRate(bitsPerSecond: max(0, capacity.bitsPerSecond - taken))
        let position = flow.bandwidthPosition
        trial.diagnostics.append(
            Diagnostic(
                file: file,
                line: position.line,
                column: position.column,
                field: "maxBandwidth",
                message: "\(asked) is more than the \(rest) that other flows leave of the capacity of \(capacity)",
                rule: "directory/over-capacity"
            )
        )
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    private static func diagnostic(_ claim: Claim, _ owner: String) -> Diagnostic {
        let position = claim.endpoint.position(of: claim.resource)
        let purpose = claim.purpose.isEmpty ? "" : " (\(claim.purpose))"
        let (subject, rule) =
            switch claim.resource {
            case .udpPort(let port, nil): ("UDP port \(port)", "directory/port-conflict")
            case .udpPort(let port, let group?): ("UDP port \(port) of group \(group)", "directory/port-conflict")
            case .streamID(let streamID):
                ("the stream ID \(streamID.escapedForMessage(limit: 512))", "directory/duplicate-stream-id")
            case .rtspPath: ("this RTSP path", "directory/duplicate-path")
            case .recordPath: ("this path", "directory/duplicate-path")
            }
        return Diagnostic(
            file: claim.endpoint.file,
            line: position.line,
            column: position.column,
            field: claim.endpoint.field(of: claim.resource),
            message: "\(subject)\(purpose) is taken by \(owner)",
            rule: rule
        )
    }

    private static func text(_ owner: ClaimTable.Owner, of resource: Claim.Resource) -> (
        whole: String, endpoint: String
    ) {
        guard let endpoint = owner.endpoint else { return (owner.purpose, owner.purpose) }
        let place = text(endpoint.file, endpoint.position(of: resource))
        let name = "\(endpoint.kind) \(endpoint.name) of flow \(endpoint.flow) (\(place))"
        return (owner.purpose.isEmpty ? name : "the \(owner.purpose) of \(name)", name)
    }

    private static func text(_ file: String, _ position: SourcePosition) -> String {
        let file = file.escapedForOneLine
        return position == .unknown ? file : "\(file):\(position.line):\(position.column)"
    }
}
