/// An `a=` line, RFC 8866 §5.13.
package struct SDPAttribute: Hashable, Sendable {
    package var name: String
    /// What is behind the colon; nil for those that are a name alone.
    package var value: String?

    package init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }

    init(line: Substring) {
        let colon = line.firstIndex(of: ":") ?? line.endIndex
        name = String(line[..<colon].trimmed)
        value = colon == line.endIndex ? nil : String(line[line.index(after: colon)...].trimmed)
    }
}

extension [SDPAttribute] {
    /// The value of the first attribute of that name that has one.
    func value(_ name: String) -> String? {
        lazy.filter { $0.name.equals(ignoringCase: name) }.compactMap(\.value).first
    }

    /// Replaces all attributes of that name.
    mutating func set(_ name: String, _ value: String?) {
        removeAll { $0.name.equals(ignoringCase: name) }
        append(SDPAttribute(name, value))
    }
}
