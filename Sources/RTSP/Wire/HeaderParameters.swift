/// The parameters that several headers are lists of: `name=value;name="value";name`.
enum HeaderParameters {
    /// More are not looked at.
    static let maximumCount = 64

    /// The parts between separators that are not in quotes, without blanks around them and without empty ones.
    static func split(_ text: some StringProtocol, at separator: UInt8) -> [Substring] {
        let text = Substring(text)
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        func add(to end: String.Index) {
            let part = text[start..<end].trimmed
            if !part.isEmpty, parts.count < maximumCount { parts.append(part) }
        }
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted && byte == .backslash {
                isEscaped = true
            } else if byte == .quotationMark {
                isQuoted.toggle()
            } else if byte == separator && !isQuoted {
                add(to: index)
                start = text.utf8.index(after: index)
            }
        }
        add(to: text.endIndex)
        return parts
    }

    /// A parameter's name and value; the value is nil when there is no equals sign.
    static func pair(_ text: Substring) -> (name: Substring, value: String?) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (text, nil) }
        return (text[..<equals].trimmed, unquoted(text[text.utf8.index(after: equals)...].trimmed))
    }

    /// Takes the quotes away, RFC 2616 §2.2.
    static func unquoted(_ text: Substring) -> String {
        guard text.utf8.count >= 2, text.utf8.first == .quotationMark, text.utf8.last == .quotationMark else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8.dropFirst().dropLast() {
            if byte == .backslash, !isEscaped {
                isEscaped = true
            } else {
                isEscaped = false
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = [.quotationMark]
        for byte in text.utf8 {
            if byte == .quotationMark || byte == .backslash { bytes.append(.backslash) }
            bytes.append(byte)
        }
        bytes.append(.quotationMark)
        return String(decoding: bytes, as: UTF8.self)
    }
}
