import Foundation
import Testing

/// The house rules that the compiler does not hold: who may import whom, and how long a file may grow.
@Suite("Architecture")
struct LayerTests {
    /// Layer of each room; a room imports only rooms below it, and those of its own layer that are listed here.
    private static let layers: [String: Int] = [
        "CLibCrypto": 0, "CLibSRT": 0, "CLibYAML": 0, "CLinux": 0,
        "Cryptography": 0, "MessageText": 0, "JSONSchema": 0, "Threads": 0, "NetworkAddress": 0, "SystemFiles": 0,
        "FlowModel": 0, "Media": 0,
        "YAML": 1, "FlowConfig": 1, "FlowPlanner": 1, "MPEGTS": 1, "FragmentedMP4": 1, "RTP": 1, "FlowHub": 1,
        "PacketIO": 1, "Delivery": 1,
        "RTMP": 2, "RTSP": 2, "HLS": 2, "SRT": 2,
        "FlowRuntime": 3, "FlowController": 3, "FlowValidation": 2, "StatusServer": 3, "StatusViews": 3, "LogOutput": 3,
        "GatewayClient": 3, "EventArchive": 3,
        "headgate": 4,
        "HeadgateTestKit": 5,
    ]

    /// Imports within one layer that the design names.
    private static let withinLayer: [String: Set<String>] = [
        "Cryptography": ["CLibCrypto"],
        "FlowModel": ["NetworkAddress"],
        "JSONSchema": ["MessageText"],
        "Threads": ["CLinux"],
        "FlowConfig": ["YAML"],
        "FlowHub": ["MPEGTS"],
        "StatusServer": ["StatusViews"],
    ]

    /// Libraries that only these rooms may see.
    private static let guarded: [String: Set<String>] = [
        "CLibSRT": ["SRT"],
        "CLibYAML": ["YAML"],
        "Hummingbird": ["StatusServer", "headgate"],
        "ArgumentParser": ["headgate"],
        "ServiceLifecycle": ["StatusServer", "headgate"],
        "CLibCrypto": ["Cryptography", "SRT"],
        "FlowRuntime": ["headgate"],
        "HeadgateTestKit": [],
        "Testing": [],
    ]

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func swiftFiles(under folder: String) -> [URL] {
        let base = root.appendingPathComponent(folder).resolvingSymlinksInPath()
        let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { base.appendingPathComponent($0) }
    }

    private static func rooms() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("Sources").path).sorted()
    }

    /// The modules of `import M`, `public import M`, `@preconcurrency import struct M.T`.
    static func imports(in source: String) -> [String] {
        source.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy({
                    $0.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains($0)
                })
            else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = kinds.contains(words[place + 1]) && place + 2 < words.count ? words[place + 2] : words[place + 1]
            return name.split(separator: ".").first.map(String.init)
        }
    }

    @Test("Every room has a layer, and no layer names a room that is gone")
    func roomsAreKnown() throws {
        let rooms = try Set(Self.rooms())
        #expect(rooms.subtracting(Self.layers.keys) == [])
        #expect(Set(Self.layers.keys).subtracting(rooms) == [])
    }

    @Test("Imports point down only")
    func importsPointDown() throws {
        for room in try Self.rooms() {
            let layer = try #require(Self.layers[room], "\(room)")
            for file in Self.swiftFiles(under: "Sources/\(room)") {
                for name in Self.imports(in: try String(contentsOf: file, encoding: .utf8)) {
                    if let allowed = Self.guarded[name], room != "HeadgateTestKit" {
                        #expect(allowed.contains(room), "\(file.path): only \(allowed.sorted()) may import \(name)")
                    }
                    guard let other = Self.layers[name] else { continue }
                    let isWithin = Self.withinLayer[room]?.contains(name) ?? false
                    #expect(other < layer || isWithin, "\(file.path): \(room) may not import \(name)")
                }
            }
        }
    }

    @Test("The rooms below the servers do without Foundation")
    func noFoundationBelow() throws {
        for (room, layer) in Self.layers where layer <= 2 {
            for file in Self.swiftFiles(under: "Sources/\(room)") {
                let names = Self.imports(in: try String(contentsOf: file, encoding: .utf8))
                #expect(!names.contains("Foundation") && !names.contains("FoundationEssentials"), "\(file.path)")
            }
        }
    }

    @Test("No source file is longer than 500 lines, unless a tool wrote it")
    func fileLength() throws {
        for folder in ["Sources", "Tests/Fuzz"] {
            for file in Self.swiftFiles(under: folder) {
                let text = try String(contentsOf: file, encoding: .utf8)
                guard !text.hasPrefix("// swift-format-ignore-file") else { continue }
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                #expect(lines.count <= 500, "\(file.path): \(lines.count) lines")
            }
        }
    }

    @Test(
        "Import lines are recognised",
        arguments: [
            ("import Media", ["Media"]),
            ("public import FlowModel\npackage import YAML", ["FlowModel", "YAML"]),
            ("@preconcurrency import Glibc", ["Glibc"]),
            ("@testable import struct SRT.SRTStreamID", ["SRT"]),
            ("import Foundation.NSObject", ["Foundation"]),
            ("// import Media\nlet important = 1\n/// see import Media", []),
        ]
    )
    func recognition(_ source: String, _ names: [String]) {
        #expect(Self.imports(in: source) == names)
    }
}
