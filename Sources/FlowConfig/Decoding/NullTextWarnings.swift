import MessageText
import YAML

/// Warns where `null` or `~` stands in a text field: it is those letters there, and perhaps "no value" was meant.
struct NullTextWarnings {
    let textKeys: Set<String>
    let sink: DiagnosticSink

    func check(_ node: YAMLNode, path: String = "", isText: Bool = false) {
        switch node.content {
        case .scalar(let scalar):
            guard isText, scalar.looksLikeNull else { return }
            let message = "this is text here, letter for letter; quote it, or leave the field out for no value"
            sink.warn(node.start, path, message, rule: "yaml/null-text")
        case .sequence(let nodes):
            for (index, node) in nodes.enumerated() { check(node, path: "\(path)[\(index)]", isText: isText) }
        case .mapping(let pairs):
            for pair in pairs {
                guard case .scalar(let key) = pair.key.content else { continue }
                let shown = key.text.escapedForMessage()
                check(pair.value, path: path.isEmpty ? shown : "\(path).\(shown)", isText: textKeys.contains(key.text))
            }
        }
    }
}
