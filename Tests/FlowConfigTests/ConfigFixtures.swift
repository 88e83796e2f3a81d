import FlowModel
import Foundation

@testable import FlowConfig

/// Short forms that the tests share.
enum Fixture {
    static let loader = FlowLoader()

    /// A flow with everything that is required, so that a test writes only what it is about.
    static func flow(
        name: String = "a",
        inputs: String = "  - {name: in, protocol: rtp, port: 5000}",
        _ rest: String = ""
    )
        -> String
    {
        "apiVersion: headgate/v1\nname: \(name)\nmaxBandwidth: 20Mbps\ninputs:\n\(inputs)\n\(rest)"
    }

    static func load(_ text: String, path: String = "a.yaml", policy: FlowPolicy? = nil) -> LoadedFile {
        let file = FlowFile(path: path, bytes: Array(text.utf8), baseDirectory: "/etc/flows")
        return (policy == nil ? loader : FlowLoader(policy: policy)).load(file)
    }

    /// The lines that `headgate validate` would print.
    static func lines(_ text: String, path: String = "a.yaml") -> [String] {
        load(text, path: path).diagnostics.map(\.description)
    }

    /// The one input of a flow that has it and nothing else.
    static func input(_ text: String) -> InputSource? {
        load(flow(inputs: "  - {name: in, \(text)}")).flows.first?.spec.inputs.first?.source
    }

    static func output(_ text: String) -> OutputDestination? {
        load(flow("outputs:\n  - {name: out, \(text)}")).flows.first?.spec.outputs.first?.destination
    }
}

/// The working copy that these tests are part of, through any links.
enum Repository {
    static func path(_ relative: String, from file: String = #filePath) -> String {
        guard let buffer = realpath(file, nil) else { return relative }
        defer { free(buffer) }
        // ROOT/Tests/FlowConfigTests/FILE
        let root = String(cString: buffer).split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/\(relative)"
    }

    static func bytes(_ relative: String) -> [UInt8]? {
        guard case .bytes(let bytes) = DirectoryReader.readFile(path(relative)) else { return nil }
        return bytes
    }
}

/// A folder of a test's own, removed with it.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/headgate-test-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            mkdtemp(buffer.baseAddress!).map { String(cString: $0) } ?? ""
        }
    }

    func write(_ name: String, _ text: String) {
        guard let file = fopen("\(path)/\(name)", "w") else { return }
        defer { fclose(file) }
        fputs(text, file)
    }

    func folder(_ name: String, mode: mode_t = 0o755) { mkdir("\(path)/\(name)", mode) }
    func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
