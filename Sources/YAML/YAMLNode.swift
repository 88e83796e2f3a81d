/// A scalar as it was written.
public struct YAMLScalar: Hashable, Sendable {
    /// After unquoting, unescaping and folding; never after resolving: `0x1F` is these four characters.
    public var text: String
    /// Whether it stood without quotes and not as a block scalar, so that the core schema may give it a type.
    public var isPlain: Bool
    /// The full tag, such as `tag:yaml.org,2002:str`, or `!`; `nil` where none was written.
    public var tag: String?

    public init(text: String, isPlain: Bool, tag: String? = nil) {
        self.text = text
        self.isPlain = isPlain
        self.tag = tag
    }
}

/// A key and its value, in the order of the text.
public struct YAMLPair: Sendable {
    /// Always a scalar in a tree that ``YAMLStream`` made.
    public var key: YAMLNode
    public var value: YAMLNode

    public init(key: YAMLNode, value: YAMLNode) {
        self.key = key
        self.value = value
    }
}

/// A node of the tree, with its place.
///
/// Aliases are expanded: the node itself then has the marks of the alias, and what is inside it those of the text
/// where it was anchored. Merge keys are expanded too: explicit pairs come first, merged ones after them.
public struct YAMLNode: Sendable {
    public enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    public var content: Content
    /// Where it starts: the first key of a block mapping, the first dash of a block sequence, else the bracket, the
    /// quote, the first letter, or the anchor or tag before it.
    public var start: YAMLMark
    /// Just after its last character; for a block collection, the end of its last member.
    public var end: YAMLMark

    public init(content: Content, start: YAMLMark, end: YAMLMark) {
        self.content = content
        self.start = start
        self.end = end
    }
}

/// One document of a stream.
public struct YAMLDocument: Sendable {
    /// `nil` if the document is empty or holds comments only.
    public var root: YAMLNode?
    /// Its `---`, or where its content starts.
    public var start: YAMLMark

    public init(root: YAMLNode?, start: YAMLMark) {
        self.root = root
        self.start = start
    }
}
