/// A real transport stream, H.264 and AAC, made by ffmpeg once per test run.
public enum TransportStreamFixture {
    public static let durationSeconds = 8

    private static let file = Task<(TemporaryDirectory, String), any Error> {
        let directory = try TemporaryDirectory("headgate-fixture")
        let path = directory.path("clip.ts")
        let result = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-y",
                "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
                "-t", "\(durationSeconds)",
                "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-b:v", "600k",
                "-c:a", "aac", "-b:a", "64k",
                "-f", "mpegts", path,
            ]
        )
        guard result.status == .code(0) else { throw DeadlineExceeded(description: "ffmpeg: \(result.errorOutput)") }
        return (directory, path)
    }

    /// The path of the clip.
    public static var path: String {
        get async throws { try await file.value.1 }
    }
}
