import FlowModel
import NetworkAddress

/// Something that one input or output wants for itself.
struct Claim {
    enum Resource: Hashable {
        /// On every address, or on one multicast group.
        case udpPort(UInt16, group: IPAddress?)
        /// On the shared SRT port.
        case streamID(String)
        /// Below the RTSP port, where publishers go.
        case rtspPath(String)
        /// A file name that segments are written to.
        case recordPath(String)
    }

    var resource: Resource
    /// What of the endpoint wants it, `RTCP`; empty for its main address.
    var purpose = ""
    var endpoint: ClaimingEndpoint
}

/// The input or output that makes a claim, and where it says so.
struct ClaimingEndpoint {
    /// `input` or `output`.
    var kind: String
    var index: Int
    var name: String
    var flow: String
    var file: String
    var positions: LoadedFlow.EndpointPositions

    func position(of resource: Claim.Resource) -> SourcePosition {
        switch resource {
        case .udpPort: positions.port ?? positions.start
        case .streamID: positions.streamID ?? positions.start
        case .rtspPath: positions.start
        case .recordPath: positions.path ?? positions.start
        }
    }

    func field(of resource: Claim.Resource) -> String {
        let path = "\(kind)s[\(index)]"
        return switch resource {
        case .udpPort: "\(path).port"
        case .streamID: positions.streamID == nil ? path : "\(path).streamId"
        case .rtspPath: path
        case .recordPath: "\(path).path"
        }
    }
}

extension LoadedFlow {
    /// What the flow's inputs and outputs want; nothing while it is suspended.
    func claims(file: String) -> [Claim] {
        guard !spec.isSuspended else { return [] }
        var claims: [Claim] = []
        for (index, input) in spec.inputs.enumerated() where input.isEnabled {
            let endpoint = endpoint("input", index, input.name, inputPositions, file)
            claims += Self.claims(of: input, endpoint)
        }
        for (index, output) in spec.outputs.enumerated() where output.isEnabled {
            let endpoint = endpoint("output", index, output.name, outputPositions, file)
            claims += Self.claims(of: output, endpoint)
        }
        return claims
    }

    private func endpoint(
        _ kind: String,
        _ index: Int,
        _ name: String,
        _ positions: [EndpointPositions],
        _ file: String
    ) -> ClaimingEndpoint {
        ClaimingEndpoint(
            kind: kind,
            index: index,
            name: name,
            flow: spec.name,
            file: file,
            positions: positions.indices.contains(index) ? positions[index] : EndpointPositions(start: position)
        )
    }

    private static func claims(of input: InputSpec, _ endpoint: ClaimingEndpoint) -> [Claim] {
        switch input.source {
        case .srtListener(let source):
            if let port = source.port {
                return udp(port, nil, [(0, "")] + (source.failover ? [(1, "second leg")] : []), endpoint)
            }
            let streamID = source.streamID ?? "\(endpoint.flow)/\(endpoint.name)"
            let main = Claim(resource: .streamID(streamID), endpoint: endpoint)
            guard source.failover else { return [main] }
            let backup = Claim.Resource.streamID("\(streamID)-backup")
            return [main, Claim(resource: backup, purpose: "second leg", endpoint: endpoint)]
        case .rtp(let source):
            guard let port = source.port else { return [] }
            var uses: [(UInt16, String)] = [(0, ""), (1, "RTCP")]
            let fec: [(UInt16, String)] =
                source.fec == .none
                ? [] : [(RTPInput.columnPortOffset, "column FEC"), (RTPInput.rowPortOffset, "row FEC")]
            uses += fec
            if source.failover {
                let offset = source.backupPortOffset
                uses += [(offset, "second leg"), (offset + 1, "RTCP of the second leg")]
                uses += fec.map { ($0.0 + offset, "\($0.1) of the second leg") }
            }
            return udp(port, source.group, uses, endpoint)
        case .rtsp(let source):
            let path = "\(endpoint.flow)/\(endpoint.name)"
            let main = Claim(resource: .rtspPath(path), endpoint: endpoint)
            guard source.failover else { return [main] }
            let backup = Claim.Resource.rtspPath(path + RTSPInput.backupPathSuffix)
            return [main, Claim(resource: backup, purpose: "second leg", endpoint: endpoint)]
        case .rtmp, .rtmpPull, .srtCaller, .rtspPull, .file:
            return []
        }
    }

    private static func claims(of output: OutputSpec, _ endpoint: ClaimingEndpoint) -> [Claim] {
        switch output.destination {
        case .srtListener(let destination):
            if let port = destination.port { return udp(port, nil, [(0, "")], endpoint) }
            let streamID = destination.streamID ?? "\(endpoint.flow)/\(endpoint.name)"
            return [Claim(resource: .streamID(streamID), endpoint: endpoint)]
        case .record(let destination):
            return [Claim(resource: .recordPath(destination.path), endpoint: endpoint)]
        case .srtCaller, .rtmp, .rtmpPush, .rtp, .udp, .rtsp, .rtspPush, .hls:
            return []
        }
    }

    /// Ports from `port` on; those past 65535 do not exist and are left out.
    private static func udp(
        _ port: UInt16,
        _ group: IPAddress?,
        _ uses: [(offset: UInt16, purpose: String)],
        _ endpoint: ClaimingEndpoint
    ) -> [Claim] {
        uses.compactMap { use in
            let (sum, overflow) = port.addingReportingOverflow(use.offset)
            guard !overflow else { return nil }
            return Claim(resource: .udpPort(sum, group: group), purpose: use.purpose, endpoint: endpoint)
        }
    }
}
