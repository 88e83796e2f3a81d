import Testing
import YAML

@Suite("Garbage")
struct GarbageTests {
    /// A small generator with a seed, so that a failure can be repeated.
    struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state ^= self.state << 13
            self.state ^= self.state >> 7
            self.state ^= self.state << 17
            return self.state
        }
    }

    static let seedText = """
        # comment
        %TAG ! tag:x,2000:
        --- &r
        name: "é \\u00e9 💩"
        inputs: [{a: &x 0x1F, b: *x}, 'q''q', ! y]
        <<: [{k: ~}, {k: .inf}]
        text: |+2
           block

        fold: >-
          a
          b
        ? complex
        : - 1
          - !!str 2
        ...
        ---
        - - x
        """

    @Test("Texts cut off anywhere are read or refused")
    func truncated() {
        let bytes = Array(Self.seedText.utf8)
        for count in 0...bytes.count { check(YAMLStream(parsing: Array(bytes.prefix(count)))) }
    }

    @Test("Mutated texts are read or refused, with places inside of the text", arguments: 1...4)
    func mutated(_ seed: UInt64) {
        var random = Random(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let original = Array(Self.seedText.utf8)
        let special =
            Array("[]{}:,-?&*!|>'\"%@`#\n\t \\~<.\0".utf8) + [
                0xFF, 0xFE, 0xEF, 0xBB, 0xBF, 0xC3, 0xE2, 0x80, 0xA8, 0x85,
            ]
        for _ in 0..<5_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(special.randomElement(using: &random) ?? 0, at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
                case 3: bytes[place] = special.randomElement(using: &random) ?? 0
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 12)], at: place)
                }
                if bytes.isEmpty { bytes = [0x5B] }
            }
            check(YAMLStream(parsing: bytes))
        }
    }

    @Test("Random bytes are read or refused")
    func random() {
        var random = Random(state: 42)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...64, using: &random)
            check(YAMLStream(parsing: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }))
        }
    }

    private func check(_ stream: YAMLStream) {
        for problem in stream.problems {
            let isOneLine = !problem.message.unicodeScalars.contains { $0.value < 0x20 }
            if problem.mark.line < 1 || problem.mark.column < 1 || problem.message.isEmpty || !isOneLine {
                Issue.record("\(problem)")
            }
        }
        for document in stream.documents { if let root = document.root { self.check(root, levels: 64) } }
    }

    private func check(_ node: YAMLNode, levels: Int) {
        if levels < 1 || node.start.line < 1 || node.start.column < 1 || node.end < node.start {
            Issue.record("\(node.span) at \(levels) levels from the limit")
        }
        switch node.content {
        case .scalar(let scalar): _ = scalar.value
        case .sequence(let items): for item in items { self.check(item, levels: levels - 1) }
        case .mapping(let pairs):
            for pair in pairs {
                self.check(pair.key, levels: levels - 1)
                self.check(pair.value, levels: levels - 1)
            }
        }
    }
}
