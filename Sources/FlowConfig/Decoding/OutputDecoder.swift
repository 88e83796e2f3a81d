import FlowModel
import YAML

/// Decodes one member of `outputs`.
enum OutputDecoder {
    static func decode(_ reader: MappingReader) -> OutputSpec? {
        let name = reader.text("name")
        let description = reader.text("description")
        let isEnabled = reader.bool("enabled") ?? true
        guard let destination = destination(reader), let name else { return nil }
        return OutputSpec(name: name, description: description, isEnabled: isEnabled, destination: destination)
    }

    private static func destination(_ reader: MappingReader) -> OutputDestination? {
        switch reader.text("protocol") {
        case "srt":
            if reader.text("mode") == "caller" {
                srtCaller(reader.narrowed(to: "srtCallerOutput")).map(OutputDestination.srtCaller)
            } else {
                .srtListener(srtListener(reader.narrowed(to: "srtListenerOutput")))
            }
        case "rtmp": .rtmp(rtmp(reader.narrowed(to: "rtmpOutput")))
        case "rtmp-push": rtmpPush(reader.narrowed(to: "rtmpPushOutput")).map(OutputDestination.rtmpPush)
        case "rtp": rtp(reader.narrowed(to: "rtpOutput")).map(OutputDestination.rtp)
        case "udp": datagram(reader.narrowed(to: "udpOutput")).map(OutputDestination.udp)
        case "rtsp": .rtsp(rtsp(reader.narrowed(to: "rtspOutput")))
        case "rtsp-push": rtspPush(reader.narrowed(to: "rtspPushOutput")).map(OutputDestination.rtspPush)
        case "hls": .hls(hls(reader.narrowed(to: "hlsOutput")))
        case "record": record(reader.narrowed(to: "recordOutput")).map(OutputDestination.record)
        default: nil
        }
    }

    private static func srtListener(_ reader: MappingReader) -> SRTListenerOutput {
        _ = reader.text("mode")
        let defaults = SRTListenerOutput()
        return SRTListenerOutput(
            port: reader.port(),
            streamID: reader.text("streamId"),
            latency: reader.duration("latency", .latency) ?? defaults.latency,
            encryption: reader.encryption("encryption"),
            allow: reader.allowlist(),
            maxConcurrent: maxConcurrent(reader) ?? defaults.maxConcurrent,
            peerIdleTimeout: reader.duration("peerIdleTimeout", .idleTimeout) ?? defaults.peerIdleTimeout
        )
    }

    private static func srtCaller(_ reader: MappingReader) -> SRTCallerOutput? {
        _ = reader.text("mode")
        let host = reader.host()
        let port = reader.port()
        let streamID = reader.text("streamId")
        let latency = reader.duration("latency", .latency)
        let encryption = reader.encryption("encryption")
        let peerIdleTimeout = reader.duration("peerIdleTimeout", .idleTimeout)
        guard let host, let port else { return nil }
        let defaults = SRTCallerOutput(host: host, port: port)
        return SRTCallerOutput(
            host: host,
            port: port,
            streamID: streamID,
            latency: latency ?? defaults.latency,
            encryption: encryption,
            peerIdleTimeout: peerIdleTimeout ?? defaults.peerIdleTimeout
        )
    }

    private static func rtmp(_ reader: MappingReader) -> RTMPOutput {
        let defaults = RTMPOutput()
        return RTMPOutput(
            streamKey: reader.secret("streamKey"),
            allow: reader.allowlist(),
            maxConcurrent: maxConcurrent(reader) ?? defaults.maxConcurrent
        )
    }

    private static func rtmpPush(_ reader: MappingReader) -> RTMPPushOutput? {
        let streamKey = reader.secret("streamKey")
        return reader.url("url").map { RTMPPushOutput(url: $0, streamKey: streamKey) }
    }

    private static func datagram(_ reader: MappingReader) -> DatagramOutput? {
        let host = reader.host()
        let port = reader.port()
        let ttl = reader.integer("ttl").flatMap(Int.init(exactly:))
        let interface = reader.text("interface")
        let fec: RTPInput.ForwardErrorCorrection = reader.choice("fec") ?? .none
        guard let host, let port else { return nil }
        return DatagramOutput(host: host, port: port, ttl: ttl, interface: interface, fec: fec)
    }

    private static func rtp(_ reader: MappingReader) -> DatagramOutput? {
        var output = datagram(reader)
        // What is beyond the limits of one side the schema tells.
        func side(_ key: String) -> Int {
            reader.integer(key).flatMap { DatagramOutput.fecSides.contains($0) ? Int($0) : nil }
                ?? DatagramOutput.defaultFECSide
        }
        let (columns, rows) = (side("fecColumns"), side("fecRows"))
        if columns * rows > DatagramOutput.maximumFECPackets {
            let key = reader.node("fecRows") == nil ? "fecColumns" : "fecRows"
            let message =
                "\(columns) columns and \(rows) rows are \(columns * rows) packets; a matrix has "
                + "\(DatagramOutput.maximumFECPackets) at most"
            reader.refuse(key, message, rule: "flow/fec-matrix")
        }
        if let port = output?.port, output?.fec != RTPInput.ForwardErrorCorrection.none,
            port > UInt16.max - RTPInput.rowPortOffset
        {
            let message = "\(port) leaves no port + \(RTPInput.rowPortOffset) for FEC"
            reader.refuse("port", message, rule: "flow/port-range")
        }
        output?.fecColumns = columns
        output?.fecRows = rows
        return output
    }

    private static func rtsp(_ reader: MappingReader) -> RTSPOutput {
        let defaults = RTSPOutput()
        return RTSPOutput(
            username: reader.text("username"),
            password: reader.secret("password"),
            allow: reader.allowlist(),
            maxConcurrent: maxConcurrent(reader) ?? defaults.maxConcurrent
        )
    }

    private static func rtspPush(_ reader: MappingReader) -> RTSPPushOutput? {
        let username = reader.text("username")
        let password = reader.secret("password")
        let transport: RTSPTransport = reader.choice("transport") ?? .auto
        return reader.url("url").map {
            RTSPPushOutput(url: $0, username: username, password: password, transport: transport)
        }
    }

    private static func hls(_ reader: MappingReader) -> HLSOutput {
        let defaults = HLSOutput()
        return HLSOutput(
            segmentDuration: reader.duration("segmentDuration", .hlsSegment) ?? defaults.segmentDuration,
            window: reader.integer("window").flatMap(Int.init(exactly:)) ?? defaults.window
        )
    }

    private static func record(_ reader: MappingReader) -> RecordOutput? {
        let segmentDuration = reader.duration("segmentDuration", .recordSegment)
        let keep = reader.duration("keep", .keep)
        guard let path = reader.path("path") else { return nil }
        if let node = reader.node("path"), !path.utf8.contains(UInt8(ascii: "%")) {
            let message = "without a conversion such as %Y%m%d-%H%M%S every segment has the same name"
            reader.sink.warn(node.start, reader.path(of: "path"), message, rule: "flow/record-path")
        }
        let defaults = RecordOutput(path: path)
        return RecordOutput(path: path, segmentDuration: segmentDuration ?? defaults.segmentDuration, keep: keep)
    }

    private static func maxConcurrent(_ reader: MappingReader) -> Int? {
        reader.integer("maxConcurrent").flatMap(Int.init(exactly:))
    }
}
