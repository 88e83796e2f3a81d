import Foundation
import HeadgateTestKit

/// A flow's HLS as players find it.
struct HLSStream {
    let gateway: GatewayProcess
    var flow = "live"

    func url(_ name: String) -> String { "http://127.0.0.1:\(gateway.httpPort)/hls/\(flow)/\(name)" }

    func get(_ name: String) throws -> HTTPRequest.Response { try gateway.get("/hls/\(flow)/\(name)") }

    func lines(_ playlist: String) throws -> [String] {
        try get(playlist).text.split(separator: "\n").map(String.init)
    }

    /// The bytes of each segment that a playlist lists.
    func segments(of playlist: String) throws -> [[UInt8]] {
        try lines(playlist).filter { !$0.hasPrefix("#") }.map { try get($0).body }
    }

    /// What the playlist of fragments lists, from each initialisation to the next: files that can be played.
    func fragmentedFiles() throws -> [[UInt8]] {
        var files: [[UInt8]] = []
        for line in try lines("live.m3u8") {
            if line.hasPrefix("#EXT-X-MAP:"), let name = line.split(separator: "\"").dropFirst().first {
                files.append(try get(String(name)).body)
            } else if !line.hasPrefix("#"), !files.isEmpty {
                files[files.count - 1] += try get(line).body
            }
        }
        return files
    }

    /// Decodes pictures and sound for a while, and writes their hashes.
    func play(_ name: String, seconds: Int, to file: String) throws -> ChildProcess {
        try ClientProcess.ffmpeg(
            ["-i", url(name), "-map", "0:v:0", "-map", "0:a:0", "-t", "\(seconds)"]
                // All of them, however close together they are.
                + ["-vsync", "passthrough", "-f", "framemd5", file]
        )
    }

    /// Where the next part is: its segment, and which of its parts it is.
    func nextPart() throws -> (segment: Int, part: Int) {
        let hint = try lines("live.m3u8").last { $0.hasPrefix("#EXT-X-PRELOAD-HINT") }
        let numbers = (hint ?? "").split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count >= 2 else { throw DeadlineExceeded(description: "no hint: \(hint ?? "")") }
        return (numbers[0], numbers[1])
    }
}
