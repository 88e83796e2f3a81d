import Testing
import YAML

@Suite("Trees")
struct TreeTests {
    @Test(
        "Documents",
        arguments: [
            ("", []), ("# only a comment\n", []), ("\n\n", []), ("---\n", ["(none)"]), ("---\n# c\n...\n", ["(none)"]),
            ("a: 1", ["{a: 1}"]),
            ("a: 1\n---\nb: 2\n", ["{a: 1}", "{b: 2}"]), ("--- a\n--- b\n...\n--- c", ["a", "b", "c"]),
            ("---\n---\na: 1", ["(none)", "{a: 1}"]),
            ("%YAML 1.1\n---\na: 1", ["{a: 1}"]), ("%YAML 1.2\n---\na: 1", ["{a: 1}"]), ("--- ~", ["~"]),
            ("--- ''", ["\"\""]),
            ("\"a\"", ["\"a\""]), ("- a\n-\n- [b, {c: d}]", ["[a, , [b, {c: d}]]"]),
            ("a:\n- b\nc:\n", ["{a: [b], c: }"]),
            ("a: |\n  x\n  y\nb: >-\n  p\n  q\n", ["{a: \"x\ny\n\", b: \"p q\"}"]), ("? a\n: b\n", ["{a: b}"]),
            ("{a, b: }", ["{a: , b: }"]),
            ("a: b\r\nc: d\r\n", ["{a: b, c: d}"]), ("a: 'it''s'", ["{a: \"it's\"}"]),
            ("a: \"\\u00e9\\x41\\n\"", ["{a: \"éA\n\"}"]), ("a: b#c #d", ["{a: b#c}"]),
            ("\"a\": 1\n'b': 2", ["{\"a\": 1, \"b\": 2}"]), ("[a: 1, b]", ["[{a: 1}, b]"]), ("!!str", [""]),
        ] as [(String, [String])]
    )
    func documents(_ text: String, _ outlines: [String]) {
        let stream = parse(text)
        #expect(stream.documents.map { outline($0.root) } == outlines)
        #expect(stream.problems.isEmpty)
    }

    @Test(
        "Anchors, aliases and merge keys",
        arguments: [
            ("a: &x 1\nb: *x", "{a: 1, b: 1}"), ("a: &x [1, &y 2]\nb: [*x, *y]", "{a: [1, 2], b: [[1, 2], 2]}"),
            ("- &x a\n- &x b\n- *x", "[a, b, b]"),
            ("&k a: 1\n*k : 2\n", nil), ("- &k a\n- *k : 2", "[a, {a: 2}]"),
            ("b: &b {x: 1, y: 2}\nc:\n  <<: *b\n  y: 3", "{b: {x: 1, y: 2}, c: {y: 3, x: 1}}"),
            ("c:\n  y: 3\n  <<: {x: 1, y: 2}", "{c: {y: 3, x: 1}}"),
            ("c:\n  <<: [{x: 1}, {x: 2, z: 3}]\n  a: 0", "{c: {a: 0, x: 1, z: 3}}"), ("'<<': 1", "{\"<<\": 1}"),
            ("!!merge '<<': {a: 1}", "{a: 1}"),
            ("!!str <<: 1", "{<<: 1}"),
            (
                "a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y, r: 3}",
                "{a: {p: 1}, b: {q: 2, p: 1}, c: {r: 3, q: 2, p: 1}}"
            ),
            ("a: &x\nb: *x", "{a: , b: }"), ("<<: []", "{}"),
        ] as [(String, String?)]
    )
    func aliases(_ text: String, _ expected: String?) {
        let stream = parse(text)
        guard let expected else {
            #expect(!stream.problems.isEmpty)
            return
        }
        #expect(stream.problems.isEmpty, "\(stream.problems)")
        #expect(outline(stream.documents.first?.root) == expected)
    }

    @Test(
        "A mapping with many keys merges and finds repetitions",
        arguments: [11, 12, 13, 14, 500]
    )
    func manyKeys(_ count: Int) {
        var text = "base: &b {"
        text += (0..<count).map { "k\($0): 0" }.joined(separator: ", ") + "}\nmap:\n  <<: *b\n  k0: 1\n"
        text += (count..<(2 * count)).map { "  k\($0): 1\n" }.joined()
        let stream = parse(text)
        #expect(stream.problems.isEmpty)
        guard case .mapping(let pairs)? = stream.documents.first?.root?["map"]?.content else {
            Issue.record("a mapping")
            return
        }
        #expect(pairs.count == 2 * count)
        #expect(outline(stream.documents.first?.root?["map"]?["k0"]) == "1")
        #expect(outline(stream.documents.first?.root?["map"]?["k1"]) == "0")
        for index in [count, 2 * count - 1] {
            #expect(parse(text + "  k\(index): 2\n").problems.map(\.rule) == ["yaml/duplicate-key"])
        }
    }
}
