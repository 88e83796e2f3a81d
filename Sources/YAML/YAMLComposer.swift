/// Builds trees from events, and stops at the first event that goes over a limit.
struct YAMLComposer {
    /// A collection whose end has not been read.
    private struct Frame {
        var isMapping: Bool
        var isFlow: Bool
        var tag: String?
        var anchor: String?
        var start: YAMLMark
        var items: [YAMLNode] = []
        var mapping = YAMLMappingBuilder()
        var nodeCount = 1
        /// Levels below and including this collection.
        var height = 1
    }

    /// A finished node with what an alias to it costs.
    private struct Composed {
        var node: YAMLNode
        var nodeCount: Int
        var height: Int
    }

    private let text: YAMLText
    private let limits: YAMLLimits
    private(set) var documents: [YAMLDocument] = []
    private(set) var problems: [YAMLProblem] = []

    private var frames: [Frame] = []
    private var anchors: [String: Composed] = [:]
    private var root: YAMLNode?
    private var documentStart = YAMLMark(line: 1, column: 1)
    private var nodeCount = 0
    private var aliasCount = 0

    init(text: YAMLText, limits: YAMLLimits) {
        self.text = text
        self.limits = limits
    }

    mutating func run() {
        let parser = YAMLParser(self.text)
        do throws(YAMLProblem) {
            while true {
                guard let event = parser.next() else {
                    throw parser.failure.problem(in: self.text)
                }
                if case .streamEnd = event.kind { return }
                try self.handle(event)
            }
        } catch {
            self.problems.append(error)
        }
    }

    private mutating func handle(_ event: YAMLEvent) throws(YAMLProblem) {
        let start = self.text.mark(at: event.startIndex)
        switch event.kind {
        case .documentStart:
            self.root = nil
            self.anchors.removeAll(keepingCapacity: true)
            self.documentStart = start
        case .documentEnd:
            self.documents.append(YAMLDocument(root: self.root, start: self.documentStart))
        case .scalar(let scalar):
            try self.count(1, levels: 1, at: start)
            if self.frames.isEmpty, event.startIndex == event.endIndex, scalar.isPlain, scalar.text.isEmpty { return }
            let node = YAMLNode(content: .scalar(scalar), start: start, end: self.text.mark(at: event.endIndex))
            if let tag = scalar.tag { try self.check(tag, of: node) }
            try self.add(Composed(node: node, nodeCount: 1, height: 1), anchor: event.anchor)
        case .sequenceStart(let tag, let isFlow):
            try self.count(1, levels: 1, at: start)
            self.frames.append(Frame(isMapping: false, isFlow: isFlow, tag: tag, anchor: event.anchor, start: start))
        case .mappingStart(let tag, let isFlow):
            try self.count(1, levels: 1, at: start)
            self.frames.append(Frame(isMapping: true, isFlow: isFlow, tag: tag, anchor: event.anchor, start: start))
        case .collectionEnd:
            try self.endCollection(at: self.text.mark(at: event.endIndex))
        case .alias(let name):
            try self.expand(name, start: start, end: self.text.mark(at: event.endIndex))
        case .streamEnd, .other:
            break
        }
    }

    private mutating func endCollection(at mark: YAMLMark) throws(YAMLProblem) {
        guard var frame = self.frames.popLast() else { return }
        let content: YAMLNode.Content
        let lastEnd: YAMLMark?
        if frame.isMapping {
            lastEnd = frame.mapping.end
            let pairs = frame.mapping.finish()
            for problem in frame.mapping.problems { try self.report(problem) }
            content = .mapping(pairs)
        } else {
            lastEnd = frame.items.last?.end
            content = .sequence(frame.items)
        }
        let end = frame.isFlow ? mark : lastEnd ?? mark
        let node = YAMLNode(content: content, start: frame.start, end: end)
        if let tag = frame.tag { try self.check(tag, of: node) }
        try self.add(
            Composed(node: node, nodeCount: frame.nodeCount, height: frame.height),
            anchor: frame.anchor
        )
    }

    private mutating func expand(_ name: String, start: YAMLMark, end: YAMLMark) throws(YAMLProblem) {
        self.aliasCount += 1
        guard self.aliasCount <= self.limits.maximumAliases else {
            throw self.limit("aliases", self.limits.maximumAliases, at: start, "yaml/alias-limit")
        }
        // An anchor that is being defined hides an older one of the same name.
        if self.frames.contains(where: { $0.anchor == name }) {
            throw YAMLProblem(
                mark: start,
                message: "this alias stands inside of what it stands for",
                rule: "yaml/recursive-alias"
            )
        }
        guard var target = self.anchors[name] else {
            throw YAMLProblem(
                mark: start,
                // Without its name, which may be a secret that was not quoted.
                message:
                    "there is no anchor for this alias before it in its document; quote a text that starts with \"*\"",
                rule: "yaml/unknown-anchor"
            )
        }
        try self.count(target.nodeCount, levels: target.height, at: start)
        target.node.start = start
        target.node.end = end
        try self.add(target, anchor: nil)
    }

    /// Counts nodes before they are made.
    private mutating func count(_ nodes: Int, levels: Int, at mark: YAMLMark) throws(YAMLProblem) {
        self.nodeCount += nodes
        guard self.nodeCount <= self.limits.maximumNodes else {
            throw self.limit("nodes", self.limits.maximumNodes, at: mark, "yaml/node-limit")
        }
        guard self.frames.count + levels <= self.limits.maximumDepth else {
            throw self.limit("levels of nesting", self.limits.maximumDepth, at: mark, "yaml/depth-limit")
        }
    }

    private func limit(_ what: String, _ number: Int, at mark: YAMLMark, _ rule: String) -> YAMLProblem {
        YAMLProblem(mark: mark, message: "more than \(number) \(what)", rule: rule)
    }

    private mutating func report(_ problem: YAMLProblem) throws(YAMLProblem) {
        guard self.problems.count < self.limits.maximumProblems else {
            throw YAMLProblem(
                mark: problem.mark,
                message: "more than \(self.limits.maximumProblems) problems; the rest is not read",
                rule: "yaml/problem-limit"
            )
        }
        self.problems.append(problem)
    }

    private mutating func check(_ tag: String, of node: YAMLNode) throws(YAMLProblem) {
        let message: String
        let rule: String
        switch YAMLTag.fits(tag, node.content) {
        case .fits: return
        case .mismatch: (message, rule) = ("the value is not a \(YAMLTag.short(tag))", "yaml/tag-mismatch")
        case .unknown:
            // Without the tag, which may be a secret that was not quoted.
            (message, rule) = ("this tag is not known; quote a text that starts with \"!\"", "yaml/unknown-tag")
        }
        try self.report(YAMLProblem(mark: node.start, message: message, rule: rule))
    }

    private mutating func add(_ composed: Composed, anchor: String?) throws(YAMLProblem) {
        if let anchor { self.anchors[anchor] = composed }
        guard let top = self.frames.indices.last else {
            self.root = composed.node
            return
        }
        self.frames[top].nodeCount += composed.nodeCount
        self.frames[top].height = max(self.frames[top].height, composed.height + 1)
        if self.frames[top].isMapping {
            self.frames[top].mapping.add(composed.node)
        } else {
            self.frames[top].items.append(composed.node)
        }
    }
}
