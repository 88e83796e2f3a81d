import JSONSchema
import Testing

@Suite("Limits and refused schemas")
struct LimitTests {
    @Test("At most so many violations are reported")
    func violations() throws {
        let schema = try JSONSchema(["items": ["type": "string"]])
        let value = JSONValue.array((0..<1000).map { .integer($0) })
        #expect(schema.validate(value).count == JSONSchema.maximumViolations)
    }

    @Test("A value nested too deep is refused, not followed")
    func instanceDepth() throws {
        let schema = try JSONSchema(JSONValue(parsing: ##"{"items": {"$ref": "#"}}"##))
        func nested(_ levels: Int) -> JSONValue { (0..<levels).reduce(1) { inner, _ in .array([inner]) } }
        #expect(schema.validate(nested(JSONSchema.maximumInstanceDepth)).isEmpty)
        let violations = schema.validate(nested(JSONSchema.maximumInstanceDepth + 1))
        #expect(violations.map(\.keyword) == ["limit"])
        #expect(schema.validate(nested(2_000)).map(\.keyword) == ["limit"])
    }

    @Test("A long chain of references is refused, not followed")
    func referenceChain() throws {
        func chain(_ count: Int) throws -> JSONSchema {
            var definitions: [(String, JSONValue)] = []
            for index in 0..<count {
                definitions.append(("\(index)", ["$ref": .string("#/definitions/\(index + 1)")]))
            }
            definitions.append(("\(count)", ["type": "integer"]))
            return try JSONSchema(["$ref": "#/definitions/0", "definitions": .object(JSONObject(definitions))])
        }
        #expect(try chain(100).validate("x").map(\.keyword) == ["type"])
        #expect(try chain(20_000).validate(1).map(\.keyword) == ["limit"])
    }

    @Test("A schema that doubles at every step is given up")
    func explosion() throws {
        var definitions: [(String, JSONValue)] = []
        for index in 0..<60 {
            let next: JSONValue = ["$ref": .string("#/definitions/\(index + 1)")]
            definitions.append(("\(index)", ["allOf": [next, next]]))
        }
        definitions.append(("60", true))
        let schema = try JSONSchema(["$ref": "#/definitions/0", "definitions": .object(JSONObject(definitions))])
        let clock = ContinuousClock()
        let time = clock.measure { #expect(schema.validate(1).map(\.keyword) == ["limit"]) }
        #expect(time < .seconds(30))
    }

    @Test(
        "What is not a schema is refused with its place",
        arguments: [
            ("1", ""), (#"{"type": "text"}"#, "/type"), (#"{"type": []}"#, "/type"), (#"{"minimum": "1"}"#, "/minimum"),
            (#"{"multipleOf": 0}"#, "/multipleOf"), (#"{"maxLength": -1}"#, "/maxLength"),
            (#"{"minItems": 1.5}"#, "/minItems"),
            (#"{"pattern": "("}"#, "/pattern"), (#"{"patternProperties": {"[": true}}"#, "/patternProperties/["),
            (#"{"properties": {"a": 1}}"#, "/properties/a"), (#"{"properties": []}"#, "/properties"),
            (#"{"required": "a"}"#, "/required"), (#"{"required": [1]}"#, "/required"), (#"{"allOf": []}"#, "/allOf"),
            (#"{"anyOf": {}}"#, "/anyOf"), (#"{"uniqueItems": 1}"#, "/uniqueItems"), (#"{"enum": 1}"#, "/enum"),
            (##"{"$ref": "#/definitions/x"}"##, "/$ref"), (#"{"$ref": "http://x.test/y"}"#, "/$ref"),
            (#"{"$ref": 1}"#, "/$ref"),
            (##"{"definitions": {"a": {"items": {"$ref": "#/nope"}}}}"##, "/definitions/a/items/$ref"),
            (##"{"$ref": "#"}"##, ""), (##"{"allOf": [{"$ref": "#"}]}"##, ""), (##"{"not": {"$ref": "#"}}"##, ""),
            (
                ##"{"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"anyOf": [{"$ref": "#/definitions/a"}]}}}"##,
                "/definitions/a"
            ),
            (##"{"dependencies": {"a": {"$ref": "#"}}}"##, ""),
            (#"{"$schema": "https://json-schema.org/draft/2020-12/schema"}"#, "/$schema"),
        ]
    )
    func refused(_ schema: String, _ path: String) throws {
        let document = try JSONValue(parsing: schema)
        let error = #expect(throws: JSONSchemaError.self) { try JSONSchema(document) }
        #expect(error?.schemaPath == path)
    }

    @Test("A schema nested too deep is refused")
    func schemaDepth() {
        let deep = (0..<5_000).reduce(into: JSONValue.bool(true)) { schema, _ in schema = ["not": schema] }
        #expect(throws: JSONSchemaError.self) { try JSONSchema(deep) }
    }
}
