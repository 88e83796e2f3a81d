/// A strict parser for JSON text in UTF-8 (RFC 8259): no comments, no trailing commas, no repeated keys.
public struct JSONParser {
    /// Levels of arrays and objects that are read unless the caller says otherwise.
    public static let defaultMaximumDepth = 128

    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0

    private init(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    public static func parse(
        _ bytes: [UInt8],
        maximumDepth: Int = Self.defaultMaximumDepth
    ) throws(JSONParseError) -> JSONValue {
        var parser = Self(bytes, maximumDepth: maximumDepth)
        if let bad = parser.firstInvalidUTF8 {
            parser.position = bad
            throw parser.error("not UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.error("expected the end of the text") }
        return value
    }

    private var firstInvalidUTF8: Int? {
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = self.bytes.makeIterator()
        var position = 0
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let scalar): position += scalar.count
            case .error: return position
            case .emptyInput: return nil
            }
        }
    }

    private func error(_ message: String) -> JSONParseError {
        var line = 1
        var column = 1
        for byte in self.bytes.prefix(self.position) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return JSONParseError(line: line, column: column, message: message)
    }

    private var next: UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.next == byte else { return false }
        self.position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONParseError) -> JSONValue {
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "{"): return try self.objectValue(depth: depth + 1)
        case UInt8(ascii: "["): return try self.arrayValue(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try self.stringValue())
        case UInt8(ascii: "t"): return try self.word("true", .bool(true))
        case UInt8(ascii: "f"): return try self.word("false", .bool(false))
        case UInt8(ascii: "n"): return try self.word("null", .null)
        case nil: throw self.error("the text ends where a value is expected")
        case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            return try self.numberValue()
        default: throw self.error("expected a value")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        guard self.bytes[self.position...].starts(with: word.utf8) else { throw self.error("expected a value") }
        self.position += word.utf8.count
        return value
    }

    private mutating func arrayValue(depth: Int) throws(JSONParseError) -> JSONValue {
        guard depth <= self.maximumDepth else { throw self.error("more than \(self.maximumDepth) levels of nesting") }
        self.position += 1
        var elements: [JSONValue] = []
        self.skipSpace()
        if self.take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try self.value(depth: depth))
            self.skipSpace()
            if self.take(UInt8(ascii: "]")) { return .array(elements) }
            guard self.take(UInt8(ascii: ",")) else { throw self.error("expected \",\" or \"]\"") }
        }
    }

    private mutating func objectValue(depth: Int) throws(JSONParseError) -> JSONValue {
        guard depth <= self.maximumDepth else { throw self.error("more than \(self.maximumDepth) levels of nesting") }
        self.position += 1
        var object = JSONObject()
        self.skipSpace()
        if self.take(UInt8(ascii: "}")) { return .object(object) }
        while true {
            self.skipSpace()
            guard self.next == UInt8(ascii: "\"") else { throw self.error("expected a key in quotes") }
            let keyPosition = self.position
            let key = try self.stringValue()
            self.skipSpace()
            guard self.take(UInt8(ascii: ":")) else { throw self.error("expected \":\"") }
            let value = try self.value(depth: depth)
            guard object[key] == nil else {
                self.position = keyPosition
                throw self.error("this key is there already")
            }
            object[key] = value
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return .object(object) }
            guard self.take(UInt8(ascii: ",")) else { throw self.error("expected \",\" or \"}\"") }
        }
    }

    private mutating func numberValue() throws(JSONParseError) -> JSONValue {
        let start = self.position
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) { try self.digits() }
        var isWhole = true
        if self.take(UInt8(ascii: ".")) {
            isWhole = false
            try self.digits()
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            isWhole = false
            if !self.take(UInt8(ascii: "-")) { _ = self.take(UInt8(ascii: "+")) }
            try self.digits()
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        if isWhole, let whole = Int64(text) { return .integer(whole) }
        guard let number = Double(text), number.isFinite else {
            self.position = start
            throw self.error("the number is out of range")
        }
        return .number(number)
    }

    private mutating func digits() throws(JSONParseError) {
        let start = self.position
        while let byte = self.next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.position += 1 }
        guard self.position > start else { throw self.error("expected a digit") }
    }

    private mutating func stringValue() throws(JSONParseError) -> String {
        self.position += 1
        var result = ""
        var start = self.position
        while let byte = self.next {
            switch byte {
            case UInt8(ascii: "\""):
                result += String(decoding: self.bytes[start..<self.position], as: UTF8.self)
                self.position += 1
                return result
            case UInt8(ascii: "\\"):
                result += String(decoding: self.bytes[start..<self.position], as: UTF8.self)
                result.unicodeScalars.append(try self.escapedScalar())
                start = self.position
            case 0..<0x20:
                throw self.error("a control character in a string must be escaped")
            default:
                self.position += 1
            }
        }
        throw self.error("the text ends inside of a string")
    }

    private mutating func escapedScalar() throws(JSONParseError) -> Unicode.Scalar {
        let start = self.position
        self.position += 1
        guard let byte = self.next else { throw self.error("the text ends inside of a string") }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try self.hexUnit()
            if let scalar = Unicode.Scalar(first) { return scalar }
            if first < 0xDC00, self.take(UInt8(ascii: "\\")), self.take(UInt8(ascii: "u")) {
                let second = try self.hexUnit()
                if (0xDC00...0xDFFF).contains(second),
                    let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
                {
                    return scalar
                }
            }
            self.position = start
            throw self.error("half of a surrogate pair")
        default:
            self.position = start
            throw self.error("an unknown escape")
        }
    }

    private mutating func hexUnit() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.error("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        return value
    }
}

extension JSONValue {
    public init(
        parsing bytes: [UInt8],
        maximumDepth: Int = JSONParser.defaultMaximumDepth
    ) throws(JSONParseError) {
        self = try JSONParser.parse(bytes, maximumDepth: maximumDepth)
    }

    public init(
        parsing text: String,
        maximumDepth: Int = JSONParser.defaultMaximumDepth
    ) throws(JSONParseError) {
        self = try JSONParser.parse(Array(text.utf8), maximumDepth: maximumDepth)
    }
}
