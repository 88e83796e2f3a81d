import HeadgateTestKit
import Testing

/// Pictures and noise, of which each frame is another: a run of them is found again in what was sent.
enum RTSPClip {
    static func make(in directory: TemporaryDirectory, seconds: Int, hasBFrames: Bool) async throws -> String {
        let path = directory.path("clip.flv")
        let result = try await ChildProcess.run(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                "-f", "lavfi", "-i", "aevalsrc=0.2*random(0):sample_rate=48000", "-t", "\(seconds)",
                "-c:v", "libx264", "-preset", "veryfast", "-bf", hasBFrames ? "2" : "0", "-g", "25",
                "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k", path,
            ]
        )
        #expect(result.status == .code(0), "\(result.errorOutput)")
        return path
    }
}
