import FlowModel
import MessageText
import YAML

/// Makes a typed flow of a document's nodes, and reports what the schema cannot say: ranges of durations, addresses,
/// names that are used twice.
struct FlowDecoder {
    let context: DecodingContext

    /// Nil when something that the flow cannot do without is missing or wrong; the schema or the sink says what.
    func decode(_ document: YAMLNode) -> LoadedFlow? {
        guard let reader = MappingReader(document, path: "", definition: "flow", context: context) else { return nil }
        _ = reader.text("apiVersion")
        let name = reader.text("name")
        let maxBandwidth = reader.bitRate("maxBandwidth")
        let inputs = endpoints(reader, "inputs", "input") { InputDecoder.decode($0) }
        let outputs = endpoints(reader, "outputs", "output") { OutputDecoder.decode($0) }
        let failover = failover(reader, inputs: inputs.map(\.spec))
        checkStreamKeys(inputs.map { ($0.spec.name, $0.spec.streamKey, $0.positions) }, "inputs")
        checkStreamKeys(outputs.map { ($0.spec.name, $0.spec.streamKey, $0.positions) }, "outputs")
        checkHLS(outputs)
        let description = reader.text("description")
        let isSuspended = reader.bool("suspend") ?? false
        guard let name, let maxBandwidth else { return nil }
        let spec = FlowSpec(
            name: name,
            description: description,
            maxBandwidth: maxBandwidth,
            isSuspended: isSuspended,
            inputs: inputs.map(\.spec),
            failover: failover,
            outputs: outputs.map(\.spec)
        )
        return LoadedFlow(
            spec: spec,
            position: document.start.position,
            namePosition: reader.position(of: "name") ?? document.start.position,
            bandwidthPosition: reader.position(of: "maxBandwidth") ?? document.start.position,
            inputPositions: inputs.map(\.positions),
            outputPositions: outputs.map(\.positions)
        )
    }

    /// The members of a list that can be decoded; names must differ.
    private func endpoints<Spec: NamedEndpoint>(
        _ reader: MappingReader,
        _ key: String,
        _ kind: String,
        decode: (MappingReader) -> Spec?
    ) -> [(spec: Spec, positions: LoadedFlow.EndpointPositions)] {
        var result: [(Spec, LoadedFlow.EndpointPositions)] = []
        var namePlaces: [String: YAMLMark] = [:]
        for (index, node) in (reader.sequence(key) ?? []).enumerated() {
            let path = "\(key)[\(index)]"
            guard let member = MappingReader(node, path: path, definition: kind, context: context) else { continue }
            if let name = member.text("name"), let mark = member.node("name")?.start {
                if let first = namePlaces[name] {
                    let message =
                        "the name \"\(name.escapedForMessage())\" is taken by the \(kind) at line \(first.line)"
                    member.refuse("name", message, rule: "flow/duplicate-name")
                } else {
                    namePlaces[name] = mark
                }
            }
            guard let spec = decode(member) else { continue }
            let positions = LoadedFlow.EndpointPositions(
                start: member.start.position,
                port: member.position(of: "port"),
                streamID: member.position(of: "streamId"),
                streamKey: member.position(of: "streamKey"),
                path: member.position(of: "path")
            )
            result.append((spec, positions))
        }
        return result
    }

    private func failover(_ reader: MappingReader, inputs: [InputSpec]) -> FailoverSpec {
        guard let reader = reader.child("failover", definition: "failover") else { return FailoverSpec() }
        let defaults = FailoverSpec()
        let spec = FailoverSpec(
            mode: reader.choice("mode") ?? defaults.mode,
            mergeWindow: reader.duration("mergeWindow", .mergeWindow) ?? defaults.mergeWindow,
            lossAfter: reader.duration("lossAfter", .lossAfter) ?? defaults.lossAfter,
            switchBack: reader.choice("switchBack") ?? defaults.switchBack,
            recoverAfter: reader.duration("recoverAfter", .recoverAfter) ?? defaults.recoverAfter,
            active: reader.text("active"),
            quality: quality(reader)
        )
        if let active = spec.active { checkLeg(active, reader, inputs) }
        if spec.mode == .merge { checkMerge(reader, inputs) }
        return spec
    }

