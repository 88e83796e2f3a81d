import Testing

@testable import JSONSchema

@Suite("Regular expressions of ECMA-262")
struct PatternTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var pattern: String
        var matching: [String]
        var other: [String]

        var testDescription: String { self.pattern }
    }

    @Test("Patterns", arguments: Self.cases)
    func patterns(_ example: Case) throws {
        let pattern = try SchemaPattern(example.pattern)
        for text in example.matching {
            #expect(pattern.matches(text), "\(example.pattern) must match \(text.debugDescription)")
        }
        for text in example.other {
            #expect(!pattern.matches(text), "\(example.pattern) must not match \(text.debugDescription)")
        }
    }

    static let cases: [Case] = [
        Case(pattern: "", matching: ["", "a"], other: []),
        Case(pattern: "^$", matching: [""], other: ["a", "\n"]),
        Case(pattern: "^abc", matching: ["abc", "abcd"], other: ["xabc", "ab"]),
        Case(pattern: "abc$", matching: ["abc", "xabc"], other: ["abcd", "abc\n"]),
        Case(
            pattern: "^[A-Za-z0-9_-]{1,64}$",
            matching: ["a", "A_9-", String(repeating: "z", count: 64)],
            other: ["", "a b", "é", String(repeating: "z", count: 65)]
        ),
        Case(pattern: "^[a-z]{3}[0-9]{2}$", matching: ["abc12"], other: ["ab12", "abc1", "abcd12", "abc123"]),
        Case(
            pattern: "^[ab]{2,3}[bc]{2,3}$",
            matching: ["abbc", "bbbb", "aabccc", "bbbbbb"],
            other: ["abc", "bbb", "aaaabb", "bbbbbbb"]
        ),
        Case(pattern: "^a?a?a?aaa$", matching: ["aaa", "aaaa", "aaaaaa"], other: ["aa", "aaaaaaa"]),
        Case(
            pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)?(ms|s|m|h)$",
            matching: ["0s", "120ms", "1.5h", "10m"],
            other: ["01s", "1.s", "s", "1 s", "1d"]
        ),
        Case(
            pattern: "^(([0-9]{1,3})\\.){3}[0-9]{1,3}$",
            matching: ["1.2.3.4", "255.0.10.1"],
            other: ["1.2.3", "1.2.3.4.5", "1..2.3"]
        ),
        Case(
            pattern: "^(a|ab)(c|bcd)(d*)$",
            matching: ["abcd", "ac", "abc", "acddd", "abcdd"],
            other: ["ab", "abcbcd"]
        ),
        Case(pattern: "^(?:ab){2,3}$", matching: ["abab", "ababab"], other: ["ab", "abababab", "aba"]),
        Case(pattern: "^(?:a|bb)+?c*?$", matching: ["a", "bb", "abbac"], other: ["", "b", "cb"]),
        Case(pattern: "^(?:a*)*$", matching: ["", "aaaa"], other: ["b", "aab"]),
        Case(pattern: "^(?:a?){5}$", matching: ["", "aaaaa"], other: ["aaaaaa"]),
        Case(pattern: "^(?:|a)+b{0}$", matching: ["", "aa"], other: ["b"]),
        Case(pattern: "^(?!.*--)[a-z-]+$", matching: ["a-b"], other: ["a--b", ""]),
        Case(pattern: "^(?=.*[0-9])(?=.*[a-z]).{4,}$", matching: ["abc1"], other: ["abcd", "1234", "a1"]),
        Case(pattern: "\\bfoo\\b", matching: ["a foo b", "foo", "x-foo"], other: ["foobar", "afoo"]),
        Case(pattern: "^\\Boo", matching: [], other: ["oo"]),
        Case(pattern: "^\\d+$", matching: ["0123456789"], other: ["১২", "", "a"]),
        Case(pattern: "^\\D$", matching: ["a", "১"], other: ["1"]),
        Case(pattern: "^\\w+$", matching: ["aZ_9"], other: ["é", "-"]),
        Case(pattern: "^\\W$", matching: ["é", "-"], other: ["a", "_"]),
        Case(
            pattern: "^\\s$",
            matching: [" ", "\t", "\u{B}", "\u{A0}", "\u{FEFF}", "\u{2028}", "\u{2003}"],
            other: ["a", "\u{1}", "\u{2013}"]
        ),
        Case(pattern: "^\\S$", matching: ["a", "\u{1}"], other: [" ", "\u{A0}"]),
        Case(pattern: "^[^\\s,;]+$", matching: ["a-b"], other: ["a b", "a,b"]),
        Case(pattern: "^[\\d\\-.]+$", matching: ["1-2.3"], other: ["a"]),
        Case(pattern: "^[\\s\\S]$", matching: ["\n", "a", "💩"], other: ["", "ab"]),
        Case(pattern: "^[^]$", matching: ["\n", "a"], other: [""]),
        Case(pattern: "^[]$", matching: [], other: ["", "]"]),
        Case(pattern: "^.$", matching: ["a", "💩", "é"], other: ["\n", "\r", "\u{2028}", "", "e\u{301}", "\r\n"]),
        Case(pattern: "^\\cC\\x41\\u0042\\u{1F4A9}\\uD83D\\uDCA9\\0\\t$", matching: ["\u{3}AB💩💩\0\t"], other: ["cCAB"]),
        Case(pattern: "^[[]&&--~~]+$", matching: ["[&&--~~]"], other: ["a"]),
        Case(pattern: "^[a-]+[-a][\\b]$", matching: ["a-\u{8}"], other: ["b"]),
        Case(pattern: "^\\$\\^\\/\\.\\|\\{\\}$", matching: ["$^/.|{}"], other: [""]),
        Case(pattern: "^a{,2}{x}]$", matching: ["a{,2}{x}]"], other: ["aa"]),
        Case(pattern: "^🐲*$", matching: ["", "🐲🐲"], other: ["🐲x"]),
        Case(pattern: "(?<year>\\d{4})-x", matching: ["2024-x"], other: ["24-x"]),
        Case(pattern: "^(a+)b\\1$", matching: ["aabaa"], other: ["aabaaa", "aab", "aabaa\n"]),
        Case(pattern: "^\\p{Lu}+$", matching: ["ÄB"], other: ["Äb", "ÄB\n"]),
        Case(pattern: "^a+(?<!aaa)b$", matching: ["ab", "aab"], other: ["aaab"]),
        Case(pattern: "(?<=\\$)\\d", matching: ["a$1"], other: ["a1"]),
    ]

    @Test(
        "What is not a pattern is refused",
        arguments: [
            "(", ")", "a)", "[a", "*", "a**", "+", "^*", "$+", "\\b*", "\\", "[b-a]", "[\\d-z]", "a{2,1}", "(?x)",
            "(?<1>a)", "(?<>a)",
            "\\c1", "\\x4", "\\u12", "\\u{110000}", "\\uD800\\u0041", "\\a", "\\Z", "\\_a\\i", "[\\q]",
            String(repeating: "(", count: 100) + String(repeating: ")", count: 100),
        ]
    )
    func refused(_ source: String) {
        #expect(throws: PatternError.self) { try SchemaPattern(source) }
    }

    @Test(
        "Patterns that explode when backtracking match at once",
        arguments: [
            "^(a+)+$", "^(a|aa)+$", "^(a*)*$", "^(a|a?)+$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$",
            "^(?:a?){1000}a{1000}$",
        ]
    )
    func explosion(_ source: String) throws {
        let pattern = try SchemaPattern(source)
        let clock = ContinuousClock()
        let time = clock.measure {
            for text in [String(repeating: "a", count: 300) + "!", String(repeating: "x", count: 300)] {
                #expect(!pattern.matches(text))
            }
        }
        #expect(time < .seconds(5))
    }

    @Test("A large text is matched in linear time by simple patterns")
    func largeText() throws {
        let text = String(repeating: "ab1_", count: 100_000)
        let patterns = try ["^[a-z0-9_]+$", "[a-z0-9_]+!", "^[a-z0-9_]{1,64}$"].map { try SchemaPattern($0) }
        let clock = ContinuousClock()
        var matches: [Bool] = []
        let time = clock.measure { matches = patterns.map { $0.matches(text) } }
        #expect(matches == [true, false, false])
        #expect(time < .seconds(5))
    }
}
