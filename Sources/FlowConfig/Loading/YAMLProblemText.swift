import YAML

/// The message of a YAML problem as it may be shown.
///
/// The messages of the YAML reader hold no scalars, but the names of anchors, tags and keys; a secret that starts with
/// `*`, `&` or `!`, or that was put into braces, would be such a name.
struct YAMLProblemText {
    let message: String

    init(_ problem: YAMLProblem, in bytes: [UInt8]) {
        message =
            switch problem.rule {
            case "yaml/unknown-anchor":
                "this alias has no anchor before it in this document; quote a text that starts with *"
            case "yaml/recursive-alias": "this alias stands inside of what it stands for"
            case "yaml/unknown-tag": "this tag is not known; quote a text that starts with !"
            case "yaml/duplicate-key" where Self.isNested(problem.mark, in: bytes): "this key is there already"
            default: problem.message
            }
    }

    /// Whether the key stands inside of braces on its line.
    private static func isNested(_ mark: YAMLMark, in bytes: [UInt8]) -> Bool {
        var line = 1
        for byte in bytes {
            if line > mark.line { break }
            if line == mark.line, byte == UInt8(ascii: "{") { return true }
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
        return false
    }
}
