import JSONSchema
import Testing

@testable import FlowConfig

struct SchemaDocumentTests {
    private let document: JSONValue

    init() throws {
        document = try JSONValue(parsing: try #require(Repository.bytes("Schemas/flow.schema.json")))
    }

    @Test("The schema in the binary is Schemas/flow.schema.json, byte for byte")
    func embedded() {
        #expect(Repository.bytes("Schemas/flow.schema.json") == Array(EmbeddedSchemas.flow.utf8))
    }

    @Test("Every property has a title, a description and examples, so that an editor can explain it")
    func explained() {
        var count = 0
        for (place, property) in properties(of: document, "") + definitions.flatMap({ properties(of: $0.1, $0.0) }) {
            // An endpoint's `name: true` only says that the key is known; the base definition explains it.
            if property == .bool(true) { continue }
            let target = resolved(property)
            for keyword in ["title", "description", "examples"] {
                #expect(target.object?[keyword] != nil, "\(place) has no \(keyword)")
            }
            count += 1
        }
        #expect(count > 90)
    }

    @Test("Every example and default is valid where it stands")
    func examples() throws {
        for (place, property) in properties(of: document, "") + definitions.flatMap({ properties(of: $0.1, $0.0) }) {
            guard var root = resolved(property).object else { continue }
            root["definitions"] = document.object?["definitions"]
            let schema = try JSONSchema(.object(root))
            let values = (root["examples"]?.array ?? []) + [root["default"]].compactMap(\.self)
            for value in values { #expect(schema.validate(value) == [], "\(place): \(value.serialized())") }
        }
    }

    @Test(
        "The schema's descriptions name the ranges that the decoder holds to",
        arguments: [
            ("srtListenerInput", "latency", .latency), ("srtCallerInput", "latency", .latency),
            ("srtListenerOutput", "latency", .latency), ("srtCallerOutput", "latency", .latency),
            ("srtListenerInput", "peerIdleTimeout", .idleTimeout), ("srtCallerInput", "peerIdleTimeout", .idleTimeout),
            ("srtListenerOutput", "peerIdleTimeout", .idleTimeout),
            ("srtCallerOutput", "peerIdleTimeout", .idleTimeout),
            ("rtpInput", "idleTimeout", .idleTimeout), ("failover", "lossAfter", .lossAfter),
            ("failover", "recoverAfter", .recoverAfter), ("hlsOutput", "segmentDuration", .hlsSegment),
            ("recordOutput", "segmentDuration", .recordSegment), ("recordOutput", "keep", .keep),
        ] as [(String, String, FieldRange)]
    )
    func ranges(definition: String, name: String, range: FieldRange) throws {
        let schema = document.object?["definitions"]?.object?[definition]
        let property = schema?.object?["properties"]?.object?[name]
        let description = try #require(property?.object?["description"]?.string)
        #expect(description.contains(range.text))
    }

    @Test("The decoder reads every property of the schema, and no other")
    func decoderAgrees() {
        let observer = KeyObserver()
        for text in Self.everyProtocol {
            _ = Fixture.loader.load(
                FlowFile(path: "a", bytes: Array(text.utf8), baseDirectory: "/"),
                observer: observer
            )
        }
        var asked = observer.keys
        // Read on the way to the definition of the protocol.
        let input = asked.removeValue(forKey: "input") ?? []
        let output = asked.removeValue(forKey: "output") ?? []
        asked["endpoint"] = nil
        #expect(input.subtracting(Self.positionKeys) == ["name", "description", "enabled", "protocol", "mode"])
        #expect(output.subtracting(Self.positionKeys) == ["name", "description", "enabled", "protocol", "mode"])
        let common: Set<String> = ["name", "description", "enabled", "protocol"]
        for (definition, keys) in asked {
            let schema: JSONValue? =
                switch definition {
                case "flow": document
                case "secret": document.object?["definitions"]?.object?["passphrase"]
                default: document.object?["definitions"]?.object?[definition]
                }
            let known = Set(schema?.object?["properties"]?.object?.keys ?? [])
            let read = definition.hasSuffix("put") || definition.contains(/(In|Out)put$/) ? keys.union(common) : keys
            #expect(read == known, "\(definition)")
        }
        let endpoints = definitions.map(\.0).filter { $0.contains(/(In|Out)put$/) }
        #expect(Set(endpoints).isSubset(of: Set(asked.keys)))
    }

    /// Looked at for their places in the text.
    private static let positionKeys: Set<String> = ["port", "streamId", "streamKey", "path", "fec"]

    /// A file for each protocol, with the objects in which further keys are read.
    private static let everyProtocol = [
        Fixture.flow(
            inputs: """
                  - {name: a, protocol: rtmp, streamKey: {file: x}}
                  - {name: b, protocol: rtmp-pull, source: 'rtmp://h/'}
                  - {name: c, protocol: srt, decryption: {key: {env: X}}}
                  - {name: d, protocol: srt, mode: caller, host: h, port: 1}
                  - {name: e, protocol: rtp}
                  - {name: f, protocol: rtsp}
                  - {name: g, protocol: rtsp-pull, source: 'rtsp://h/'}
                  - {name: h, protocol: file, path: x}
                """,
            """
            failover: {mode: switch}
            outputs:
              - {name: a, protocol: srt, encryption: {key: {env: X}}}
              - {name: b, protocol: srt, mode: caller, host: h, port: 1}
              - {name: c, protocol: rtmp}
              - {name: d, protocol: rtmp-push, url: 'rtmp://h/'}
              - {name: e, protocol: rtp, host: h, port: 1}
              - {name: f, protocol: udp, host: h, port: 1}
              - {name: g, protocol: rtsp}
              - {name: h, protocol: rtsp-push, url: 'rtsp://h/'}
              - {name: i, protocol: hls}
              - {name: j, protocol: record, path: '%H'}
            """
        )
    ]

    private var definitions: [(String, JSONValue)] {
        document.object?["definitions"]?.object?.members.map { ($0.key, $0.value) } ?? []
    }

    private func properties(of schema: JSONValue, _ place: String) -> [(String, JSONValue)] {
        schema.object?["properties"]?.object?.members.map { ("\(place)/\($0.key)", $0.value) } ?? []
    }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let name = schema.object?["$ref"]?.string?.split(separator: "/").last else { return schema }
        return document.object?["definitions"]?.object?[String(name)] ?? schema
    }
}
