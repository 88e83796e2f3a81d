import JSONSchema
import Testing

@Suite("JSON text")
struct JSONTextTests {
    @Test(
        "Values are read",
        arguments: [
            ("null", .null), (" true ", true), ("-0", 0), ("12", 12), ("1.5e3", .number(1500)), ("1E2", .number(100)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9223372036854775808)),
            (#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\udca9""#, "a\"\\/\u{8}\u{C}\n\r\t\u{E9}💩"),
            ("[]", []), ("[1, [2], {}]", [1, [2], [:]]), (#"{"a": {"b": [null]}}"#, ["a": ["b": [nil]]]),
            ("\u{FEFF}1", 1),
            ("\"é💩\"", "é💩"),
        ] as [(String, JSONValue)]
    )
    func reads(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(
        "What is not JSON is refused with its place",
        arguments: [
            ("", 1, 1), ("  ", 1, 3), ("nul", 1, 1), ("tru", 1, 1), ("[1,]", 1, 4), ("[1", 1, 3), ("[1 2]", 1, 4),
            ("{\"a\":1,}", 1, 8),
            ("{a: 1}", 1, 2), ("{\"a\" 1}", 1, 6), ("01", 1, 2), ("+1", 1, 1), (".5", 1, 1), ("1.", 1, 3), ("1e", 1, 3),
            ("-", 1, 2),
            ("1e999", 1, 1), ("NaN", 1, 1), ("'a'", 1, 1), ("\"a", 1, 3), ("\"\n\"", 1, 2), ("\"\\x\"", 1, 2),
            ("\"\\u12g4\"", 1, 6),
            ("\"\\ud800\"", 1, 2), ("\"\\udc00\"", 1, 2), ("\"\\ud800\\u0041\"", 1, 2),
            ("{\"é\": 1,\n \"é\": 2}", 2, 2), ("1 // x", 1, 3), ("[1]]", 1, 4),
        ]
    )
    func refuses(_ text: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        #expect(error?.line == line && error?.column == column, "\(text): \(String(describing: error))")
    }

    @Test("Bytes that are not UTF-8 are refused with their place")
    func encoding() {
        let error = #expect(throws: JSONParseError.self) {
            try JSONValue(parsing: Array("[\"é\",\n \"".utf8) + [0xE9, 0x22, 0x5D])
        }
        #expect(error == JSONParseError(line: 2, column: 3, message: "not UTF-8"))
    }

    @Test("Nesting is limited")
    func depth() throws {
        let limit = JSONParser.defaultMaximumDepth
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try JSONValue(parsing: nested(limit))
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: nested(limit + 1)) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test("Values are written, and read back the same")
    func writes() throws {
        let value: JSONValue = [
            "a": [1, 2.5, nil, true, "x\n\"\u{1}é\\"], "b": [:], "c": [], "big": 1e300, "inf": .number(.infinity),
        ]
        let compact = value.serialized()
        #expect(compact == #"{"a":[1,2.5,null,true,"x\n\"\u0001é\\"],"b":{},"c":[],"big":1e+300,"inf":null}"#)
        #expect(try JSONValue(parsing: value.serialized(pretty: true)).serialized() == compact)
        #expect(
            JSONValue.object(["a": [1], "b": [:]]).serialized(pretty: true)
                == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}"
        )
    }

    @Test("Equal values hash alike")
    func hashing() {
        let pairs: [(JSONValue, JSONValue)] = [
            (1, 1.0), (["a": 1, "b": 2], ["b": 2.0, "a": 1]), (0, .number(-0.0)), (.number(.nan), .number(-.nan)),
            ([1], [1.0]),
        ]
        for (left, right) in pairs {
            #expect(left == right)
            #expect(left.hashValue == right.hashValue)
        }
        #expect(JSONValue.integer(.max) != .number(9223372036854775808))
    }

    @Test("Objects of any size keep order and find their members", arguments: [0, 1, 8, 9, 100])
    func objects(_ count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", .integer(Int64($0))) })
        #expect(object.keys == (0..<count).map { "k\($0)" })
        for index in 0..<count { #expect(object["k\(index)"] == .integer(Int64(index))) }
        #expect(object["other"] == nil)
        object["k0"] = "new"
        object["last"] = true
        object["k0"] = nil
        #expect(object["k0"] == nil)
        #expect(object["last"] == true)
        #expect(object.count == max(0, count - 1) + 1)
    }
}
