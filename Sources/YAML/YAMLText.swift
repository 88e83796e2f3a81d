/// A YAML text that is known to be UTF-8 without a byte order mark and without forbidden characters, and its lines.
struct YAMLText {
    private(set) var utf8: [UInt8]
    /// The index, in scalars, of the first character of each line.
    private var lineStarts = [0]

    init(decoding bytes: [UInt8]) throws(YAMLProblem) {
        switch bytes.prefix(4) {
        case [0x00, 0x00, 0xFE, 0xFF], [0xFF, 0xFE, 0x00, 0x00]:
            throw Self.refusal("this is UTF-32; save the file as UTF-8")
        default: break
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            self.utf8 = Array(bytes.dropFirst(3))
        } else if bytes.starts(with: [0xFF, 0xFE]) {
            self.utf8 = try Self.transcode(bytes, lowByteFirst: true)
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            self.utf8 = try Self.transcode(bytes, lowByteFirst: false)
        } else {
            if bytes.count >= 4 {
                switch (bytes[0] == 0, bytes[1] == 0, bytes[2] == 0, bytes[3] == 0) {
                case (true, true, true, false), (false, true, true, true):
                    throw Self.refusal("this looks like UTF-32; save the file as UTF-8")
                case (true, false, true, false), (false, true, false, true):
                    throw Self.refusal("this looks like UTF-16 without a byte order mark; save the file as UTF-8")
                default: break
                }
            }
            self.utf8 = bytes
        }
        try self.scan()
    }

    /// The place of the scalar with this index, which may be the end of the text.
    func mark(at index: Int) -> YAMLMark {
        var low = 0
        var high = self.lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.lineStarts[middle] <= index { low = middle } else { high = middle }
        }
        return YAMLMark(line: low + 1, column: max(0, index - self.lineStarts[low]) + 1)
    }

    /// The scalar with this index, found by walking: for messages only.
    func scalar(at index: Int) -> Unicode.Scalar? {
        String(decoding: self.utf8, as: UTF8.self).unicodeScalars.dropFirst(max(0, index)).first
    }

    private static func refusal(_ message: String) -> YAMLProblem {
        YAMLProblem(mark: YAMLMark(line: 1, column: 1), message: message, rule: "yaml/encoding")
    }

    /// UTF-16 to UTF-8. An unpaired surrogate becomes three bytes that `scan` refuses at their place.
    private static func transcode(_ bytes: [UInt8], lowByteFirst: Bool) throws(YAMLProblem) -> [UInt8] {
        guard bytes.count.isMultiple(of: 2) else {
            throw Self.refusal("this UTF-16 text has an odd number of bytes; is it cut off?")
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var highSurrogate: UInt32?
        func append(_ value: UInt32) {
            switch value {
            case 0..<0x80: result.append(UInt8(truncatingIfNeeded: value))
            case 0x80..<0x800:
                result.append(0xC0 | UInt8(truncatingIfNeeded: value >> 6))
                result.append(0x80 | UInt8(truncatingIfNeeded: value & 0x3F))
            default:
                if value < 0x10000 {
                    result.append(0xE0 | UInt8(truncatingIfNeeded: value >> 12))
                } else {
                    result.append(0xF0 | UInt8(truncatingIfNeeded: value >> 18))
                    result.append(0x80 | UInt8(truncatingIfNeeded: (value >> 12) & 0x3F))
                }
                result.append(0x80 | UInt8(truncatingIfNeeded: (value >> 6) & 0x3F))
                result.append(0x80 | UInt8(truncatingIfNeeded: value & 0x3F))
            }
        }
        for index in stride(from: 2, to: bytes.count, by: 2) {
            let first = UInt32(bytes[index])
            let second = UInt32(bytes[index + 1])
            let unit = lowByteFirst ? second << 8 | first : first << 8 | second
            if let high = highSurrogate {
                highSurrogate = nil
                if (0xDC00...0xDFFF).contains(unit) {
                    append(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00))
                    continue
                }
                append(high)
            }
            if (0xD800...0xDBFF).contains(unit) { highSurrogate = unit } else { append(unit) }
        }
        if let high = highSurrogate { append(high) }
        return result
    }

    /// Checks every character and notes where lines start.
    private mutating func scan() throws(YAMLProblem) {
        let bytes = self.utf8
        var position = 0
        var index = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case 0x20...0x7E, 0x09:
                position += 1
            case 0x0A:
                position += 1
                self.lineStarts.append(index + 1)
            case 0x0D:
                position += 1
                if position == bytes.count || bytes[position] != 0x0A { self.lineStarts.append(index + 1) }
            case 0x00:
                throw self.problem(at: index, "a NUL character; is this a text file?", "yaml/encoding")
            case 0x01...0x1F, 0x7F:
                throw self.forbidden(UInt32(byte), at: index)
            default:
                guard let (value, length) = Self.multibyte(bytes, at: position) else {
                    let hex = String(byte, radix: 16, uppercase: true)
                    throw self.problem(
                        at: index,
                        "not UTF-8: byte 0x\(hex) cannot stand here; is the file Latin-1? Save it as UTF-8",
                        "yaml/encoding"
                    )
                }
                switch value {
                case 0x85, 0x2028, 0x2029: throw self.lineSeparator(value, at: index)
                case 0x80...0x9F, 0xFFFE, 0xFFFF: throw self.forbidden(value, at: index)
                default: break
                }
                position += length
            }
            index += 1
        }
    }

    private func forbidden(_ value: UInt32, at index: Int) -> YAMLProblem {
        let hex = String(value, radix: 16, uppercase: true)
        return self.problem(
            at: index,
            "the control character \\u{\(hex)} is not allowed in YAML",
            "yaml/control-character"
        )
    }

    /// YAML 1.1, and libyaml, end a line here, YAML 1.2 and editors do not: a comment could hide what is read.
    private func lineSeparator(_ value: UInt32, at index: Int) -> YAMLProblem {
        let hex = String(value, radix: 16, uppercase: true)
        return self.problem(
            at: index,
            "the line separator \\u{\(hex)} must be escaped, in double quotes: not all readers see a line end here",
            "yaml/control-character"
        )
    }

    private func problem(at index: Int, _ message: String, _ rule: String) -> YAMLProblem {
        YAMLProblem(mark: self.mark(at: index), message: message, rule: rule)
    }

    /// The scalar that starts here, by RFC 3629 §4, or `nil` if the bytes are not UTF-8.
    private static func multibyte(_ bytes: [UInt8], at position: Int) -> (value: UInt32, length: Int)? {
        let lead = bytes[position]
        let length: Int
        var value: UInt32
        switch lead {
        case 0xC2...0xDF: (length, value) = (2, UInt32(lead & 0x1F))
        case 0xE0...0xEF: (length, value) = (3, UInt32(lead & 0x0F))
        case 0xF0...0xF4: (length, value) = (4, UInt32(lead & 0x07))
        default: return nil
        }
        guard position + length <= bytes.count else { return nil }
        for byte in bytes[(position + 1)..<(position + length)] {
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        let minimum: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= minimum, Unicode.Scalar(value) != nil else { return nil }
        return (value, length)
    }
}
