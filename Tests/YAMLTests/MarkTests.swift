import Testing
import YAML

@Suite("Places")
struct MarkTests {
    static let text = """
        # flow
        name: "énorme💩"   # comment
        日本: {key: ü, list: [a, "b"]}
        inputs:
          - latency:\t90s
            note: |
              é
              x
          -
            url: 'é' # more
        end: &a  !!str x

        """

    @Test(
        "Every node says where it starts and ends",
        arguments: [
            ([], "2:1-11:17"), (["name"], "2:7-2:16"), (["日本"], "3:5-3:29"), (["日本", "key"], "3:11-3:12"),
            (["日本", "list"], "3:20-3:28"),
            (["日本", "list", "1"], "3:24-3:27"), (["inputs"], "5:3-10:13"), (["inputs", "0"], "5:5-9:1"),
            (["inputs", "0", "latency"], "5:14-5:17"),
            (["inputs", "0", "note"], "6:11-9:1"), (["inputs", "1", "url"], "10:10-10:13"), (["end"], "11:6-11:17"),
        ] as [([String], String)]
    )
    func spans(_ path: [String], _ span: String) {
        let stream = parse(Self.text)
        #expect(stream.problems.isEmpty)
        var node = stream.documents.first?.root
        for key in path { node = node?[key] }
        #expect(node?.span == span)
    }

    @Test(
        "Only LF, CR and CR LF end a line",
        arguments: [
            "a: 1\nb: 2", "a: 1\rb: 2", "a: 1\r\nb: 2", "\u{FEFF}a: 1\nb: 2",
        ]
    )
    func lines(_ text: String) {
        let stream = parse(text)
        #expect(stream.documents.first?.root?["b"]?.span == "2:4-2:5", "\(stream)")
    }

    @Test("Documents say where they start")
    func documents() {
        #expect(parse("# c\na: 1\n---\nb: 2\n--- c").documents.map(\.start).map(\.line) == [2, 3, 5])
    }

    @Test("An empty value is right after its colon, an aliased one where the alias is")
    func aliases() {
        let root = parse("a: &x {k: 1}\nb:\n  c: *x\n  d:\n").documents.first?.root
        #expect(root?["b"]?["c"]?.span == "3:6-3:8")
        #expect(root?["b"]?["c"]?["k"]?.span == "1:11-1:12")
        #expect(root?["b"]?["d"]?.start.line == 4)
    }
}
