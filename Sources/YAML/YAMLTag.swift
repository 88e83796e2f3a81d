/// The tags of the core schema (YAML 1.2.2 §10.3), and the merge key's.
enum YAMLTag {
    static let string = "tag:yaml.org,2002:str"
    static let null = "tag:yaml.org,2002:null"
    static let bool = "tag:yaml.org,2002:bool"
    static let integer = "tag:yaml.org,2002:int"
    static let float = "tag:yaml.org,2002:float"
    static let sequence = "tag:yaml.org,2002:seq"
    static let mapping = "tag:yaml.org,2002:map"
    static let merge = "tag:yaml.org,2002:merge"
    /// `!`: no type but the node's kind, so a scalar is a string.
    static let nonSpecific = "!"

    /// Whether a node with this tag may have this content.
    static func fits(_ tag: String, _ content: YAMLNode.Content) -> Fit {
        switch (tag, content) {
        case (nonSpecific, _), (string, .scalar), (merge, .scalar), (sequence, .sequence), (mapping, .mapping):
            return .fits
        case (null, .scalar(let scalar)): return scalar.value == .null ? .fits : .mismatch
        case (bool, .scalar(let scalar)):
            if case .bool = scalar.value { return .fits }
            return .mismatch
        case (integer, .scalar(let scalar)):
            if case .integer = scalar.value { return .fits }
            return .mismatch
        case (float, .scalar(let scalar)):
            if case .float = scalar.value { return .fits }
            return .mismatch
        case (string, _), (null, _), (bool, _), (integer, _), (float, _), (sequence, _), (mapping, _), (merge, _):
            return .mismatch
        default:
            return .unknown
        }
    }

    enum Fit {
        case fits
        case mismatch
        case unknown
    }

    /// The tag as people write it: `!!str`, `!vault`.
    static func short(_ tag: String) -> String {
        let prefix = "tag:yaml.org,2002:"
        return tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
    }
}
