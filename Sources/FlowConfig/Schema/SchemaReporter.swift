import JSONSchema
import MessageText
import YAML

/// Turns violations of schemas into diagnostics at their places in the text.
struct SchemaReporter {
    let root: YAMLNode
    let schema: FlowSchema
    let sink: DiagnosticSink

    /// Reports a violation of the flow schema. The schema's own messages that start with "not" go on from the value.
    func report(_ violation: JSONSchemaViolation) {
        let place = place(of: violation)
        var message = violation.message
        if violation.keyword == "additionalProperties" {
            message = unknownField(violation, place)
        } else if message.hasPrefix("not ") {
            message = "\(place.subject) is \(message)"
        }
        sink.add(place.mark, place.field, message, rule: "schema/\(violation.keyword)")
    }

    /// The evaluator's message, with the known fields where it has no near one to suggest.
    private func unknownField(_ violation: JSONSchemaViolation, _ place: NodePath) -> String {
        // The unknown key may be the secret itself, put into braces.
        var message = place.isSecret ? "unknown field" : violation.message
        if case .key("host")? = violation.instancePath.last, violation.schemaPath.contains("/srtListener") {
            return message + "; it goes with mode: caller"
        }
        guard !message.contains("; did you mean") else { return message }
        message += "; known here are "
        return message + schema.knownKeys(at: violation.schemaPath).joined(separator: ", ")
    }

    /// Reports a violation of an organisation's policy, which knows nothing of secrets and may quote them.
    ///
    /// - Parameter secrets: All secrets that the document holds.
    func report(policy violation: JSONSchemaViolation, secrets: [String]) {
        let place = place(of: violation)
        let quotesSecret = place.isSecret || secrets.contains { violation.message.contains($0) }
        let message =
            quotesSecret
            ? "does not follow the policy at #\(violation.schemaPath.escapedForMessage(limit: 200))" : violation.message
        sink.add(place.mark, place.field, message, rule: "policy/\(violation.keyword)")
    }

    private func place(of violation: JSONSchemaViolation) -> NodePath {
        NodePath(violation.instancePath, isAboutKey: violation.isAboutKey, in: root, schema: schema)
    }
}

/// The literal secrets of a document.
struct SecretCollector {
    let secretKeys: Set<String>
    private(set) var secrets: [String] = []

    init(secretKeys: Set<String>, root: YAMLNode) {
        self.secretKeys = secretKeys
        collect(root, isSecret: false)
    }

    private mutating func collect(_ node: YAMLNode, isSecret: Bool) {
        switch node.content {
        case .scalar(let scalar):
            if isSecret, !scalar.text.isEmpty { secrets.append(scalar.text) }
        case .sequence(let nodes):
            for node in nodes { collect(node, isSecret: isSecret) }
        case .mapping(let pairs):
            for pair in pairs {
                guard case .scalar(let key) = pair.key.content else { continue }
                if isSecret, !secretKeys.contains(key.text), !key.text.isEmpty { secrets.append(key.text) }
                collect(pair.value, isSecret: isSecret || secretKeys.contains(key.text))
            }
        }
    }
}
