import Testing
import YAML

@Suite("Scalars of the core schema")
struct ScalarTests {
    @Test(
        "Plain scalars",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nULL", .string("nULL")),
            ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("false", .bool(false)),
            ("False", .bool(false)),
            ("FALSE", .bool(false)), ("tRUE", .string("tRUE")), ("yes", .string("yes")), ("no", .string("no")),
            ("on", .string("on")),
            ("off", .string("off")), ("y", .string("y")), ("n", .string("n")), ("No", .string("No")),
            ("0", .integer(0)), ("-1", .integer(-1)), ("+12", .integer(12)), ("007", .integer(7)),
            ("0123456789", .integer(123456789)),
            ("0o17", .integer(15)), ("0o8", .string("0o8")), ("0o", .string("0o")), ("-0o7", .string("-0o7")),
            ("0x1F", .integer(31)),
            ("0xfg", .string("0xfg")), ("0x", .string("0x")), ("0b1", .string("0b1")), ("1_000", .string("1_000")),
            ("12:30", .string("12:30")),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .float(9223372036854775808)), ("0xFFFFFFFFFFFFFFFF", .float(18446744073709551616)),
            ("0o7777777777777777777777", .float(73786976294838206464)),
            ("1e3", .float(1000)), ("1.5", .float(1.5)), ("-.5", .float(-0.5)), ("1.", .float(1)),
            ("+1.5E-2", .float(0.015)), ("1e400", .float(.infinity)),
            (".", .string(".")), ("e3", .string("e3")), ("1e", .string("1e")), ("1e+", .string("1e+")),
            ("1.2.3", .string("1.2.3")),
            ("-", .string("-")), ("+", .string("+")), ("1 2", .string("1 2")), ("192.168.0.1", .string("192.168.0.1")),
            ("10s", .string("10s")),
            (".inf", .float(.infinity)), ("-.Inf", .float(-.infinity)), ("+.INF", .float(.infinity)),
            (".iNF", .string(".iNF")),
            ("inf", .string("inf")), ("nan", .string("nan")), ("+.nan", .string("+.nan")), ("a", .string("a")),
            ("0٣", .string("0٣")),
        ] as [(String, YAMLScalarValue)]
    )
    func plain(_ text: String, _ value: YAMLScalarValue) {
        #expect(YAMLScalar(text: text, isPlain: true).value == value)
        #expect(YAMLScalar(text: text, isPlain: false).value == .string(text))
        #expect(YAMLScalar(text: text, isPlain: true, tag: "tag:yaml.org,2002:str").value == .string(text))
    }

    @Test("Not a number", arguments: [".nan", ".NaN", ".NAN"])
    func notANumber(_ text: String) {
        guard case .float(let number) = YAMLScalar(text: text, isPlain: true).value else {
            Issue.record("\(text) is a float")
            return
        }
        #expect(number.isNaN)
    }

    @Test(
        "Tags decide",
        arguments: [
            ("!!str 5", .string("5")), ("! 5", .string("5")), ("!!int \"5\"", .integer(5)), ("!!float 5", .float(5)),
            ("!!float '1e1'", .float(10)),
            ("!!bool 'true'", .bool(true)), ("!!null ''", .null), ("!!null", .null), ("!!str", .string("")),
            ("!<tag:yaml.org,2002:str> true", .string("true")),
        ] as [(String, YAMLScalarValue)]
    )
    func tags(_ text: String, _ value: YAMLScalarValue) throws {
        let stream = parse("a: \(text)\n")
        #expect(stream.problems.isEmpty)
        guard case .scalar(let scalar)? = stream.documents.first?.root?["a"]?.content else {
            Issue.record("a scalar")
            return
        }
        #expect(scalar.value == value)
    }

    @Test(
        "Tags that do not fit, or are not known, are refused",
        arguments: [
            ("a: !!int x", "1:4 yaml/tag-mismatch"), ("a: !!int 1.5", "1:4 yaml/tag-mismatch"),
            ("a: !!bool yes", "1:4 yaml/tag-mismatch"),
            ("a: !!map [1]", "1:4 yaml/tag-mismatch"), ("a: !!seq {}", "1:4 yaml/tag-mismatch"),
            ("a: !!str [1]", "1:4 yaml/tag-mismatch"),
            ("a: !!null x", "1:4 yaml/tag-mismatch"), ("a: !!float x", "1:4 yaml/tag-mismatch"),
            ("a: !vault x", "1:4 yaml/unknown-tag"), ("a: !!binary eA==", "1:4 yaml/unknown-tag"),
            ("!!set {a}", "1:1 yaml/unknown-tag"),
            ("a: !e!x y", "1:4 yaml/syntax"),
        ]
    )
    func refusedTags(_ text: String, _ place: String) {
        #expect(places(parse(text)) == [place])
    }
}