    private func quality(_ reader: MappingReader) -> FailoverSpec.Quality {
        guard let reader = reader.child("quality", definition: "quality") else { return FailoverSpec.Quality() }
        let defaults = FailoverSpec.Quality()
        return FailoverSpec.Quality(
            minBitrate: reader.bitRate("minBitrate"),
            minBitrateFor: reader.duration("minBitrateFor", .qualityHold) ?? defaults.minBitrateFor,
            noVideoFor: reader.duration("noVideoFor", .qualityTimeout),
            maxContinuityErrors: reader.integer("maxContinuityErrors").map { Int($0) },
            maxContinuityErrorsFor: reader.duration("maxContinuityErrorsFor", .qualityHold)
                ?? defaults.maxContinuityErrorsFor,
            frozenFor: reader.duration("frozenFor", .qualityTimeout)
        )
    }

    /// Two legs are merged, not one, and not three.
    private func checkMerge(_ reader: MappingReader, _ inputs: [InputSpec]) {
        guard MergedLegs(of: inputs) == nil else { return }
        let message =
            "merge wants two RTP legs or two SRT legs: one input with failover: true, or two inputs (SRT callers not in "
            + "cold standby)"
        reader.refuse("mode", message, rule: "flow/merge-legs")
    }

    /// `failover.active` names an input, and with a leg one that the input has.
    private func checkLeg(_ active: String, _ reader: MappingReader, _ inputs: [InputSpec]) {
        let parts = active.split(separator: "/", maxSplits: 1).map(String.init)
        guard let input = inputs.first(where: { $0.name == parts.first }) else {
            let message = "no input has the name \"\((parts.first ?? "").escapedForMessage())\""
            return reader.refuse("active", message, rule: "flow/unknown-input")
        }
        if parts.count == 2, parts[1] == "backup", !input.source.hasBackupLeg {
            let message = "the input \"\(input.name.escapedForMessage())\" has no backup leg: it lacks failover: true"
            reader.refuse("active", message, rule: "flow/unknown-input")
        }
    }

    /// Two publishers, or two players, of one flow are told apart by stream key alone.
    private func checkStreamKeys(
        _ endpoints: [(name: String, key: Secret?, positions: LoadedFlow.EndpointPositions)],
        _ list: String
    ) {
        var owners: [SecretSource: (name: String, line: Int)] = [:]
        for (index, endpoint) in endpoints.enumerated() {
            guard let source = endpoint.key?.source else { continue }
            let position = endpoint.positions.streamKey ?? endpoint.positions.start
            if let owner = owners[source] {
                context.sink.refuse(
                    YAMLMark(line: position.line, column: position.column),
                    "\(list)[\(index)].streamKey",
                    "the stream key is that of \"\(owner.name.escapedForMessage())\" at line \(owner.line) as well",
                    rule: "flow/duplicate-stream-key"
                )
            } else {
                owners[source] = (endpoint.name, position.line)
            }
        }
    }

    /// The address of a flow's HLS is the flow's, and names no output.
    private func checkHLS(_ outputs: [(spec: OutputSpec, positions: LoadedFlow.EndpointPositions)]) {
        var owner: (name: String, line: Int)?
        for (index, output) in outputs.enumerated() {
            guard case .hls = output.spec.destination, output.spec.isEnabled else { continue }
            let position = output.positions.start
            guard let owner else {
                owner = (output.spec.name, position.line)
                continue
            }
            context.sink.refuse(
                YAMLMark(line: position.line, column: position.column),
                "outputs[\(index)]",
                "a flow has one hls output, which is \"\(owner.name.escapedForMessage())\" at line \(owner.line)",
                rule: "flow/second-hls"
            )
        }
    }
}
