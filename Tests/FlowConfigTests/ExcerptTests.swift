import FlowModel
import Testing

@testable import FlowConfig

struct ExcerptTests {
    private static let mask = SourceExcerpt.mask

    private static func excerpts(_ text: String) -> [String] {
        Fixture.load(text).diagnostics.map { diagnostic in
            diagnostic.excerpt.map { "\($0.before)|\($0.offending)|\($0.after)" } ?? "none"
        }
    }

    @Test(
        "The line of a problem is shown, with what it is about",
        arguments: [
            ("  - name: in\n    protocol: srt\n    latency: 90s", ["    latency: |90s|"]),
            ("  - {name: in, protocol: srt, latency: 90s}", ["  - {name: in, protocol: srt, latency: |90s|}"]),
            ("  - name: in\n    protocol: srt\n    latancy: 1s", ["    |latancy|: •••"]),
            ("  - name: in\n    protocol: srt\n    allow:\n      - 10.0.0.0/33", ["      - |10.0.0.0/33|"]),
            ("  - name: in\n    protocol: rtp\n    port: 99999   # the truck's", ["    port: |99999|  "]),
        ]
    )
    func shown(inputs: String, expected: [String]) {
        #expect(Self.excerpts(Fixture.flow(inputs: inputs)).first == expected.first)
    }

    @Test(
        "Values of keys that are secret, unknown or may hold a password are left out",
        arguments: [
            ("streamKey: hunter2", "streamKey: •••"),
            ("decryption: {key: hunter2, keyLength: 9}", "decryption: {key: •••"),
            ("kez: hunter2", "•••: •••"), ("source: rtmp://u:hunter2@h/", "source: •••"),
            ("streamKey: 'a: hunter2, b'", "streamKey: •••"), ("streamKey: {name: hunter2}", "{name: •••}"),
        ]
    )
    func leftOut(field: String, shown: String) throws {
        // The problem is with another field of the same line.
        let text = Fixture.flow(inputs: "  - {name: in, protocol: srt, latency: 90s, \(field)}")
        let line = try #require(Self.excerpts(text).first { $0.contains("|90s|") })
        #expect(!line.contains("hunter2"), "\(line)")
        if !field.contains("name:") { #expect(line.contains(shown), "\(line)") }
    }

    @Test("A quote that is left open shows nothing of what is behind it")
    func openQuote() {
        let text = Fixture.flow(inputs: "  - {name: \"in, protocol: rtmp, streamKey: hunter2}")
        #expect(Self.excerpts(text).allSatisfy { !$0.contains("hunter2") })
        #expect(Self.excerpts(text).contains { $0 != "none" })
    }

    @Test("A comment is left out, and a line that is no text or beyond the file has no excerpt")
    func others() {
        let text = Fixture.flow(inputs: "  - {name: in, protocol: srt, latency: 90s} # hunter2")
        #expect(Self.excerpts(text).allSatisfy { !$0.contains("hunter2") })
        var bytes = Array(Fixture.flow(inputs: "  - {name: in, protocol: srt, latency: 90s, description: '?'}").utf8)
        if let place = bytes.firstIndex(of: UInt8(ascii: "?")) { bytes[place] = 0xff }
        let file = FlowFile(path: "a.yaml", bytes: bytes, baseDirectory: "/")
        #expect(Fixture.loader.load(file).diagnostics.allSatisfy { $0.excerpt == nil })
    }

    @Test("A long line is cut, and what acts on a screen is escaped")
    func display() throws {
        let long = String(repeating: "x", count: 5_000)
        let text = Fixture.flow(inputs: "  - {name: in, protocol: srt, latency: \(long)}")
        let excerpt = try #require(Fixture.load(text).diagnostics.first?.excerpt)
        let count = excerpt.before.count + excerpt.offending.count + excerpt.after.count
        #expect(count <= 3 * (ExcerptWriter.maximumCharacters + 1))
        let escapes = Fixture.load("apiVersion: headgate/v1\nname: \u{202e}a\n").diagnostics.compactMap(\.excerpt)
        #expect(escapes.allSatisfy { !"\($0)".unicodeScalars.contains("\u{202e}") })
    }

    @Test("Any line and any column give an excerpt, and nothing traps", arguments: 0..<200)
    func robustness(seed: Int) {
        let alphabet = Array("ab:{}[],'\"# \t-\\&*!|>?%@é\u{1F600}".unicodeScalars)
        var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1
        var line = ""
        for _ in 0..<(seed % 40) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            line.unicodeScalars.append(alphabet[Int(state >> 33) % alphabet.count])
        }
        for column in [0, 1, 2, 7, 40, 5_000, Int.max] {
            var masking = LineMasking(
                line: line,
                column: column,
                message: line,
                shownKeys: ["a"],
                namedKeys: ["a", "b"],
                memberKeys: ["b"],
                field: "a"
            )
            _ = masking.run()
        }
    }
}
