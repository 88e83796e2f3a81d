import Glibc
import HeadgateTestKit

/// Two encoders' clips, which differ in the size of the picture, so that each frame says whose it is.
enum FailoverClip: Int, CaseIterable {
    case first = 320
    case second = 384

    private static let files = Task<(TemporaryDirectory, [Int: String]), any Error> {
        let directory = try TemporaryDirectory("headgate-failover")
        var paths: [Int: String] = [:]
        for clip in FailoverClip.allCases {
            let path = directory.path("\(clip.rawValue).ts")
            let result = try await ChildProcess.run(
                "ffmpeg",
                [
                    "-nostdin", "-loglevel", "error", "-y",
                    "-f", "lavfi", "-i", "testsrc2=size=\(clip.rawValue)x192:rate=25",
                    "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
                    "-t", "20", "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "50",
                    "-pix_fmt", "yuv420p", "-b:v", "500k", "-c:a", "aac", "-b:a", "64k",
                    "-output_ts_offset", clip == .first ? "100" : "5000", "-f", "mpegts", path,
                ]
            )
            guard result.status == .code(0) else {
                throw DeadlineExceeded(description: "ffmpeg: \(result.errorOutput)")
            }
            paths[clip.rawValue] = path
        }
        return (directory, paths)
    }

    var path: String {
        get async throws { try await Self.files.value.1[rawValue] ?? "" }
    }
}

/// How an encoder's stream reaches a gateway.
enum FailoverTransport: String, CaseIterable {
    case srt, rtp, rtmp, rtsp
    /// The gateway calls the encoder.
    case srtCaller = "srt caller"
    /// The gateway fetches the stream from nginx, to which the encoder pushes.
    case rtmpPull = "rtmp-pull"

    /// What runs over: TCP or UDP.
    private var link: CuttableLink.Transport {
        switch self {
        case .srt, .srtCaller, .rtp: .udp
        case .rtmp, .rtmpPull, .rtsp: .tcp
        }
    }

    /// An encoder with its way to the gateway, which is not there yet.
    ///
    /// - Parameter isCuttable: whether its network can be cut.
    func prepare(_ clip: FailoverClip, as name: String, isCuttable: Bool = false) async throws -> FailoverSource {
        let server = self == .rtmpPull ? try await NginxRTMP.start() : nil
        let port = FreePorts.next()
        let called = server?.port ?? port
        var source = FailoverSource(
            transport: self,
            clip: try await clip.path,
            name: name,
            port: port,
            called: called,
            server: server
        )
        if isCuttable, self == .srtCaller || self == .rtmpPull {
            let link = try CuttableLink(link, to: called)
            source.link = link
            source.called = link.port
        }
        source.isCuttable = isCuttable
        return source
    }

    fileprivate func makeLink(to port: UInt16) throws -> CuttableLink { try CuttableLink(link, to: port) }
}

/// An encoder that sends its clip in real time, with its way to the gateway.
struct FailoverSource {
    enum Loss: String, CaseIterable {
        /// The encoder ends and says so, as far as its protocol can.
        case ended
        /// Whom the gateway talks to stands still with its connection open.
        case frozen
        /// Whom the gateway talks to is killed.
        case killed
        /// The network is cut, and nobody is told.
        case cut
    }

    let transport: FailoverTransport
    let clip: String
    let name: String
    /// Where the gateway listens, or the encoder when the gateway calls.
    let port: UInt16
    /// Where a gateway calls that does.
    fileprivate(set) var called: UInt16
    fileprivate let server: NginxRTMP?
    fileprivate var link: CuttableLink?
    fileprivate var isCuttable = false
    private var encoder: ChildProcess?

    fileprivate init(
        transport: FailoverTransport,
        clip: String,
        name: String,
        port: UInt16,
        called: UInt16,
        server: NginxRTMP?
    ) {
        self.transport = transport
        self.clip = clip
        self.name = name
        self.port = port
        self.called = called
        self.server = server
    }

    /// The input for it in a flow file.
    var input: String {
        switch transport {
        case .srt: "name: \(name), protocol: srt, port: \(port), peerIdleTimeout: 2s"
        case .srtCaller:
            "name: \(name), protocol: srt, mode: caller, host: 127.0.0.1, port: \(called), peerIdleTimeout: 2s"
        case .rtp: "name: \(name), protocol: rtp, port: \(port)"
        case .rtmp: "name: \(name), protocol: rtmp, streamKey: \(name)"
        case .rtsp: "name: \(name), protocol: rtsp"
        case .rtmpPull:
            "name: \(name), protocol: rtmp-pull, source: 'rtmp://127.0.0.1:\(called)/live', streamKey: \(name)"
        }
    }

    /// Starts the encoder.
    ///
    /// - Parameter gateway: whom an encoder calls that finds a flow's inputs on a port for all flows.
    mutating func start(calling gateway: GatewayProcess? = nil) throws {
        var target = port
        if let gateway, transport == .rtmp || transport == .rtsp {
            target = try gateway.listenerPort(transport.rawValue)
        }
        if isCuttable, link == nil {
            let link = try transport.makeLink(to: target)
            self.link = link
            target = link.port
        }
        let output =
            switch transport {
            case .srt: ["mpegts", "srt://127.0.0.1:\(target)?pkt_size=1316&latency=120000"]
            case .srtCaller: ["mpegts", "srt://127.0.0.1:\(target)?mode=listener&pkt_size=1316&latency=120000"]
            case .rtp: ["rtp_mpegts", "rtp://127.0.0.1:\(target)?pkt_size=1328"]
            case .rtmp: ["flv", "rtmp://127.0.0.1:\(target)/live/\(name)"]
            case .rtsp: ["rtsp", "-rtsp_transport", "tcp", "rtsp://127.0.0.1:\(target)/live/\(name)"]
            case .rtmpPull: ["flv", "rtmp://127.0.0.1:\(server?.port ?? 0)/live/\(name)"]
            }
        // A description of the sound, which RTSP begins with, stands in no transport stream.
        let sound = transport == .rtsp ? ["-c:a", "aac", "-b:a", "64k"] : []
        encoder = try ClientProcess.ffmpeg(
            ["-re", "-copyts", "-i", clip, "-map", "0", "-c", "copy"] + sound + ["-f"] + output
        )
    }

    /// Whether the gateway hears of a loss at once, and not by the silence.
    func tells(_ loss: Loss) -> Bool {
        switch (transport, loss) {
        case (_, .frozen), (_, .cut), (.rtp, _): false
        // The end of a TCP connection is told by the kernel.
        case (.rtmp, .ended), (.rtmp, .killed), (.rtmpPull, .killed), (.rtsp, .ended), (.rtsp, .killed): true
        // The connection is the server's, and stays.
        case (.rtmpPull, .ended): false
        case (.srt, _), (.srtCaller, _): loss == .ended
        }
    }

    func lose(_ loss: Loss) {
        // The encoder runs below `timeout`, which leads its group.
        let encoder = -(encoder?.processIdentifier ?? 0)
        let peer = server.map { -$0.processIdentifier } ?? encoder
        switch loss {
        case .ended: kill(encoder, SIGTERM)
        case .frozen: kill(peer, SIGSTOP)
        case .killed: kill(peer, SIGKILL)
        case .cut: link?.cut()
        }
    }

    func end() {
        encoder?.end()
    }
}
