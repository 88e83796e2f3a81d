extension SegmentPattern {
    /// Whether a name is one that the elements of a folder's name expand to.
    static func matches(_ name: Substring, _ elements: [Element]) -> Bool {
        var rest = name.utf8[...]
        for element in elements {
            switch element {
            case .literal(let text):
                guard rest.starts(with: text.utf8) else { return false }
                rest = rest.dropFirst(text.utf8.count)
            case .digits(let conversion):
                let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                if let width = conversion.width {
                    guard digits.count >= width else { return false }
                    rest = rest.dropFirst(width)
                } else {
                    guard !digits.isEmpty else { return false }
                    rest = rest.dropFirst(digits.count)
                }
            }
        }
        return rest.isEmpty
    }

    /// Whether a name is that of a finished file of this pattern, with the suffixes that we may have put on it.
    func matchesFile(_ name: String) -> Bool {
        guard let elements = components.last, name.hasSuffix(fileExtension) else { return false }
        var stem = name.dropLast(fileExtension.count)
        if Self.matches(stem, elements) { return true }
        if let dash = stem.lastIndex(of: "-"), Self.isCollisionNumber(stem[stem.index(after: dash)...]) {
            stem = stem[..<dash]
            if Self.matches(stem, elements) { return true }
        }
        guard stem.hasSuffix(Self.recoveredSuffix) else { return false }
        stem = stem.dropLast(Self.recoveredSuffix.count)
        if Self.matches(stem, elements) { return true }
        guard let dash = stem.lastIndex(of: "-"), Self.isCollisionNumber(stem[stem.index(after: dash)...]) else {
            return false
        }
        return Self.matches(stem[..<dash], elements)
    }

    /// Whether a name is that of an unfinished file of this pattern.
    func matchesPartialFile(_ name: String) -> Bool {
        name.hasSuffix(Self.partialSuffix) && matchesFile(String(name.dropLast(Self.partialSuffix.count)))
    }

    private static func isCollisionNumber(_ text: Substring) -> Bool {
        guard let number = Int(text), text.first != "+", text.first != "0" else { return false }
        return (1...maximumCollisions).contains(number)
    }

    /// The name of a file completed after a crash: `a.ts.part` becomes `a.recovered.ts`, and `a.recovered-1.ts` when that
    /// is taken.
    func recoveredPath(ofPartial path: String, collision: Int) -> String {
        let stem = path.dropLast(Self.partialSuffix.count + fileExtension.count)
        return stem + Self.recoveredSuffix + (collision > 0 ? "-\(collision)" : "") + fileExtension
    }
}
