import YAML

enum YAMLFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        let limits = YAMLLimits()
        let stream = YAMLStream(parsing: Array(input), limits: limits)
        precondition(stream.problems.count <= limits.maximumProblems + 1)
        for problem in stream.problems { expectOneSafeLine(problem.message) }
        var nodes = 0
        for document in stream.documents {
            guard let root = document.root else { continue }
            // Without recursion: the fuzzer must not blame the tree for its own stack.
            var open = [(root, 1)]
            while let (node, depth) = open.popLast() {
                nodes += 1
                precondition(depth <= limits.maximumDepth + 1, "deeper than the limit")
                precondition(node.start.line >= 1 && node.start.column >= 1 && node.start <= node.end)
                switch node.content {
                case .scalar(let scalar): _ = scalar.value
                case .sequence(let items): open += items.map { ($0, depth + 1) }
                case .mapping(let pairs): open += pairs.flatMap { [($0.key, depth + 1), ($0.value, depth + 1)] }
                }
            }
        }
    }

    static let seeds: [[UInt8]] = texts.map { Array($0.utf8) } + [utf16]

    private static let texts = [
        "", "# only a comment\n", "a: 1\n", "- a\n- b: {c: [1, 2.5, ~]}\n",
        "--- |\n text\n text\n...\n--- >-\n folded\n",
        "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n", "\"quoted \\u263a \\x41\": 'it''s'\n", "? complex\n: value\n",
        "a: no\nb: 0o17\nc: 1e3\nd: .inf\ne: 0x1f\nf: 2026-01-01\n", "!!str 1\n", "%YAML 1.2\n---\na: 1\n",
        "a: 1\na: 2\n", "\u{feff}a: ü\n", "[[[[[[[[]]]]]]]]", "\"a\\\n  b\"", "a:\n\tb: 1\n",
        "!<tag:yaml.org,2002:int> 12\n",
    ]

    private static let utf16: [UInt8] = [0xff, 0xfe] + "a: 1\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
}
