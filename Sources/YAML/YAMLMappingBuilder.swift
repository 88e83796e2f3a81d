import MessageText

/// Takes keys and values in turn and makes a mapping: keys are scalars, none twice, merge keys expanded.
struct YAMLMappingBuilder {
    /// Up to here, comparing all keys is faster than hashing them.
    private static let linearSearchLimit = 12

    private var pairs: [YAMLPair] = []
    private var places: [String: Int] = [:]
    private var pendingKey: YAMLNode?
    private var merge: YAMLPair?
    private(set) var problems: [YAMLProblem] = []
    /// The end of the last key or value.
    private(set) var end: YAMLMark?

    /// Takes the next key or value.
    mutating func add(_ node: YAMLNode) {
        self.end = node.end
        guard let key = self.pendingKey else {
            self.pendingKey = node
            return
        }
        self.pendingKey = nil
        guard case .scalar(let scalar) = key.content else {
            let message = "a key must be a text, not a list or mapping"
            self.problems.append(YAMLProblem(mark: key.start, message: message, rule: "yaml/key-type"))
            return
        }
        let pair = YAMLPair(key: key, value: node)
        if scalar.text == "<<", scalar.isPlain && scalar.tag == nil || scalar.tag == YAMLTag.merge {
            if let first = self.merge { self.refuse(pair.key, "<<", first: first.key) } else { self.merge = pair }
            return
        }
        if let first = self.place(of: scalar.text) {
            self.refuse(key, scalar.text, first: self.pairs[first].key)
            return
        }
        self.append(pair, scalar.text)
    }

    /// The pairs, merged ones last.
    mutating func finish() -> [YAMLPair] {
        guard let merge = self.merge else { return self.pairs }
        var sources: [YAMLNode] = [merge.value]
        if case .sequence(let nodes) = merge.value.content { sources = nodes }
        for source in sources {
            guard case .mapping(let merged) = source.content else {
                let message = "\"<<\" takes a mapping or a list of mappings"
                self.problems.append(YAMLProblem(mark: source.start, message: message, rule: "yaml/merge-value"))
                continue
            }
            for pair in merged {
                guard case .scalar(let scalar) = pair.key.content, self.place(of: scalar.text) == nil else { continue }
                self.append(pair, scalar.text)
            }
        }
        return self.pairs
    }

    private mutating func append(_ pair: YAMLPair, _ text: String) {
        self.pairs.append(pair)
        if self.pairs.count > Self.linearSearchLimit {
            if self.places.isEmpty {
                for (index, pair) in self.pairs.enumerated() {
                    if case .scalar(let scalar) = pair.key.content { self.places[scalar.text] = index }
                }
            } else {
                self.places[text] = self.pairs.count - 1
            }
        }
    }

    private func place(of text: String) -> Int? {
        guard self.pairs.count <= Self.linearSearchLimit else { return self.places[text] }
        return self.pairs.firstIndex { pair in
            if case .scalar(let scalar) = pair.key.content { scalar.text == text } else { false }
        }
    }

    private mutating func refuse(_ key: YAMLNode, _ text: String, first: YAMLNode) {
        let message = "the key \"\(text.escapedForMessage())\" is there already, at \(first.start)"
        self.problems.append(YAMLProblem(mark: key.start, message: message, rule: "yaml/duplicate-key"))
    }
}
