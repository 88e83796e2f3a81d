import Testing

@Suite("Keywords for lists and objects")
struct ContainerKeywordTests {
    @Test("Lists", arguments: Self.listsVectors)
    func lists(_ vector: Vector) throws { try vector.check() }

    @Test("Objects", arguments: Self.objectsVectors)
    func objects(_ vector: Vector) throws { try vector.check() }

    static let listsVectors: [Vector] = [
        Vector("items", #"{"items": {"type": "integer"}}"#, valid: ["[1, 2]", "[]", "{}"], invalid: [#"[1, "x"]"#]),
        Vector("items true", #"{"items": true}"#, valid: ["[1, \"a\"]"]),
        Vector("items false", #"{"items": false}"#, valid: ["[]"], invalid: ["[1]"]),
        Vector(
            "items as a list",
            #"{"items": [{"type": "integer"}, {"type": "string"}]}"#,
            valid: ["[1, \"a\"]", "[1]", "[]", "[1, \"a\", true]"],
            invalid: ["[\"a\", 1]"]
        ),
        Vector("items as a list of booleans", #"{"items": [true, false]}"#, valid: ["[1]", "[]"], invalid: ["[1, 2]"]),
        Vector(
            "additionalItems",
            #"{"items": [{}], "additionalItems": {"type": "integer"}}"#,
            valid: ["[null, 2, 3]"],
            invalid: ["[null, 2, \"x\"]"]
        ),
        Vector(
            "no additionalItems",
            #"{"items": [{}, {}], "additionalItems": false}"#,
            valid: ["[1, 2]"],
            invalid: ["[1, 2, 3]"]
        ),
        Vector("additionalItems beside a schema", #"{"items": {}, "additionalItems": false}"#, valid: ["[1, 2]"]),
        Vector("additionalItems without items", #"{"additionalItems": false}"#, valid: ["[1, 2]"]),
        Vector("maxItems", #"{"maxItems": 2}"#, valid: ["[1, 2]", "\"abc\""], invalid: ["[1, 2, 3]"]),
        Vector("minItems", #"{"minItems": 1}"#, valid: ["[1]", "{}"], invalid: ["[]"]),
        Vector(
            "uniqueItems",
            #"{"uniqueItems": true}"#,
            valid: ["[1, true]", "[0, false]", "[[1], [true]]", #"["1", 1]"#, #"[{"a": 1}, {"a": 2}]"#],
            invalid: ["[1, 1.0]", #"[{"a": 1, "b": 2}, {"b": 2, "a": 1}]"#, "[[1], [1]]", "[\"a\", \"b\", \"a\"]"]
        ),
        Vector("uniqueItems false", #"{"uniqueItems": false}"#, valid: ["[1, 1]"]),
        Vector("contains", #"{"contains": {"minimum": 5}}"#, valid: ["[1, 5]", "{}"], invalid: ["[1, 2]", "[]"]),
        Vector("contains true", #"{"contains": true}"#, valid: ["[1]"], invalid: ["[]"]),
        Vector("contains false", #"{"contains": false}"#, valid: ["\"x\""], invalid: ["[1]", "[]"]),
    ]

    static let objectsVectors: [Vector] = [
        Vector(
            "properties",
            #"{"properties": {"a": {"type": "integer"}, "b": false}}"#,
            valid: [#"{"a": 1, "c": []}"#, "{}", "[]"],
            invalid: [#"{"a": "x"}"#, #"{"b": 1}"#]
        ),
        Vector(
            "properties with odd names",
            ##"{"properties": {"a/b~c": {"type": "integer"}, "": {"type": "null"}}}"##,
            valid: [#"{"a/b~c": 1, "": null}"#],
            invalid: [#"{"a/b~c": "x"}"#, #"{"": 1}"#]
        ),
        Vector(
            "patternProperties",
            #"{"patternProperties": {"f.*o": {"type": "integer"}, "^x": false}}"#,
            valid: [#"{"foo": 1, "other": "x"}"#],
            invalid: [#"{"foo": "x"}"#, #"{"x": 1}"#, #"{"a foo": "x"}"#]
        ),
        Vector(
            "both kinds of properties apply",
            #"{"properties": {"ab": {"minimum": 2}}, "patternProperties": {"a": {"maximum": 3}}}"#,
            valid: [#"{"ab": 2}"#],
            invalid: [#"{"ab": 1}"#, #"{"ab": 4}"#]
        ),
        Vector(
            "additionalProperties",
            #"{"properties": {"a": {}}, "patternProperties": {"^v": {}}, "additionalProperties": {"type": "boolean"}}"#,
            valid: [#"{"a": 1, "vroom": 2, "quux": true}"#],
            invalid: [#"{"quux": 12}"#]
        ),
        Vector(
            "no additionalProperties",
            #"{"properties": {"a": {}}, "additionalProperties": false}"#,
            valid: [#"{"a": 1}"#],
            invalid: [#"{"b": 1}"#]
        ),
        Vector(
            "additionalProperties does not look into allOf",
            #"{"allOf": [{"properties": {"a": {}}}], "additionalProperties": {"type": "boolean"}}"#,
            valid: [#"{"a": true}"#],
            invalid: [#"{"a": 1}"#]
        ),
        Vector(
            "required",
            #"{"required": ["a", "b"]}"#,
            valid: [#"{"a": 1, "b": null}"#, "12"],
            invalid: [#"{"a": 1}"#, "{}"]
        ),
        Vector("required nothing", #"{"required": []}"#, valid: ["{}"]),
        Vector(
            "maxProperties",
            #"{"maxProperties": 1}"#,
            valid: [#"{"a": 1}"#, "[1, 2]"],
            invalid: [#"{"a": 1, "b": 2}"#]
        ),
        Vector("minProperties", #"{"minProperties": 1}"#, valid: [#"{"a": 1}"#, "\"\""], invalid: ["{}"]),
        Vector(
            "dependencies on fields",
            #"{"dependencies": {"b": ["a"]}}"#,
            valid: ["{}", #"{"a": 1}"#, #"{"a": 1, "b": 2}"#],
            invalid: [#"{"b": 2}"#]
        ),
        Vector("empty dependencies", #"{"dependencies": {"b": []}}"#, valid: [#"{"b": 2}"#]),
        Vector(
            "dependencies on schemas",
            #"{"dependencies": {"b": {"properties": {"a": {"type": "integer"}}}, "c": false}}"#,
            valid: [#"{"b": 1, "a": 2}"#, #"{"a": "x"}"#],
            invalid: [#"{"b": 1, "a": "x"}"#, #"{"c": 1}"#]
        ),
        Vector(
            "propertyNames",
            #"{"propertyNames": {"maxLength": 3}}"#,
            valid: [#"{"abc": 1}"#, "{}", "[\"abcd\"]"],
            invalid: [#"{"abcd": 1}"#]
        ),
        Vector("propertyNames false", #"{"propertyNames": false}"#, valid: ["{}"], invalid: [#"{"a": 1}"#]),
    ]
}
