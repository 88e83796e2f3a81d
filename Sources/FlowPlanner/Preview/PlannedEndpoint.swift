public import FlowModel

/// Where an input or output that is yet to be made will listen, or what it will call.
public struct PlannedEndpoint: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable {
        case input
        case output
    }

    public var kind: Kind
    public var name: String
    /// As in the flow file: `srt`, `rtp`, `file`.
    public var `protocol`: String
    /// A clause for people, without secrets: `listens on UDP port 9000`.
    public var place: String

    public init(_ spec: InputSpec, flow: String) {
        kind = .input
        name = spec.name
        `protocol` = spec.source.protocolName
        place = spec.source.place(flow: flow, name: spec.name)
    }

    public init(_ spec: OutputSpec, flow: String) {
        kind = .output
        name = spec.name
        `protocol` = spec.destination.protocolName
        place = spec.destination.place(flow: flow, name: spec.name)
    }
}

extension FlowSpec {
    /// Of what runs once the flow is created.
    public var plannedEndpoints: [PlannedEndpoint] {
        activeInputs.map { PlannedEndpoint($0, flow: name) } + activeOutputs.map { PlannedEndpoint($0, flow: name) }
    }

    /// Why a flow that is created has no endpoints.
    public var suspensionNote: String? { isSuspended ? "suspended: nothing of it runs" : nil }
}

extension InputSource {
    fileprivate func place(flow: String, name: String) -> String {
        switch self {
        case .rtmp(let input):
            return "listens on the RTMP port" + (input.failover ? ", two keys" : "")
        case .rtmpPull(let input):
            return "plays from \(server(of: input.source))"
        case .srtListener(let input):
            let second = input.port.flatMap { input.failover ? $0.adding(1) : nil }
            return srtPlace(port: input.port, second: second, streamID: input.streamID ?? "\(flow)/\(name)")
        case .srtCaller(let input):
            return "calls \(hostAndPort(input.host, input.port))"
        case .rtp(let input):
            guard let port = input.port else { return "listens on a UDP port of the port range" }
            let second = input.failover ? port.adding(input.backupPortOffset) : nil
            return udpPlace(port: port, second: second) + (input.group.map { " of group \($0)" } ?? "")
        case .rtsp:
            return "listens on the RTSP port"
        case .rtspPull(let input):
            return "plays from \(server(of: input.source))"
        case .file(let input):
            switch input.path {
            case .file(let path): return "plays \(path)"
            case .builtin(let name): return "plays builtin:\(name)"
            }
        }
    }
}

extension OutputDestination {
    fileprivate func place(flow: String, name: String) -> String {
        switch self {
        case .srtListener(let output):
            srtPlace(port: output.port, second: nil, streamID: output.streamID ?? "\(flow)/\(name)")
        case .srtCaller(let output): "calls \(hostAndPort(output.host, output.port))"
        case .rtmp: "is played from the RTMP port"
        case .rtmpPush(let output): "publishes to \(server(of: output.url))"
        case .rtp(let output), .udp(let output): "sends to \(hostAndPort(output.host, output.port))"
        case .rtsp: "is played from the RTSP port"
        case .rtspPush(let output): "publishes to \(server(of: output.url))"
        case .hls: "is served over HTTP"
        case .record(let output): "writes \(output.path)"
        }
    }
}

private func srtPlace(port: UInt16?, second: UInt16?, streamID: String) -> String {
    guard let port else { return "listens on the shared SRT port, stream ID \(streamID)" }
    return udpPlace(port: port, second: second)
}

private func udpPlace(port: UInt16, second: UInt16?) -> String {
    second.map { "listens on UDP ports \(port) and \($0)" } ?? "listens on UDP port \(port)"
}

/// The server of a URL: its path and query may hold a key.
private func server(of url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return String(url[..<authority.endIndex])
}

private func hostAndPort(_ host: String, _ port: UInt16) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}

extension UInt16 {
    /// Nil past the last port.
    fileprivate func adding(_ offset: UInt16) -> UInt16? {
        let (sum, overflow) = addingReportingOverflow(offset)
        return overflow ? nil : sum
    }
}
