import FlowModel
import Testing

@testable import FlowConfig

struct HostileInputTests {
    private static let seeds = [
        Fixture.flow(),
        Fixture.flow(inputs: "  - &a {name: in, protocol: rtmp, streamKey: {file: x}, allow: '1.2.3.4;::/0'}"),
        Fixture.flow(
            "failover: {lossAfter: 1s}\noutputs:\n  - {name: o, protocol: record, path: '%H', keep: 1h}\n---\n- 1\n"
        ),
    ]

    @Test("Damaged files give a result, and an invalid one a reason")
    func damaged() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1500 {
            guard var bytes = Self.seeds.randomElement(using: &random).map({ Array($0.utf8) }) else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(UInt8.random(in: 0...127, using: &random), at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            let file = Fixture.loader.load(FlowFile(path: "a", bytes: bytes, baseDirectory: "/"))
            #expect(file.isValid || !file.diagnostics.isEmpty)
            #expect(!file.isEmpty || file.flows.isEmpty)
            for diagnostic in file.diagnostics { #expect(!"\(diagnostic)".unicodeScalars.contains { $0.value < 0x20 }) }
            _ = DirectoryRules.check([file], gateway: .defaults)
        }
    }

    @Test(
        "Roots and members of the wrong kind",
        arguments: [
            "1", "[]", "[[[]]]", "{}", "x", "inputs: {}", "inputs: [1, [], null]", "outputs: [{}]", "? [a]\n: b",
            "inputs: [{protocol: srt, mode: []}]", "failover: 1", "name: {}", "maxBandwidth: []", "&a [*a]",
            "inputs: [{protocol: file, path: 'builtin:'}]", "\u{0}", "inputs: [{protocol: rtp, port: 1e400}]",
            "inputs: [{protocol: rtp, port: -9223372036854775808}]", "maxBandwidth: 99999999999999999999Gbps",
        ]
    )
    func wrongKind(text: String) {
        let file = Fixture.load(text)
        #expect(!file.isValid)
        #expect(file.flows.isEmpty)
    }

    @Test("A file over the limit is refused as a whole")
    func tooLarge() {
        let text = Fixture.flow() + "# " + String(repeating: "x", count: FlowLoader.maximumFileBytes)
        #expect(Fixture.load(text).diagnostics.map(\.rule) == ["yaml/size-limit"])
    }

    @Test("An alias bomb is refused")
    func aliasBomb() {
        var text = "a: &a0 [x,x,x,x,x,x,x,x,x]\n"
        for level in 1..<20 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
            text += "b\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(!Fixture.load(text).isValid)
    }
}
