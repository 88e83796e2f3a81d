/// What a scalar means in the YAML 1.2 core schema (YAML 1.2.2 §10.3.2).
public enum YAMLScalarValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Also integers outside of Int64.
    case float(Double)
    case string(String)
}

extension YAMLScalar {
    /// The value by the tag if there is one, else by the core schema; `no`, `on` and `yes` are strings.
    public var value: YAMLScalarValue {
        switch self.tag {
        case nil: self.isPlain ? Self.resolve(self.text) : .string(self.text)
        case YAMLTag.null, YAMLTag.bool, YAMLTag.integer: Self.resolve(self.text)
        case YAMLTag.float:
            if case .integer(let number) = Self.resolve(self.text) {
                .float(Double(number))
            } else {
                Self.resolve(self.text)
            }
        default: .string(self.text)
        }
    }

    private static func resolve(_ text: String) -> YAMLScalarValue {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
            return ["~", "null", "Null", "NULL"].contains(text) ? .null : .string(text)
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return ["true", "True", "TRUE"].contains(text) ? .bool(true) : .string(text)
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return ["false", "False", "FALSE"].contains(text) ? .bool(false) : .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return Self.number(text) ?? .string(text)
        default:
            return .string(text)
        }
    }

    private static func number(_ text: String) -> YAMLScalarValue? {
        if text.hasPrefix("0x") { return Self.digits(text.utf8.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return Self.digits(text.utf8.dropFirst(2), radix: 8) }
        var body = Substring(text).utf8
        let isNegative = body.first == UInt8(ascii: "-")
        if isNegative || body.first == UInt8(ascii: "+") { body = body.dropFirst() }
        if [".inf", ".Inf", ".INF"].contains(Substring(body)) { return .float(isNegative ? -.infinity : .infinity) }
        if [".nan", ".NaN", ".NAN"].contains(text) { return .float(.nan) }

        let whole = body.prefix(while: Self.isDigit)
        body = body.dropFirst(whole.count)
        if body.isEmpty, !whole.isEmpty {
            return Int64(text).map { .integer($0) } ?? Double(text).map { .float($0) }
        }
        var fractionCount = 0
        if body.first == UInt8(ascii: ".") {
            body = body.dropFirst()
            fractionCount = body.prefix(while: Self.isDigit).count
            body = body.dropFirst(fractionCount)
        }
        guard !whole.isEmpty || fractionCount > 0 else { return nil }
        if body.first == UInt8(ascii: "e") || body.first == UInt8(ascii: "E") {
            body = body.dropFirst()
            if body.first == UInt8(ascii: "-") || body.first == UInt8(ascii: "+") { body = body.dropFirst() }
            let exponent = body.prefix(while: Self.isDigit)
            guard !exponent.isEmpty else { return nil }
            body = body.dropFirst(exponent.count)
        }
        return body.isEmpty ? Double(text).map { .float($0) } : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func digits(_ digits: Substring.UTF8View, radix: Int64) -> YAMLScalarValue? {
        guard !digits.isEmpty else { return nil }
        var exact: Int64? = 0
        var approximate = 0.0
        for byte in digits {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue.map(Int64.init), digit < radix else {
                return nil
            }
            approximate = approximate * Double(radix) + Double(digit)
            if let number = exact {
                let (product, tooLarge) = number.multipliedReportingOverflow(by: radix)
                let (sum, overflow) = product.addingReportingOverflow(digit)
                exact = tooLarge || overflow ? nil : sum
            }
        }
        return exact.map { .integer($0) } ?? .float(approximate)
    }
}
