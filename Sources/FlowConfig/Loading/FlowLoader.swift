import FlowModel
import JSONSchema
import YAML

/// Turns the text of a flow file into flows and diagnostics. Total: any bytes give a result.
public struct FlowLoader: Sendable {
    /// The most that one flow file may hold, in bytes.
    public static let maximumFileBytes = 1 << 20

    private let flowSchema = FlowSchema.embedded
    private let policy: FlowPolicy?

    /// - Parameter policy: An organisation's own rules, checked after the format's.
    public init(policy: FlowPolicy? = nil) {
        self.policy = policy
    }

    /// Reports all problems of the file at once, in the order of the text.
    public func load(_ file: FlowFile) -> LoadedFile {
        load(file, observer: nil)
    }

    func load(_ file: FlowFile, observer: KeyObserver?) -> LoadedFile {
        let sink = DiagnosticSink(file: file.path)
        let stream = YAMLStream(parsing: file.bytes, limits: YAMLLimits(maximumBytes: Self.maximumFileBytes))
        for problem in stream.problems {
            sink.add(problem.mark, "", YAMLProblemText(problem, in: file.bytes).message, rule: problem.rule)
        }
        let context = DecodingContext(sink: sink, baseDirectory: file.baseDirectory, observer: observer)
        var flows: [LoadedFlow] = []
        var isEmpty = stream.problems.isEmpty
        for document in stream.documents {
            guard let root = document.root else { continue }
            isEmpty = false
            if let flow = load(root, context) { flows.append(flow) }
        }
        var diagnostics = sink.diagnostics
        if diagnostics.count > 1 {
            // Stable, so that of several problems at one place the first found stays first.
            let order = diagnostics.indices.sorted { left, right in
                let (one, other) = (diagnostics[left], diagnostics[right])
                return (one.line, one.column, left) < (other.line, other.column, right)
            }
            diagnostics = order.map { diagnostics[$0] }
        }
        ExcerptWriter(bytes: file.bytes, schema: flowSchema).addExcerpts(to: &diagnostics)
        return LoadedFile(path: file.path, flows: flows, diagnostics: diagnostics, isEmpty: isEmpty)
    }

    private func load(_ root: YAMLNode, _ context: DecodingContext) -> LoadedFlow? {
        let sink = context.sink
        let errorsBefore = sink.errorCount
        var conversion = NodeConversion(textKeys: flowSchema.textKeys)
        let value = conversion.value(of: root)
        if conversion.sawNullText { NullTextWarnings(textKeys: flowSchema.textKeys, sink: sink).check(root) }
        let reporter = SchemaReporter(root: root, schema: flowSchema, sink: sink)
        for violation in flowSchema.schema.validate(value) { reporter.report(violation) }
        let flow = FlowDecoder(context: context).decode(root)
        if let policy {
            let violations = policy.schema.validate(value)
            if !violations.isEmpty {
                let secrets = SecretCollector(secretKeys: flowSchema.secretKeys, root: root).secrets
                for violation in violations { reporter.report(policy: violation, secrets: secrets) }
            }
        }
        guard sink.errorCount == errorsBefore else { return nil }
        guard let flow, flow.isComplete(root) else {
            sink.add(root.start, "", "the flow cannot be read", rule: "flow/unreadable")
            return nil
        }
        return flow
    }
}

extension LoadedFlow {
    /// Whether every input and output of the document was decoded.
    fileprivate func isComplete(_ root: YAMLNode) -> Bool {
        guard case .mapping(let pairs) = root.content else { return false }
        func count(_ name: String) -> Int {
            for pair in pairs {
                guard case .scalar(let key) = pair.key.content, key.text == name,
                    case .sequence(let nodes) = pair.value.content
                else { continue }
                return nodes.count
            }
            return 0
        }
        return spec.inputs.count == count("inputs") && spec.outputs.count == count("outputs")
    }
}
