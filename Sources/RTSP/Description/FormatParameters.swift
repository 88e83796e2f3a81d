/// The parameters of a payload type, `a=fmtp`, RFC 8866 §6.15. Names are the same in upper and lower case.
package struct FormatParameters: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package private(set) var parameters: [Parameter] = []

    package init() {}

    /// Reads `a=1; b=2`; what has no equals sign is skipped.
    init(_ text: some StringProtocol) {
        for part in HeaderParameters.split(text, at: UInt8(ascii: ";")) {
            guard let equals = part.firstIndex(of: "=") else { continue }
            // Values in base 64 end with equals signs, and quotes are none of theirs.
            let value = part[part.index(after: equals)...].trimmed
            parameters.append(Parameter(name: String(part[..<equals].trimmed), value: String(value)))
        }
    }

    /// The value of the first parameter of that name; setting adds one.
    package subscript(name: String) -> String? {
        parameters.first { $0.name.equals(ignoringCase: name) }?.value
    }

    package mutating func add(_ name: String, _ value: String) {
        parameters.append(Parameter(name: name, value: value))
    }

    /// A number, such as `packetization-mode`.
    func number<Number: FixedWidthInteger>(_ name: String) -> Number? { self[name]?.number() }

    /// Bytes in hexadecimal digits, such as `config`. Some servers put quotes around them.
    func hexadecimal(_ name: String) -> [UInt8]? {
        guard let value = self[name] else { return nil }
        return Hexadecimal.decode(HeaderParameters.unquoted(value[...]))
    }

    /// NAL units in base 64 with commas between them, such as `sprop-parameter-sets`, RFC 6184 §8.1 and RFC 7798 §7.1.
    /// Those that cannot be read are left out; so are start codes, which some cameras leave in.
    func unitList(_ name: String) -> [[UInt8]] {
        guard let value = self[name] else { return [] }
        return HeaderParameters.unquoted(value[...]).split(separator: ",").compactMap { text in
            guard var unit = Base64.decode(text.trimmed) else { return nil }
            for startCode in [[0, 0, 0, 1], [0, 0, 1]] as [[UInt8]] where unit.starts(with: startCode) {
                unit.removeFirst(startCode.count)
            }
            return unit.isEmpty ? nil : unit
        }
    }
}

extension FormatParameters: CustomStringConvertible {
    /// As it is written.
    package var description: String { parameters.map { "\($0.name)=\($0.value)" }.joined(separator: ";") }
}
