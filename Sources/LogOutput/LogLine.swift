import FlowModel
import Logging

/// One event as one line, without the line feed.
struct LogLine {
    /// Characters that a message or a value may have; what is beyond is cut and marked.
    static let maximumFieldCharacters = 4_096
    /// Levels of nested metadata that are written.
    static let maximumDepth = 8

    var time: Timestamp
    var level: Logger.Level
    var message: String
    var metadata: Logger.Metadata

    func render(_ format: LogFormat) -> String {
        switch format {
        case .text: text
        case .json: json
        }
    }

    private var sortedMetadata: [(key: String, value: Logger.MetadataValue)] {
        metadata.sorted { $0.key < $1.key }
    }

    private var text: String {
        var line = "\(time.text) \(level.rawValue)"
        for (key, value) in sortedMetadata {
            line += " \(Self.shortened(key.escapedForOneLine))=\(Self.textValue(value, depth: 0))"
        }
        return line + " " + Self.shortened(message).escapedForOneLine
    }

    /// Bare where nothing could be mistaken for the next field, else quoted.
    private static func textValue(_ value: Logger.MetadataValue, depth: Int) -> String {
        switch value {
        case .string(let string): quotedIfNeeded(string)
        case .stringConvertible(let convertible): quotedIfNeeded(convertible.description)
        case .array, .dictionary: quotedIfNeeded(jsonValue(value, depth: depth))
        }
    }

    private static func quotedIfNeeded(_ string: String) -> String {
        let escaped = shortened(string).escapedForOneLine
        let isBare = !escaped.isEmpty && !escaped.utf8.contains { $0 == 0x20 || $0 == 0x22 || $0 == 0x3d }
        guard !isBare else { return escaped }
        var quoted = "\""
        for character in escaped {
            if character == "\"" { quoted += "\\" }
            quoted.append(character)
        }
        return quoted + "\""
    }

    private var json: String {
        let fields: [(String, String)] =
            [
                ("time", Self.jsonString(time.text)),
                ("level", Self.jsonString(level.rawValue)),
                ("message", Self.jsonString(message)),
            ] + sortedMetadata.map { (Self.jsonKey($0.key), Self.jsonValue($0.value, depth: 0)) }
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    /// The line's own fields keep their names; metadata of the same name stands beside them.
    private static func jsonKey(_ key: String) -> String {
        let isTaken = key == "time" || key == "level" || key == "message"
        return String(jsonString(isTaken ? "metadata.\(key)" : key).dropFirst().dropLast())
    }

    private static func jsonValue(_ value: Logger.MetadataValue, depth: Int) -> String {
        guard depth < maximumDepth else { return jsonString("…") }
        switch value {
        case .string(let string):
            return jsonString(string)
        case .stringConvertible(let convertible):
            return jsonString(convertible.description)
        case .array(let values):
            return "[" + values.map { jsonValue($0, depth: depth + 1) }.joined(separator: ",") + "]"
        case .dictionary(let fields):
            let pairs = fields.sorted { $0.key < $1.key }.map {
                "\(jsonString($0.key)):\(jsonValue($0.value, depth: depth + 1))"
            }
            return "{" + pairs.joined(separator: ",") + "}"
        }
    }

    /// RFC 8259 §7, with everything escaped that a terminal would act on.
    static func jsonString(_ text: String) -> String {
        var result = "\""
        for scalar in shortened(text).unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let scalar where scalar.actsOnDisplay:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > maximumFieldCharacters, text.count > maximumFieldCharacters else { return text }
        return text.prefix(maximumFieldCharacters) + "…"
    }
}
