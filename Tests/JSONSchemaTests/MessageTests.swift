import JSONSchema
import Testing

@Suite("Messages")
struct MessageTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var schema: String
        var value: String
        var expected: [String]

        init(_ schema: String, _ value: String, _ expected: String...) {
            self.schema = schema
            self.value = value
            self.expected = expected
        }

        var testDescription: String { self.expected.joined(separator: " | ") }
    }

    @Test("Violations in words", arguments: Self.exampleVectors)
    func words(_ example: Example) throws {
        #expect(try messages(example.schema, example.value) == example.expected)
    }

    static let exampleVectors: [Example] = [
        Example(#"{"properties": {"a": {"maximum": 10}}}"#, #"{"a": 90}"#, "/a: 90 is above the maximum of 10"),
        Example(#"{"minimum": 0.5}"#, "0.25", ": 0.25 is below the minimum of 0.5"),
        Example(#"{"exclusiveMinimum": 0}"#, "0", ": 0 is not above 0"),
        Example(#"{"exclusiveMaximum": 7}"#, "7.0", ": 7 is not below 7"),
        Example(#"{"multipleOf": 8}"#, "12", ": 12 is not a multiple of 8"),
        Example(#"{"minLength": 10}"#, "\"abc\"", ": \"abc\" is shorter than 10 characters"),
        Example(#"{"minLength": 1}"#, "\"\"", ": must not be empty"),
        Example(#"{"maxLength": 1}"#, "\"abc\"", ": \"abc\" is longer than 1 character"),
        Example(#"{"pattern": "^[a-z]+$"}"#, "\"A\"", ": \"A\" does not match ^[a-z]+$"),
        Example(#"{"format": "ipv4"}"#, "\"300.1.1.1\"", ": \"300.1.1.1\" is not an IPv4 address"),
        Example(#"{"type": "number"}"#, "\"abc\"", ": expected a number, not \"abc\""),
        Example(
            #"{"type": ["integer", "string", "array"]}"#,
            "{}",
            ": expected a whole number, a string or a list, not an empty object"
        ),
        Example(#"{"const": "srt"}"#, "\"rtp\"", ": must be \"srt\", not \"rtp\""),
        Example(
            #"{"enum": ["listener", "caller"]}"#,
            "\"lisener\"",
            ": \"lisener\" is not one of \"listener\" or \"caller\"; did you mean \"listener\"?"
        ),
        Example(
            #"{"enum": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}"#,
            "0",
            ": 0 is not one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, …"
        ),
        Example(#"{"minItems": 1}"#, "[]", ": 0 items; at least 1 is needed"),
        Example(#"{"maxItems": 2}"#, "[1, 2, 3]", ": 3 items; at most 2 are allowed"),
        Example(#"{"uniqueItems": true}"#, "[1, 2, 1]", ": items 0 and 2 are the same (counting from 0)"),
        Example(#"{"items": [{}], "additionalItems": false}"#, "[1, 2, 3]", "/1: only 1 item is allowed here"),
        Example(#"{"contains": {"const": 1}}"#, "[2]", ": no item is of the kind that is needed"),
        Example(#"{"required": ["name"]}"#, "{}", ": required field \"name\" is missing"),
        Example(
            #"{"properties": {"latency": {}, "port": {}}, "additionalProperties": false}"#,
            #"{"latancy": 1, "zzz": 2}"#,
            "/latancy (key): unknown field \"latancy\"; did you mean \"latency\"?",
            "/zzz (key): unknown field \"zzz\""
        ),
        Example(
            #"{"properties": {"maxBitrate": {}}, "additionalProperties": false}"#,
            #"{"max_bitrate": 1}"#,
            "/max_bitrate (key): unknown field \"max_bitrate\"; did you mean \"maxBitrate\"?"
        ),
        Example(
            #"{"properties": {"streamID": false}}"#,
            #"{"streamID": 1}"#,
            "/streamID (key): field \"streamID\" is not allowed here"
        ),
        Example(
            #"{"propertyNames": {"pattern": "^[a-z]+$"}}"#,
            #"{"A": 1}"#,
            "/A (key): \"A\" does not match ^[a-z]+$"
        ),
        Example(#"{"dependencies": {"a": ["b"]}}"#, #"{"a": 1}"#, ": field \"a\" needs field \"b\" as well"),
        Example(#"{"minProperties": 2}"#, #"{"a": 1}"#, ": 1 field; at least 2 are needed"),
        Example(#"{"not": {"const": 5}}"#, "5", ": 5 is not allowed here"),
        Example(
            #"{"not": {"required": ["a", "b"]}}"#,
            #"{"a": 1, "b": 2}"#,
            ": fields \"a\" and \"b\" exclude each other"
        ),
        Example("false", "1", ": nothing is allowed here"),
        Example(#"{"maxLength": 1}"#, #""a\u202eb\n""#, ": \"a\\u{202E}b\\u{A}\" is longer than 1 character"),
    ]

    @Test("Alternatives speak of the branch that was meant", arguments: Self.alternativeVectors)
    func alternatives(_ example: Example) throws {
        #expect(try messages(example.schema, example.value) == example.expected)
    }

    static let alternativeVectors: [Example] = [
        Example(
            #"{"anyOf": [{"type": "string"}, {"type": "integer"}]}"#,
            "[]",
            ": expected a whole number or a string, not an empty list"
        ),
        Example(
            #"{"anyOf": [{"type": "string"}, {"type": "integer", "maximum": 10}]}"#,
            "90",
            ": 90 is above the maximum of 10"
        ),
        Example(
            #"{"oneOf": [{"const": "auto"}, {"type": "integer", "maximum": 10}]}"#,
            "90",
            ": 90 is above the maximum of 10"
        ),
        Example(
            #"{"oneOf": [{"properties": {"p": {"const": "srt"}, "x": {"type": "integer"}}}, {"properties": {"p": {"const": "rtp"}, "y": {"type": "integer"}}}]}"#,
            #"{"p": "rtp", "y": "no"}"#,
            "/y: expected a whole number, not \"no\""
        ),
        Example(
            #"{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}"#,
            "{}",
            ": one of the fields \"a\" or \"b\" is needed"
        ),
        Example(
            #"{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}"#,
            #"{"a": 1, "b": 1}"#,
            ": only one of \"a\" and \"b\" may be there"
        ),
        Example(
            #"{"oneOf": [{"type": "integer"}, {"minimum": 0}]}"#,
            "1",
            ": fits forms 1 and 2 of 2, but only one may fit"
        ),
        Example(
            #"{"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}"#,
            "\"x\"",
            ": fits none of the 2 allowed forms; the nearest says: \"x\" is not an IPv4 address"
        ),
        Example(
            #"{"if": {"properties": {"p": {"const": "srt"}}, "required": ["p"]}, "then": {"required": ["mode"]}}"#,
            #"{"p": "srt"}"#,
            ": required field \"mode\" is missing"
        ),
    ]

    @Test("errorMessage replaces the message", arguments: Self.customVectors)
    func custom(_ example: Example) throws {
        #expect(try messages(example.schema, example.value) == example.expected)
    }

    static let customVectors: [Example] = [
        Example(
            #"{"pattern": "^[0-9]+s$", "errorMessage": "{value} is no duration"}"#,
            "\"x\"",
            ": \"x\" is no duration"
        ),
        Example(#"{"minLength": 5, "pattern": "^[0-9]+s$", "errorMessage": "bad"}"#, "\"x\"", ": bad"),
        Example(
            #"{"minLength": 5, "pattern": "^a", "errorMessage": {"pattern": "must start with a"}}"#,
            "\"x\"",
            ": \"x\" is shorter than 5 characters",
            ": must start with a"
        ),
        Example(
            #"{"required": ["a", "b"], "errorMessage": {"required": {"a": "say a"}}}"#,
            "{}",
            ": say a",
            ": required field \"b\" is missing"
        ),
        Example(
            #"{"properties": {"a": false}, "errorMessage": {"properties": {"a": "a is for others"}}}"#,
            #"{"a": 1}"#,
            "/a (key): a is for others"
        ),
        Example(
            #"{"anyOf": [{"format": "ipv4"}, {"format": "hostname"}], "errorMessage": "{value} is no host"}"#,
            "\"-\"",
            ": \"-\" is no host"
        ),
        Example(
            #"{"properties": {"a": {"type": "integer"}}, "required": ["b"], "errorMessage": "wrong"}"#,
            #"{"a": "x"}"#,
            ": wrong",
            "/a: expected a whole number, not \"x\""
        ),
        Example(
            #"{"pattern": "^a", "writeOnly": true, "errorMessage": "{value} must start with a"}"#,
            "\"hunter2\"",
            ": the value must start with a"
        ),
        Example(
            #"{"minLength": 2, "errorMessage": "a\u0000b\u007f\u2028{value}"}"#,
            "\"x\"",
            #": a\u{0}b\u{7F}\u{2028}"x""#
        ),
        Example(
            #"{"minLength": 2, "errorMessage": {"minLength": "to\u001b[31m"}}"#,
            "\"x\"",
            #": to\u{1B}[31m"#
        ),
        Example(
            #"{"required": ["a"], "errorMessage": {"required": {"a": "say\n{a}"}}}"#,
            "{}",
            #": say\u{A}{a}"#
        ),
    ]

    @Test(
        "A secret is in no message",
        arguments: [
            #"{"properties": {"key": {"writeOnly": true, "minLength": 99, "pattern": "^x", "format": "ipv4", "enum": ["y"], "not": {"type": "string"}}}}"#,
            #"{"properties": {"key": {"writeOnly": true, "type": "integer"}}}"#,
            #"{"properties": {"key": {"writeOnly": true, "const": "x"}}}"#,
            #"{"properties": {"key": {"writeOnly": true, "anyOf": [{"format": "ipv4"}, {"maxLength": 2}]}}}"#,
            #"{"properties": {"key": {"writeOnly": true, "oneOf": [{"minLength": 1}, {"minLength": 2}]}}}"#,
            ##"{"definitions": {"s": {"writeOnly": true, "maxLength": 1}}, "properties": {"key": {"$ref": "#/definitions/s"}}}"##,
            ##"{"definitions": {"s": {"maxLength": 1}}, "properties": {"key": {"$ref": "#/definitions/s", "writeOnly": true}}}"##,
            #"{"properties": {"key": {"writeOnly": true}}, "if": true, "then": {"properties": {"key": {"maxLength": 1}}}}"#,
            #"{"allOf": [{"properties": {"key": {"maxLength": 1}}}, {"properties": {"key": {"allOf": [{"writeOnly": true}]}}}]}"#,
            #"{"additionalProperties": {"writeOnly": true, "maxLength": 1}}"#,
            #"{"properties": {"key": {"writeOnly": true}}, "additionalProperties": {"maxLength": 1}, "maxProperties": 0}"#,
            #"{"properties": {"key": {"writeOnly": true, "maxLength": 1, "errorMessage": "not {value}"}}}"#,
            #"{"const": 1, "properties": {"key": {"writeOnly": true}}}"#,
            #"{"not": {}, "properties": {"key": {"writeOnly": true}}}"#,
        ]
    )
    func secrets(_ schema: String) throws {
        let found = try messages(schema, #"{"key": "hunter2"}"#)
        #expect(!found.isEmpty)
        #expect(!found.contains { $0.contains("hunter2") }, "\(found)")
    }

    @Test("Violations name the place in the value and in the schema")
    func places() throws {
        let schema = try JSONSchema(
            JSONValue(
                parsing:
                    ##"{"properties": {"a/b": {"items": {"$ref": "#/definitions/n"}}}, "definitions": {"n": {"maximum": 1}}}"##
            )
        )
        let violations = schema.validate(try JSONValue(parsing: #"{"a/b": [1, 2, "x", 3]}"#))
        #expect(violations.map(\.instancePath) == [[.key("a/b"), .index(1)], [.key("a/b"), .index(3)]])
        #expect(violations.map(\.schemaPath) == ["/definitions/n/maximum", "/definitions/n/maximum"])
        #expect(violations.map(\.keyword) == ["maximum", "maximum"])
    }
}
