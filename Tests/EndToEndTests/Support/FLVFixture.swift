import HeadgateTestKit

/// What an RTMP encoder sends, H.264 with B-frames and AAC, made by ffmpeg once per test run.
enum FLVFixture {
    static let durationSeconds = 5

    private static let file = Task<(TemporaryDirectory, String), any Error> {
        let directory = try TemporaryDirectory("headgate-flv")
        let path = directory.path("clip.flv")
        let result = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-y",
                "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
                "-t", "\(durationSeconds)",
                "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p",
                "-c:a", "aac", "-b:a", "64k", path,
            ]
        )
        guard result.status == .code(0) else { throw DeadlineExceeded(description: "ffmpeg: \(result.errorOutput)") }
        return (directory, path)
    }

    static var path: String {
        get async throws { try await file.value.1 }
    }

    /// An encoder that sends the clip in real time.
    static func publish(to url: String, loops: Int = 0) async throws -> ChildProcess {
        try ClientProcess.ffmpeg(
            ["-re", "-stream_loop", "\(loops)", "-i", try await path, "-c", "copy", "-f", "flv", url]
        )
    }
}
