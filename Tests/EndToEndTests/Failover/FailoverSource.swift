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

/// How an encoder brings its clip.
enum FailoverTransport: String, CaseIterable {
    case srt, rtp, rtmp

    /// An input of this kind in a flow file, on a port.
    func input(_ name: String, port: UInt16) -> String {
        switch self {
        case .srt: "name: \(name), protocol: srt, port: \(port), peerIdleTimeout: 2s"
        case .rtp: "name: \(name), protocol: rtp, port: \(port)"
        case .rtmp: "name: \(name), protocol: rtmp, streamKey: \(name)"
        }
    }

    /// An encoder that sends the clip in real time.
    func publish(_ clip: FailoverClip, as name: String, port: UInt16, rtmpPort: UInt16) async throws -> ChildProcess {
        let source = ["-re", "-copyts", "-i", try await clip.path, "-map", "0", "-c", "copy"]
        let target: [String]
        switch self {
        case .srt:
            target = ["-f", "mpegts", "srt://127.0.0.1:\(port)?pkt_size=1316&latency=120000"]
        case .rtp:
            target = ["-f", "rtp_mpegts", "rtp://127.0.0.1:\(port)?pkt_size=1328"]
        case .rtmp:
            target = ["-f", "flv", "rtmp://127.0.0.1:\(rtmpPort)/live/\(name)"]
        }
        return try ClientProcess.ffmpeg(source + target)
    }
}
