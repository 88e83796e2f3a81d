import FlowModel
import YAML

/// Decodes one member of `inputs`.
enum InputDecoder {
    static func decode(_ reader: MappingReader) -> InputSpec? {
        let name = reader.text("name")
        let description = reader.text("description")
        let isEnabled = reader.bool("enabled") ?? true
        guard let source = source(reader), let name else { return nil }
        return InputSpec(name: name, description: description, isEnabled: isEnabled, source: source)
    }

    private static func source(_ reader: MappingReader) -> InputSource? {
        switch reader.text("protocol") {
        case "rtmp": .rtmp(rtmp(reader.narrowed(to: "rtmpInput")))
        case "rtmp-pull": rtmpPull(reader.narrowed(to: "rtmpPullInput")).map(InputSource.rtmpPull)
        case "srt":
            if reader.text("mode") == "caller" {
                srtCaller(reader.narrowed(to: "srtCallerInput")).map(InputSource.srtCaller)
            } else {
                .srtListener(srtListener(reader.narrowed(to: "srtListenerInput")))
            }
        case "rtp": .rtp(rtp(reader.narrowed(to: "rtpInput")))
        case "rtsp": .rtsp(rtsp(reader.narrowed(to: "rtspInput")))
        case "rtsp-pull": rtspPull(reader.narrowed(to: "rtspPullInput")).map(InputSource.rtspPull)
        case "file": file(reader.narrowed(to: "fileInput")).map(InputSource.file)
        default: nil
        }
    }

    private static func rtmp(_ reader: MappingReader) -> RTMPInput {
        RTMPInput(
            streamKey: reader.secret("streamKey"),
            failover: reader.bool("failover") ?? false,
            allow: reader.allowlist()
        )
    }

    private static func rtmpPull(_ reader: MappingReader) -> RTMPPullInput? {
        let streamKey = reader.secret("streamKey")
        let standby: Standby = reader.choice("standby") ?? .hot
        return reader.url("source").map { RTMPPullInput(source: $0, streamKey: streamKey, standby: standby) }
    }

    private static func srtListener(_ reader: MappingReader) -> SRTListenerInput {
        _ = reader.text("mode")
        let defaults = SRTListenerInput()
        let input = SRTListenerInput(
            port: reader.port(),
            streamID: reader.text("streamId"),
            latency: reader.duration("latency", .latency) ?? defaults.latency,
            decryption: reader.encryption("decryption"),
            failover: reader.bool("failover") ?? defaults.failover,
            allow: reader.allowlist(),
            peerIdleTimeout: reader.duration("peerIdleTimeout", .idleTimeout) ?? defaults.peerIdleTimeout
        )
        if input.failover, input.port == .max {
            reader.refuse("port", "65535 leaves no port + 1 for the second leg", rule: "flow/port-range")
        }
        return input
    }

    private static func srtCaller(_ reader: MappingReader) -> SRTCallerInput? {
        _ = reader.text("mode")
        let host = reader.host()
        let port = reader.port()
        let streamID = reader.text("streamId")
        let latency = reader.duration("latency", .latency)
        let decryption = reader.encryption("decryption")
        let peerIdleTimeout = reader.duration("peerIdleTimeout", .idleTimeout)
        let standby: Standby = reader.choice("standby") ?? .hot
        guard let host, let port else { return nil }
        let defaults = SRTCallerInput(host: host, port: port)
        return SRTCallerInput(
            host: host,
            port: port,
            streamID: streamID,
            latency: latency ?? defaults.latency,
            decryption: decryption,
            peerIdleTimeout: peerIdleTimeout ?? defaults.peerIdleTimeout,
            standby: standby
        )
    }

    private static func rtp(_ reader: MappingReader) -> RTPInput {
        let defaults = RTPInput()
        let input = RTPInput(
            port: reader.port(),
            failover: reader.bool("failover") ?? defaults.failover,
            allow: reader.allowlist(),
            fec: reader.choice("fec") ?? defaults.fec,
            group: reader.multicastGroup("group"),
            interface: reader.text("interface"),
            idleTimeout: reader.duration("idleTimeout", .idleTimeout) ?? defaults.idleTimeout
        )
        let offset = input.lastPortOffset
        if let port = input.port, port > UInt16.max - offset {
            let purpose = input.fec == .none ? "the second leg" : input.failover ? "the second leg's FEC" : "FEC"
            reader.refuse("port", "\(port) leaves no port + \(offset) for \(purpose)", rule: "flow/port-range")
        }
        return input
    }

    private static func rtsp(_ reader: MappingReader) -> RTSPInput {
        RTSPInput(
            failover: reader.bool("failover") ?? false,
            allow: reader.allowlist(),
            username: reader.text("username"),
            password: reader.secret("password")
        )
    }

    private static func rtspPull(_ reader: MappingReader) -> RTSPPullInput? {
        let username = reader.text("username")
        let password = reader.secret("password")
        let transport: RTSPTransport = reader.choice("transport") ?? .auto
        return reader.url("source").map {
            RTSPPullInput(source: $0, username: username, password: password, transport: transport)
        }
    }

    private static func file(_ reader: MappingReader) -> FileInput? {
        let loop = reader.bool("loop") ?? true
        guard let text = reader.text("path") else { return nil }
        guard text.hasPrefix(BuiltinClip.prefix) else {
            return FileInput(path: .file(reader.context.resolved(text)), loop: loop)
        }
        let name = String(text.dropFirst(BuiltinClip.prefix.count))
        guard BuiltinClip(rawValue: name) != nil else {
            let known = BuiltinClip.allCases.map { BuiltinClip.prefix + $0.rawValue }.joined(separator: " and ")
            let message = "\(text.asSubject) is not a clip of the gateway's; there are \(known)"
            reader.refuse("path", message, rule: "flow/builtin")
            return nil
        }
        return FileInput(path: .builtin(name), loop: loop)
    }
}

/// The clips that ship with the gateway.
enum BuiltinClip: String, CaseIterable {
    case demo
    case slate

    static let prefix = "builtin:"
}
