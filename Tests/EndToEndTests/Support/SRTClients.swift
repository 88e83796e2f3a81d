import HeadgateTestKit

/// The programs that bring a UDP stream to an SRT listener.
enum SRTPublisher: String, CaseIterable, Sendable {
    case srtLiveTransmit
    case gstreamer

    /// Starts a caller that takes datagrams from `source` and sends them to the gateway.
    func start(
        from source: UInt16,
        to port: UInt16,
        encryption: Encryption? = nil,
        streamID: String? = nil
    ) throws -> ChildProcess {
        let query = [encryption?.query, streamID.map { "streamid=\($0)" }].compactMap(\.self).joined(separator: "&")
        let target = "srt://127.0.0.1:\(port)" + (query.isEmpty ? "" : "?\(query)")
        switch self {
        case .srtLiveTransmit:
            return try ClientProcess.srtLiveTransmit(from: "udp://127.0.0.1:\(source)", to: target)
        case .gstreamer:
            var sink = ["srtsink", "uri=srt://127.0.0.1:\(port)"]
            if let encryption { sink += ["passphrase=\(encryption.passphrase)", "pbkeylen=\(encryption.keyLength)"] }
            if let streamID { sink.append("streamid=\(streamID)") }
            return try ClientProcess.gstreamer(["udpsrc", "address=127.0.0.1", "port=\(source)", "!"] + sink)
        }
    }
}

/// The programs that take an SRT stream and pass it on as datagrams.
enum SRTReceiver: String, CaseIterable, Sendable {
    case srtLiveTransmit
    case gstreamer

    /// Starts a receiver. Without `calls` it listens on `port` for the gateway's call.
    func start(
        port: UInt16,
        calls: Bool,
        to target: UInt16,
        encryption: Encryption? = nil,
        streamID: String? = nil
    ) throws -> ChildProcess {
        let query = [calls ? nil : "mode=listener", encryption?.query, streamID.map { "streamid=\($0)" }]
            .compactMap(\.self).joined(separator: "&")
        switch self {
        case .srtLiveTransmit:
            let source = "srt://\(calls ? "127.0.0.1" : ""):\(port)?\(query)"
            return try ClientProcess.srtLiveTransmit(from: source, to: "udp://127.0.0.1:\(target)")
        case .gstreamer:
            let uri = calls ? "srt://127.0.0.1:\(port)" : "srt://:\(port)?mode=listener"
            var source = ["srtsrc", "uri=\(uri)"]
            if let encryption { source += ["passphrase=\(encryption.passphrase)", "pbkeylen=\(encryption.keyLength)"] }
            if let streamID { source.append("streamid=\(streamID)") }
            return try ClientProcess.gstreamer(
                source + ["!", "udpsink", "host=127.0.0.1", "port=\(target)", "sync=false"]
            )
        }
    }
}
