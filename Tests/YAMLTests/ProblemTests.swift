import Testing
import YAML

@Suite("Problems")
struct ProblemTests {
    @Test(
        "What is wrong, where",
        arguments: [
            ("a: 1\nb: 2\na: 3\n", "3:1 yaml/duplicate-key", "the key \"a\" is there already, at line 1, column 1"),
            ("a: 1\n'a': 3\n", "2:1 yaml/duplicate-key", "the key \"a\" is there already, at line 1, column 1"),
            (
                "x: {a: 1, é: 2, a: 3}\n", "1:17 yaml/duplicate-key",
                "the key \"a\" is there already, at line 1, column 5"
            ),
            (
                "<<: {a: 1}\n<<: {b: 1}\n", "2:1 yaml/duplicate-key",
                "the key \"<<\" is there already, at line 1, column 1"
            ),
            ("<<: 1\n", "1:5 yaml/merge-value", "\"<<\" takes a mapping or a list of mappings"),
            ("<<: [{a: 1}, b]\n", "1:14 yaml/merge-value", "\"<<\" takes a mapping or a list of mappings"),
            ("[a]: 1\n", "1:1 yaml/key-type", "a key must be a text, not a list or mapping"),
            ("? {a: 1}\n: 2\n", "1:3 yaml/key-type", "a key must be a text, not a list or mapping"),
            (
                "a: *x\n", "1:4 yaml/unknown-anchor",
                "there is no anchor for this alias before it in its document; quote a text that starts with \"*\""
            ),
            (
                "a: &x 1\n---\nb: *x\n", "3:4 yaml/unknown-anchor",
                "there is no anchor for this alias before it in its document; quote a text that starts with \"*\""
            ),
            ("a: &x [1, *x]\n", "1:11 yaml/recursive-alias", "this alias stands inside of what it stands for"),
            (
                "a: &x 1\nb: &x {c: *x}\n", "2:11 yaml/recursive-alias",
                "this alias stands inside of what it stands for"
            ),
            (
                "a: b: c\n", "1:5 yaml/syntax",
                "a \"key: value\" cannot stand here; check the indentation, and quote a text that contains \": \""
            ),
            ("a:\n\tb: 1\n", "2:1 yaml/syntax", "a tab cannot indent YAML; use spaces"),
            ("a: @b\n", "1:4 yaml/syntax", "nothing can start with \"@\" here; quote the text"),
            ("a: %b\n", "1:4 yaml/syntax", "nothing can start with \"%\" here; quote the text"),
            ("a: \"b\nc: d\n", "1:4 yaml/syntax", "this quote is never closed"),
            ("a: 'b\n---\nc: d\n", "1:4 yaml/syntax", "this quote is not closed before the document ends"),
            (
                "a: [b, c\nd: e\n", "2:2 yaml/syntax",
                "expected \",\" or \"]\" in the list that starts at line 1, column 4"
            ),
            ("a: {b: c\n", "2:1 yaml/syntax", "expected \",\" or \"}\" in the mapping that starts at line 1, column 4"),
            (
                "a: 1\n b: 2\n", "2:3 yaml/syntax",
                "a \"key: value\" cannot stand here; check the indentation, and quote a text that contains \": \""
            ),
            (
                "a:\n  b: 1\n c: 2\n", "3:2 yaml/syntax",
                "expected a key of the mapping that starts at line 1, column 1; check the indentation and the quotes"
            ),
            (
                "a: 1\nb\nc: 2\n", "2:1 yaml/syntax",
                "expected \":\" after this key; check the indentation and the quotes"
            ),
            (
                "a:\n  - b\n  c: d\n", "3:3 yaml/syntax",
                "expected \"- \" of the list that starts at line 2, column 3; check the indentation"
            ),
            ("a: 1\u{7}\n", "1:5 yaml/control-character", "the control character \\u{7} is not allowed in YAML"),
            ("é\u{7F}", "1:2 yaml/control-character", "the control character \\u{7F} is not allowed in YAML"),
            (
                "# \u{85}\na", "1:3 yaml/control-character",
                "the line separator \\u{85} must be escaped, in double quotes: not all readers see a line end here"
            ),
            (
                "'\u{2028}'", "1:2 yaml/control-character",
                "the line separator \\u{2028} must be escaped, in double quotes: not all readers see a line end here"
            ),
            ("é: \u{9B}", "1:4 yaml/control-character", "the control character \\u{9B} is not allowed in YAML"),
        ]
    )
    func problems(_ text: String, _ place: String, _ message: String) {
        let stream = parse(text)
        #expect(places(stream) == [place])
        #expect(stream.problems.map(\.message) == [message])
    }

    @Test("All duplicate keys are named, and the first value counts")
    func severalProblems() {
        let stream = parse("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")
        #expect(places(stream) == ["2:1 yaml/duplicate-key", "3:11 yaml/duplicate-key", "4:1 yaml/duplicate-key"])
        #expect(outline(stream.documents.first?.root) == "{a: 1, b: {c: 1}}")
    }

    @Test("A syntax error leaves the documents before it")
    func documentsBefore() {
        let stream = parse("a: 1\n---\nb: [\n")
        #expect(stream.documents.map { outline($0.root) } == ["{a: 1}"])
        #expect(stream.problems.map(\.rule) == ["yaml/syntax"])
    }

    @Test(
        "Messages show keys on one line and values never",
        arguments: [
            "\"a\\n\\u202e\": 1\n\"a\\n\\u202e\": hunter2\n", "key: hunter2: x\n", "key: \"hunter2\n",
            "key: [hunter2\nb: c\n", "key: !!int hunter2\n", "- hunter2\nkey: hunter2\n",
            "key: *hunter2", "key: !hunter2 x", "key: &hunter2 [*hunter2]",
            "key: !!hunter2", "key: !!bool \"hunter2\"", "- &a hunter2\n- *b", "<<: hunter2", "key: hunter2\n\tx",
        ]
    )
    func secrets(_ text: String) {
        let stream = parse(text)
        #expect(!stream.problems.isEmpty)
        for problem in stream.problems {
            #expect(!problem.message.contains("hunter2"))
            #expect(!problem.message.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
        }
    }
}
