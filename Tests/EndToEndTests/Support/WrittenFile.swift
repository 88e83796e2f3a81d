import Foundation
import HeadgateTestKit

/// A file that a client writes.
struct WrittenFile {
    let path: String
    let writer: ChildProcess

    /// In bytes; 0 while there is no file.
    var size: Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    /// Waits until the file has so many bytes. A client that ends before is not waited for.
    ///
    /// - Parameter detail: what to add to the error besides the client's own words.
    func waitUntil(bytes: Int, detail: () -> String) async throws {
        func state() -> String { "\(size) bytes are written by \(writer.command): \(writer.errorOutput)\n\(detail())" }
        try await eventually("\(bytes) bytes in the client's file", detail: state) {
            size >= bytes || !writer.isRunning
        }
        guard size >= bytes else { throw DeadlineExceeded(description: "the client ended: \(state())") }
    }

    /// Waits until the file does not grow any more, or its client has ended. For when there is nothing more to come.
    func waitUntilStill() async throws {
        var last = -1
        try await eventually("everything is written", every: .seconds(1), detail: { writer.errorOutput }) {
            defer { last = size }
            return size == last || !writer.isRunning
        }
    }
}
