import Foundation
import HeadgateTestKit

/// The frames of a file or stream as ffmpeg sees them, from its `framemd5` output.
struct FrameList: Equatable {
    struct Frame: Equatable {
        var stream: Int
        /// In units of the stream's time base.
        var decodeTime: Int
        var presentationTime: Int
        var hash: String
    }

    var frames: [Frame]

    init(_ text: String) {
        frames = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            guard !line.hasPrefix("#"), fields.count >= 6, let stream = Int(fields[0]), let decodeTime = Int(fields[1]),
                let presentationTime = Int(fields[2])
            else { return nil }
            return Frame(
                stream: stream,
                decodeTime: decodeTime,
                presentationTime: presentationTime,
                hash: fields[5]
            )
        }
    }

    init(contentsOf path: String) throws {
        self.init(try String(contentsOfFile: path, encoding: .utf8))
    }

    /// - Parameter isDecoded: compares pictures and sound instead of their coded bytes, which containers change.
    static func of(_ path: String, isDecoded: Bool = false) async throws -> FrameList {
        let copy = isDecoded ? [] : ["-c", "copy"]
        let result = try await ChildProcess.run(
            "ffmpeg",
            ["-nostdin", "-loglevel", "error", "-i", path, "-map", "0:v", "-map", "0:a"] + copy + [
                "-f", "framemd5", "-",
            ]
        )
        return FrameList(result.output)
    }

    /// What makes ffmpeg list the pictures, decoded, as packets keep parameter sets elsewhere than files do; and the coded
    /// sound, as a decoder that begins in the middle makes something else of it.
    static let picturesAndCodedSound = [
        "-map", "0:v", "-map", "0:a", "-fps_mode", "passthrough", "-c:a", "copy", "-f", "framemd5",
    ]

    static func ofPicturesAndCodedSound(_ path: String) async throws -> FrameList {
        let filter = path.hasSuffix(".ts") ? ["-bsf:a", "aac_adtstoasc"] : []
        let result = try await ChildProcess.run(
            "ffmpeg",
            ["-nostdin", "-loglevel", "error", "-i", path] + filter + picturesAndCodedSound + ["-"]
        )
        return FrameList(result.output)
    }

    func hashes(_ stream: Int) -> [String] {
        frames.filter { $0.stream == stream }.map(\.hash)
    }

    func decodeTimes(_ stream: Int) -> [Int] {
        frames.filter { $0.stream == stream }.map(\.decodeTime)
    }

    /// Decode and presentation times counted from the stream's first decode time.
    func relativeTimes(_ stream: Int) -> [[Int]] {
        let own = frames.filter { $0.stream == stream }
        return own.map { [$0.decodeTime - own[0].decodeTime, $0.presentationTime - own[0].decodeTime] }
    }
}
