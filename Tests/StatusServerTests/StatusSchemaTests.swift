import FlowModel
import Foundation
import JSONSchema
import NIOCore
import Testing

@testable import StatusServer

struct StatusSchemaTests {
    private static func schema() throws -> JSONSchema {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let data = try Data(contentsOf: root.appendingPathComponent("Schemas/status.schema.json"))
        return try JSONSchema(try JSONValue(parsing: Array(data)))
    }

    private static func document(_ flows: [FlowStatus]) throws -> String {
        String(buffer: try StatusAnswer.json(FlowList(flows: flows)).body)
    }

    @Test(
        "What /api/v1/flows answers is as the schema says",
        arguments: [
            [], [SampleStatus.emptyFlow], [SampleStatus.bareFlow],
            [SampleStatus.fullFlow, SampleStatus.emptyFlow, SampleStatus.bareFlow],
        ]
    )
    func valid(flows: [FlowStatus]) throws {
        let value = try JSONValue(parsing: Array(try Self.document(flows).utf8))
        #expect(try Self.schema().validate(value).map { "\($0)" } == [])
    }

    @Test("Every state and condition there is fits", arguments: [ConnectionState.idle, .waiting, .connected])
    func states(state: ConnectionState) throws {
        var flow = SampleStatus.fullFlow
        flow.inputs[0].legs[0].state = state
        flow.conditions = Condition.Kind.allCases.flatMap { kind in
            [Condition.State.true, .false, .unknown].map {
                Condition(type: kind, status: $0, reason: "PortInUse", message: "UDP 9000", lastTransitionTime: 0)
            }
        }
        let value = try JSONValue(parsing: Array(try Self.document([flow]).utf8))
        #expect(try Self.schema().validate(value).isEmpty)
    }

    @Test(
        "The schema is no rubber stamp",
        arguments: [
            ("\"generation\":2", "\"generation\":\"2\""), ("\"state\":\"Connected\"", "\"state\":\"connected\""),
            ("\"flows\":[", "\"flow\":["), ("\"bitrate\":", "\"bitRate\":"), ("\"pcrPID\":256", "\"pcrPID\":9000"),
            ("\"type\":\"Ready\"", "\"type\":\"Fine\""), ("\"packetsLost\":2", "\"packetsLost\":-2"),
        ]
    )
    func invalid(original: String, replacement: String) throws {
        let document = try Self.document([SampleStatus.fullFlow])
        #expect(document.contains(original))
        let changed = document.replacingOccurrences(of: original, with: replacement)
        #expect(try !Self.schema().validate(JSONValue(parsing: Array(changed.utf8))).isEmpty)
    }

    @Test("A nonsensical number in one leg does not hide the others")
    func notANumber() throws {
        var flow = SampleStatus.fullFlow
        flow.inputs[0].legs[0].roundTripTimeMilliseconds = .nan
        #expect(try Self.document([flow, SampleStatus.bareFlow]).contains("\"name\":\"bare\""))
    }
}
