import Testing

@Suite("Keywords that combine schemas")
struct LogicKeywordTests {
    @Test("Combinations", arguments: Self.combinationsVectors)
    func combinations(_ vector: Vector) throws { try vector.check() }

    @Test("References", arguments: Self.referencesVectors)
    func references(_ vector: Vector) throws { try vector.check() }

    static let combinationsVectors: [Vector] = [
        Vector("allOf", #"{"allOf": [{"minimum": 2}, {"maximum": 4}]}"#, valid: ["3"], invalid: ["1", "5"]),
        Vector("allOf with false", #"{"allOf": [true, false]}"#, invalid: ["1"]),
        Vector(
            "anyOf",
            #"{"anyOf": [{"type": "integer"}, {"minimum": 2}]}"#,
            valid: ["1", "2.5", "3"],
            invalid: ["1.5"]
        ),
        Vector(
            "anyOf beside other keywords",
            #"{"type": "string", "anyOf": [{"maxLength": 2}, {"minLength": 4}]}"#,
            valid: ["\"ab\""],
            invalid: ["3", "\"abc\""]
        ),
        Vector("anyOf false", #"{"anyOf": [false, false]}"#, invalid: ["1"]),
        Vector(
            "oneOf",
            #"{"oneOf": [{"type": "integer"}, {"minimum": 2}]}"#,
            valid: ["1", "2.5"],
            invalid: ["3", "1.5"]
        ),
        Vector("oneOf true twice", #"{"oneOf": [true, true]}"#, invalid: ["1"]),
        Vector(
            "oneOf required",
            #"{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}"#,
            valid: [#"{"a": 1}"#],
            invalid: ["{}", #"{"a": 1, "b": 1}"#]
        ),
        Vector("not", #"{"not": {"type": "integer"}}"#, valid: ["\"a\""], invalid: ["1"]),
        Vector("not false", #"{"not": false}"#, valid: ["1"]),
        Vector("not not", #"{"not": {"not": {"type": "integer"}}}"#, valid: ["1"], invalid: ["\"a\""]),
        Vector("if alone", #"{"if": {"const": 0}}"#, valid: ["0", "1"]),
        Vector("then alone", #"{"then": {"const": 0}}"#, valid: ["0", "1"]),
        Vector(
            "if and then",
            #"{"if": {"exclusiveMaximum": 0}, "then": {"minimum": -10}}"#,
            valid: ["-1", "3"],
            invalid: ["-100"]
        ),
        Vector(
            "if and else",
            #"{"if": {"exclusiveMaximum": 0}, "else": {"multipleOf": 2}}"#,
            valid: ["-1", "4"],
            invalid: ["3"]
        ),
        Vector(
            "if, then, else",
            #"{"if": {"maxLength": 1}, "then": {"const": "a"}, "else": {"const": "bb"}}"#,
            valid: ["\"a\"", "\"bb\""],
            invalid: ["\"b\"", "\"aa\""]
        ),
        Vector("if true", #"{"if": true, "then": {"const": 1}, "else": {"const": 2}}"#, valid: ["1"], invalid: ["2"]),
        Vector(
            "if does not leak between branches",
            #"{"allOf": [{"if": {"exclusiveMaximum": 0}}, {"then": {"minimum": -10}}, {"else": {"multipleOf": 2}}]}"#,
            valid: ["-100", "3"]
        ),
    ]

    static let referencesVectors: [Vector] = [
        Vector(
            "to the root",
            ##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}"##,
            valid: [#"{"a": {"a": false}}"#],
            invalid: [#"{"a": {"b": 1}}"#]
        ),
        Vector(
            "to a property",
            ##"{"properties": {"a": {"type": "integer"}, "b": {"$ref": "#/properties/a"}}}"##,
            valid: [#"{"b": 3}"#],
            invalid: [#"{"b": true}"#]
        ),
        Vector(
            "to an item",
            ##"{"items": [{"type": "integer"}, {"$ref": "#/items/0"}]}"##,
            valid: ["[1, 2]"],
            invalid: ["[1, \"x\"]"]
        ),
        Vector(
            "with escapes",
            ##"{"definitions": {"a~b": {"type": "integer"}, "c/d": {"type": "integer"}, "e%f": {"type": "integer"}}, "properties": {"t": {"$ref": "#/definitions/a~0b"}, "s": {"$ref": "#/definitions/c~1d"}, "p": {"$ref": "#/definitions/e%25f"}}}"##,
            valid: [#"{"t": 1, "s": 2, "p": 3}"#],
            invalid: [#"{"t": "x"}"#, #"{"s": "x"}"#, #"{"p": "x"}"#]
        ),
        Vector(
            "through references",
            ##"{"definitions": {"a": {"type": "integer"}, "b": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/b"}"##,
            valid: ["5"],
            invalid: ["\"a\""]
        ),
        Vector(
            "hides its siblings",
            ##"{"definitions": {"a": {"type": "array"}}, "properties": {"x": {"$ref": "#/definitions/a", "maxItems": 1}}}"##,
            valid: [#"{"x": [1, 2]}"#],
            invalid: [#"{"x": 1}"#]
        ),
        Vector(
            "as the name of a property",
            ##"{"properties": {"$ref": {"type": "string"}}}"##,
            valid: [##"{"$ref": "a"}"##],
            invalid: [##"{"$ref": 2}"##]
        ),
        Vector(
            "to a place under an unknown keyword",
            ##"{"stuff": {"x": {"type": "integer"}}, "$ref": "#/stuff/x"}"##,
            valid: ["1"],
            invalid: ["\"x\""]
        ),
        Vector(
            "by name",
            ##"{"allOf": [{"$ref": "#foo"}], "definitions": {"A": {"$id": "#foo", "type": "integer"}}}"##,
            valid: ["1"],
            invalid: ["\"a\""]
        ),
        Vector(
            "relative to $id",
            ##"{"$id": "http://x.test/root.json", "allOf": [{"$ref": "nested.json#foo"}], "definitions": {"A": {"$id": "nested.json", "definitions": {"B": {"$id": "#foo", "type": "integer"}}}}}"##,
            valid: ["1"],
            invalid: ["\"a\""]
        ),
        Vector(
            "to another base",
            ##"{"$id": "http://x.test/a/", "items": {"$id": "folder/", "items": {"$ref": "item.json"}}, "definitions": {"i": {"$id": "http://x.test/a/folder/item.json", "type": "integer"}}}"##,
            valid: ["[[1]]"],
            invalid: ["[[\"x\"]]"]
        ),
        Vector(
            "into an embedded document",
            ##"{"$id": "http://x.test/tree", "properties": {"nodes": {"items": {"$ref": "node"}}}, "required": ["nodes"], "definitions": {"node": {"$id": "http://x.test/node", "properties": {"value": {"type": "number"}, "subtree": {"$ref": "tree"}}, "required": ["value"]}}}"##,
            valid: [#"{"nodes": [{"value": 1, "subtree": {"nodes": [{"value": 2}]}}]}"#],
            invalid: [
                #"{"nodes": [{"value": 1, "subtree": {"nodes": [{"value": "x"}]}}]}"#,
                #"{"nodes": [{"subtree": {}, "value": 1}]}"#,
            ]
        ),
        Vector(
            "an urn",
            ##"{"$id": "urn:uuid:deadbeef-1234", "properties": {"a": {"$ref": "urn:uuid:deadbeef-1234#/definitions/b"}}, "definitions": {"b": {"type": "string"}}}"##,
            valid: [#"{"a": "b"}"#],
            invalid: [#"{"a": 1}"#]
        ),
        Vector(
            "$id in an enum names nothing",
            ##"{"definitions": {"a": {"enum": [{"$id": "http://x.test/a", "type": "null"}]}, "b": {"$id": "http://x.test/a", "type": "string"}}, "$ref": "http://x.test/a"}"##,
            valid: ["\"a\""],
            invalid: ["null"]
        ),
    ]
}
