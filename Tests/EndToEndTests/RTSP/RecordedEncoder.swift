import Foundation
import HeadgateTestKit
import Testing

/// An encoder that sends in real time until it is ended, and keeps a copy of what it sent: however late a player comes,
/// there is enough for it.
final class RecordedEncoder {
    /// Pictures and noise, of which each frame is another: a run of them is found again in what was sent.
    static let picturesAndNoise =
        paced("testsrc2=size=320x180:rate=25") + paced("aevalsrc=0.2*random(0):sample_rate=48000") + [
            "-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25",
            "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k",
        ]

    /// Noise in G.711, of 8,000 bytes a second.
    static let noiseInALaw =
        paced("aevalsrc=random(0):sample_rate=8000") + ["-map", "0:a", "-c:a", "pcm_alaw"]

    private static func paced(_ source: String) -> [String] { ["-re", "-f", "lavfi", "-i", source] }

    let process: ChildProcess

    /// - Parameters:
    ///   - stream: ffmpeg's arguments for what is sent.
    ///   - form: ffmpeg's name of the form in which it is sent, with options.
    ///   - copy: the file for what was sent, by whose ending ffmpeg chooses the container.
    init(_ stream: [String], form: String, to url: String, copy: String) throws {
        // A transport stream has its parameter sets between the pictures, the others have them at the beginning alone.
        let place = form == "mpegts" ? [] : ["-flags", "+global_header"]
        process = try ClientProcess.ffmpeg(stream + place + ["-f", "tee", "[f=\(form)]\(url)|\(copy)"])
    }

    /// Ends it as its user would: what was encoded is still sent, and the copy is whole.
    func end() async throws {
        process.signal(SIGINT)
        // So ffmpeg says that it was told to end.
        #expect(try await process.waitForExit() == .code(255), "\(process.errorOutput)")
    }
}
