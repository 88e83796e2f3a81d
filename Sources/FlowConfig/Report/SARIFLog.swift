import FlowModel
import JSONSchema

/// Diagnostics as a SARIF 2.1.0 log with one run.
enum SARIFLog {
    static func report(_ diagnostics: [Diagnostic]) -> JSONValue {
        let rules = Set(diagnostics.map(\.rule)).sorted()
        let places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1, Int64($0)) })
        let driver: JSONValue = ["name": "headgate", "rules": .array(rules.map { ["id": .string($0)] })]
        let run: JSONValue = [
            "tool": ["driver": driver],
            // Columns count Unicode scalars (SARIF 2.1.0 §3.14.17).
            "columnKind": "unicodeCodePoints",
            "results": .array(diagnostics.map { result($0, ruleIndex: places[$0.rule] ?? -1) }),
        ]
        return [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        ]
    }

    private static func result(_ diagnostic: Diagnostic, ruleIndex: Int64) -> JSONValue {
        var place = JSONObject()
        place["artifactLocation"] = ["uri": .string(uri(diagnostic.file))]
        if diagnostic.line > 0 {
            var region: JSONObject = ["startLine": .integer(Int64(diagnostic.line))]
            if diagnostic.column > 0 { region["startColumn"] = .integer(Int64(diagnostic.column)) }
            place["region"] = .object(region)
        }
        let field = diagnostic.field.isEmpty ? "" : "\(diagnostic.field): "
        return [
            "ruleId": .string(diagnostic.rule),
            "ruleIndex": .integer(ruleIndex),
            "level": .string(diagnostic.severity.rawValue),
            "message": ["text": .string(field + diagnostic.message)],
            "locations": [["physicalLocation": .object(place)]],
        ]
    }

    /// A relative or absolute path as a URI reference (RFC 3986 §4.1).
    private static func uri(_ path: String) -> String {
        // A colon in the first segment would end a scheme.
        let firstSegment = path.prefix { $0 != "/" }
        var text = firstSegment.utf8.contains(UInt8(ascii: ":")) ? "./" : ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case let byte where "-._~/!$&'()*+,;=:@".utf8.contains(byte):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return path.hasPrefix("/") ? "file://\(text)" : text
    }
}
