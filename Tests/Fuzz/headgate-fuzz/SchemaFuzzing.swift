import JSONSchema

/// The input is a schema and an instance, as JSON text, with a zero byte between them.
enum SchemaFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let schema = try? JSONParser.parse(Array(parts[0])),
            let instance = try? JSONParser.parse(Array(parts[1]))
        else { return }
        do {
            let violations = try JSONSchema(schema).validate(instance)
            precondition(violations.count <= JSONSchema.maximumViolations)
            for violation in violations { expectOneSafeLine(violation.message) }
        } catch {
            expectOneSafeLine(error.description)
        }
    }

    static let seeds = pairs.map { Array($0.0.utf8) + [0] + Array($0.1.utf8) }

    private static let pairs: [(String, String)] = [
        ("true", "null"), ("false", "1"), ("{}", "{}"),
        (##"{"type": ["object", "null"], "required": ["a"], "additionalProperties": false}"##, ##"{"b": 1}"##),
        (
            ##"{"properties": {"a": {"$ref": "#/definitions/n"}}, "definitions": {"n": {"minimum": 3}}}"##,
            ##"{"a": 2}"##
        ),
        (##"{"definitions": {"l": {"items": {"$ref": "#/definitions/l"}}}, "$ref": "#/definitions/l"}"##, "[[[[]]]]"),
        (##"{"$ref": "#"}"##, "1"),
        (##"{"oneOf": [{"const": 1}, {"enum": [1, 2.0, "a"]}], "not": {"multipleOf": 0.1}}"##, "1.0"),
        (
            ##"{"if": {"properties": {"p": {"const": "srt"}}}, "then": {"required": ["m"]}, "else": false}"##,
            ##"{"p": "srt"}"##
        ),
        (
            ##"{"items": [{"type": "string"}], "additionalItems": {"maxLength": 2}, "uniqueItems": true}"##,
            ##"["a", "bcd", "bcd"]"##
        ),
        (##"{"contains": {"type": "integer"}, "minItems": 1, "maxItems": 3}"##, "[1.0, 2, 3, 4]"),
        (
            ##"{"patternProperties": {"^a+b?[c-e]{2,3}$": {}}, "propertyNames": {"minLength": 2}}"##,
            ##"{"aabcd": 1, "x": 2}"##
        ),
        (##"{"dependencies": {"a": ["b"], "c": {"required": ["d"]}}, "minProperties": 1}"##, ##"{"a": 1, "c": 2}"##),
        (##"{"pattern": "(a|b)*c\\d+(?:x|y)?$"}"##, ##""ababc12x""##),
        (##"{"format": "ipv6"}"##, ##""2001:db8::1""##), (##"{"format": "uri"}"##, ##""rtmp://[::1]:1935/a%20b?x#y""##),
        (##"{"format": "hostname"}"##, ##""a-b.example""##),
        (##"{"format": "date-time"}"##, ##""2026-02-28T23:59:60Z""##),
        (##"{"format": "regex"}"##, ##""[a-z""##), (##"{"exclusiveMinimum": 1e308, "maximum": -0.0}"##, "1e400"),
        (
            ##"{"$id": "http://a/b", "definitions": {"x": {"$id": "#x", "type": "null"}}, "$ref": "#x"}"##,
            ##""\ud83d\ude00""##
        ),
        (##"{"writeOnly": true, "minLength": 10, "errorMessage": {"minLength": "too short"}}"##, ##""secret""##),
    ]
}
