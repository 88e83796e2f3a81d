import Testing

@Suite("Keywords for single values")
struct ValueKeywordTests {
    @Test("Types and choices", arguments: Self.generalVectors)
    func general(_ vector: Vector) throws { try vector.check() }

    @Test("Numbers", arguments: Self.numbersVectors)
    func numbers(_ vector: Vector) throws { try vector.check() }

    @Test("Strings", arguments: Self.stringsVectors)
    func strings(_ vector: Vector) throws { try vector.check() }

    static let generalVectors: [Vector] = [
        Vector("boolean true", "true", valid: ["1", "{}"]),
        Vector("boolean false", "false", invalid: ["1", "{}", "null"]),
        Vector("empty", "{}", valid: ["1", "null", "[{}]"]),
        Vector(
            "integer",
            #"{"type": "integer"}"#,
            valid: ["1", "-0", "1.0", "1e2"],
            invalid: ["1.1", "\"1\"", "null", "true"]
        ),
        Vector("number", #"{"type": "number"}"#, valid: ["1", "1.5"], invalid: ["\"1\"", "[]"]),
        Vector("string", #"{"type": "string"}"#, valid: ["\"\""], invalid: ["1", "null"]),
        Vector("object", #"{"type": "object"}"#, valid: ["{}"], invalid: ["[]"]),
        Vector("array", #"{"type": "array"}"#, valid: ["[]"], invalid: ["{}"]),
        Vector("boolean", #"{"type": "boolean"}"#, valid: ["true", "false"], invalid: ["0", "\"true\"", "null"]),
        Vector("null", #"{"type": "null"}"#, valid: ["null"], invalid: ["0", "false", "\"\""]),
        Vector("several types", #"{"type": ["integer", "string"]}"#, valid: ["1", "\"a\""], invalid: ["1.5", "null"]),
        Vector(
            "enum",
            #"{"enum": [1, "a", null, {"x": 1}]}"#,
            valid: ["1.0", "null", #"{"x": 1.0}"#],
            invalid: ["2", "{}"]
        ),
        Vector("enum tells false from 0", #"{"enum": [false]}"#, valid: ["false"], invalid: ["0", "[false]"]),
        Vector("enum tells 1 from true", #"{"enum": [1]}"#, valid: ["1"], invalid: ["true"]),
        Vector("const", #"{"const": [1, {"a": 2}]}"#, valid: [#"[1.0, {"a": 2}]"#], invalid: ["[1]", "1"]),
        Vector("const null", #"{"const": null}"#, valid: ["null"], invalid: ["0"]),
        Vector("const whatever the order", #"{"const": {"a": 1, "b": 2}}"#, valid: [#"{"b": 2, "a": 1}"#]),
        Vector("const compares code points", #"{"const": "\u00e9"}"#, valid: ["\"é\""], invalid: [#""e\u0301""#]),
        Vector(
            "const with a large integer",
            #"{"const": 9007199254740993}"#,
            valid: ["9007199254740993"],
            invalid: ["9007199254740992", "9007199254740992.0"]
        ),
    ]

    static let numbersVectors: [Vector] = [
        Vector("maximum", #"{"maximum": 3}"#, valid: ["3", "2.9", "3.0", "\"x\""], invalid: ["3.1", "4"]),
        Vector("minimum", #"{"minimum": -1.5}"#, valid: ["-1.5", "0"], invalid: ["-2", "-1.51"]),
        Vector("exclusiveMaximum", #"{"exclusiveMaximum": 3}"#, valid: ["2.9"], invalid: ["3", "3.0", "4"]),
        Vector("exclusiveMinimum", #"{"exclusiveMinimum": 1.1}"#, valid: ["1.2", "null"], invalid: ["1.1", "1"]),
        Vector(
            "multipleOf an integer",
            #"{"multipleOf": 2}"#,
            valid: ["10", "0", "-4", "4.0"],
            invalid: ["7", "1.5"]
        ),
        Vector(
            "multipleOf a decimal",
            #"{"multipleOf": 0.01}"#,
            valid: ["4.35", "4.02", "1", "0"],
            invalid: ["4.355"]
        ),
        Vector("multipleOf a small one", #"{"multipleOf": 0.0001}"#, valid: ["0.0075"], invalid: ["0.00751"]),
        Vector("multipleOf with overflow", #"{"multipleOf": 0.123456789}"#, invalid: ["1e308"]),
        Vector("multipleOf a tiny one", #"{"multipleOf": 1e-8}"#, valid: ["12391239123"]),
        Vector("the smallest integer", #"{"multipleOf": 1, "minimum": 0}"#, invalid: ["-9223372036854775808"]),
        Vector(
            "large integers are exact",
            #"{"maximum": 9007199254740992}"#,
            valid: ["9007199254740992"],
            invalid: ["9007199254740993"]
        ),
    ]

    static let stringsVectors: [Vector] = [
        Vector("maxLength", #"{"maxLength": 2}"#, valid: ["\"ab\"", "\"💩💩\"", "100"], invalid: ["\"abc\""]),
        Vector("minLength", #"{"minLength": 2}"#, valid: ["\"ab\"", "1"], invalid: ["\"a\"", "\"💩\"", "\"\""]),
        Vector("lengths as decimals", #"{"minLength": 2.0, "maxLength": 2.0}"#, valid: ["\"ab\""], invalid: ["\"a\""]),
        Vector(
            "a combining mark counts",
            #"{"maxLength": 1}"#,
            valid: [#""\u00e9""#],
            invalid: [#""e\u0301""#, #""\r\n""#]
        ),
        Vector(
            "pattern",
            #"{"pattern": "^a*$"}"#,
            valid: ["\"aaa\"", "\"\"", "true"],
            invalid: ["\"abc\"", #""a\n""#]
        ),
        Vector("pattern is searched", #"{"pattern": "a+"}"#, valid: ["\"xxaayy\""], invalid: ["\"xx\""]),
    ]
}
