import Testing
import YAML

@Suite("Limits")
struct LimitTests {
    static func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }

    @Test(
        "Each limit holds, and the value at the limit passes",
        arguments: [
            ("a: 1234", YAMLLimits(maximumBytes: 7), nil),
            ("a: 12345", YAMLLimits(maximumBytes: 7), "1:1 yaml/size-limit"),
            ("[a, b]", YAMLLimits(maximumNodes: 3), nil),
            ("[a, b, c]", YAMLLimits(maximumNodes: 3), "1:8 yaml/node-limit"),
            ("a\n---\nb\n---\nc", YAMLLimits(maximumNodes: 2), "5:1 yaml/node-limit"),
            ("[&a [x], *a]", YAMLLimits(maximumNodes: 5), nil),
            ("[&a [x], *a]", YAMLLimits(maximumNodes: 4), "1:10 yaml/node-limit"),
            ("[[a]]", YAMLLimits(maximumDepth: 3), nil),
            ("[[[a]]]", YAMLLimits(maximumDepth: 3), "1:4 yaml/depth-limit"),
            ("[&a [b], [*a]]", YAMLLimits(maximumDepth: 4), nil),
            ("[&a [b], [*a]]", YAMLLimits(maximumDepth: 3), "1:11 yaml/depth-limit"),
            ("[&a b, *a, *a]", YAMLLimits(maximumAliases: 2), nil),
            ("[&a b, *a, *a]", YAMLLimits(maximumAliases: 1), "1:12 yaml/alias-limit"),
        ] as [(String, YAMLLimits, String?)]
    )
    func limits(_ text: String, _ limits: YAMLLimits, _ place: String?) {
        #expect(places(parse(text, limits: limits)) == [place].compactMap(\.self))
    }

    @Test("The defaults are those of the file format")
    func defaults() {
        let limits = YAMLLimits()
        #expect(limits.maximumBytes == 1_048_576)
        #expect(limits.maximumNodes == 10_000)
        #expect(limits.maximumDepth == 64)
        #expect(limits.maximumAliases == 100)
        #expect(parse(Self.nested(64)).problems.isEmpty)
        #expect(places(parse(Self.nested(65))) == ["1:65 yaml/depth-limit"])
    }

    @Test("Documents before the one over a limit remain")
    func documentsBefore() {
        let stream = parse("a: 1\n---\n" + Self.nested(65))
        #expect(stream.documents.count == 1)
    }

    @Test("After many problems, reading stops")
    func problems() {
        let stream = parse(String(repeating: "a: 1\n", count: 500))
        #expect(stream.problems.count == YAMLLimits().maximumProblems + 1)
        #expect(stream.problems.last?.rule == "yaml/problem-limit")
    }

    @Test("An alias bomb is refused in no time")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        for limits in [YAMLLimits(), YAMLLimits(maximumAliases: .max)] {
            var stream: YAMLStream?
            let time = ContinuousClock().measure { stream = parse(text, limits: limits) }
            #expect(stream?.problems.count == 1)
            #expect(time < .seconds(1))
        }
    }

    @Test(
        "A mebibyte of anything is read or refused soon",
        arguments: [
            "[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!a ", "# ", "\"", "'", "|\n ", "%", "\n", "a\n", "- a\n",
            "[a, ", "{a: ", "a: b\n", "--- a\n", "...\n", "\t", " ", "é", "\\", ": ", "\u{2028}", "x", "\u{FEFF}",
            "- - - ", "<<: ",
        ]
    )
    func large(_ unit: String) {
        let text = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
        let time = ContinuousClock().measure { _ = parse(text) }
        #expect(time < .seconds(10), "\(unit.debugDescription): \(time)")
    }
}
