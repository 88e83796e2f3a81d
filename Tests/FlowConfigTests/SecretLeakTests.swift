import FlowModel
import Testing

@testable import FlowConfig

struct SecretLeakTests {
    /// Every place that takes a secret, with `%` for its value.
    private static let fields = [
        "protocol: rtmp, streamKey: %", "protocol: rtmp-pull, source: 'rtmp://h/', streamKey: %",
        "protocol: srt, decryption: {key: %}", "protocol: srt, decryption: %",
        "protocol: srt, mode: caller, host: h, port: 1, decryption: {key: %}",
        "protocol: rtsp, username: u, password: %", "protocol: rtsp-pull, source: 'rtsp://h/', password: %",
        "protocol: rtmp-pull, source: %", "protocol: rtsp-pull, source: %",
    ]

    /// Wrong in every way that a secret can be, always with the word that must not be seen.
    private static let values = [
        "hunter2",
        "'hunter2 with spaces and a length that no passphrase of SRT may have, because it is above seventy nine'",
        "\"hunter2\\u0007\"", "[hunter2]", "{hunter2: x}", "{hunter2}", "{hunter2, hunter2}", "{file: [hunter2]}",
        "{env: hunter2 x}", "{env: 'hunter2='}", "{env: {hunter2: hunter2}}", "{file: '', hunter2: 1}",
        "{file: hunter2, env: hunter2}", "*hunter2", "!hunter2 x", "!!int hunter2", "&hunter2 [x]", "{<<: hunter2}",
        "rtsp://admin:hunter2@h/", "'rtmp://admin:hunter2@h/live'", "http://hunter2/", "'hunter2'", "{key: hunter2}",
        "{key: hunter2, key: hunter2}", "{key: {hunter2: hunter2}}", "{? [hunter2] : x}", "@hunter2", "`hunter2`",
    ]

    @Test("No secret is in any message or excerpt, whatever is wrong with it", arguments: fields)
    func messages(field: String) {
        for value in Self.values {
            let text = Fixture.flow(inputs: "  - {name: in, \(field.replacing("%", with: value))}")
            let twice = Fixture.flow(
                inputs: """
                      - {name: in, \(field.replacing("%", with: value))}
                      - {name: in, \(field.replacing("%", with: value))}
                    """
            )
            for text in [text, twice] {
                for line in Fixture.lines(text) where line.contains("hunter2") { Issue.record("\(value): \(line)") }
                for excerpt in Fixture.load(text).diagnostics.compactMap(\.excerpt)
                where "\(excerpt)".contains("hunter2") { Issue.record("\(value): \(excerpt)") }
            }
        }
    }

    @Test("The field is named all the same")
    func fieldIsNamed() {
        let file = Fixture.load(Fixture.flow(inputs: "  - {name: in, protocol: srt, decryption: {key: hunter2}}"))
        #expect(file.diagnostics.map(\.field) == ["inputs[0].decryption.key"])
    }

    @Test(
        "A policy that looks at secrets does not show them",
        arguments: [
            #"{"properties": {"inputs": {"items": {"properties": {"streamKey": {"pattern": "^x"}}}}}}"#,
            #"{"properties": {"inputs": {"items": {"properties": {"streamKey": {"enum": ["y"]}}}}}}"#,
            #"{"properties": {"inputs": {"items": {"properties": {"streamKey": {"type": "object"}}}}}}"#,
            #"{"properties": {"inputs": {"items": {"properties": {"streamKey": false}}}}}"#,
            #"{"properties": {"inputs": {"items": {"const": 1}}}}"#, #"{"properties": {"inputs": {"const": 1}}}"#,
            #"{"not": {}}"#, #"{"const": 1}"#, #"{"enum": [1]}"#, "false",
            #"{"properties": {"inputs": {"items": {"properties": {"streamKey": {"pattern": "^x", "errorMessage": "bad: {value}"}}}}}}"#,
        ]
    )
    func policy(schema: String) throws {
        let policy = try FlowPolicy(parsing: Array(schema.utf8))
        let text = Fixture.flow(inputs: "  - {name: in, protocol: rtmp, streamKey: hunter2}")
        let file = Fixture.load(text, policy: policy)
        #expect(!file.isValid)
        for diagnostic in file.diagnostics { #expect(!"\(diagnostic)".contains("hunter2")) }
    }

    @Test("Two inputs with one stream key are told so without the key")
    func duplicateKey() {
        let text = Fixture.flow(
            inputs: """
                  - {name: one, protocol: rtmp, streamKey: hunter2, enabled: true}
                  - {name: two, protocol: rtmp, streamKey: hunter2, enabled: true}
                """
        )
        #expect(
            Fixture.load(text).diagnostics.filter { $0.severity == .error }.map(\.description) == [
                "a.yaml:6:44: error: inputs[1].streamKey: the stream key is that of \"one\" at line 5 as well "
                    + "[flow/duplicate-stream-key]"
            ]
        )
    }
}
