/// Reads the regular expressions of ECMA-262 (§22.2.1), as with the `u` flag except that a lone bracket, a lone brace
/// and escaped punctuation stand for themselves.
struct PatternParser {
    enum Failure: Error {
        case invalid(String)
        /// Right, but needs more than ``PatternMatcher`` offers: back-references, Unicode properties.
        case unsupported
    }

    static let maximumDepth = 64
    /// Larger counts match nothing that fits into memory.
    private static let maximumCount = 1 << 30

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    static func parse(_ text: String) throws(Failure) -> PatternNode {
        var parser = Self(scalars: Array(text.unicodeScalars))
        let node = try parser.alternatives()
        guard parser.position == parser.scalars.count else { throw .invalid("a \")\" without \"(\"") }
        return node
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private var next: Unicode.Scalar? {
        self.position < self.scalars.count ? self.scalars[self.position] : nil
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard self.next == scalar else { return false }
        self.position += 1
        return true
    }

    private mutating func take(text: String) -> Bool {
        guard self.scalars[self.position...].starts(with: text.unicodeScalars) else { return false }
        self.position += text.unicodeScalars.count
        return true
    }

    private mutating func alternatives() throws(Failure) -> PatternNode {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.maximumDepth else { throw .invalid("more than \(Self.maximumDepth) nested groups") }
        var branches = [try self.sequence()]
        while self.take("|") { branches.append(try self.sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(Failure) -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = self.next, scalar != "|", scalar != ")" {
            let (atom, canRepeat) = try self.atom()
            parts.append(try self.quantified(atom, canRepeat: canRepeat))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func quantified(_ atom: PatternNode, canRepeat: Bool) throws(Failure) -> PatternNode {
        let bounds: (Int, Int?)?
        if self.take("*") {
            bounds = (0, nil)
        } else if self.take("+") {
            bounds = (1, nil)
        } else if self.take("?") {
            bounds = (0, 1)
        } else {
            bounds = self.counts()
        }
        guard let (minimum, maximum) = bounds else { return atom }
        guard canRepeat else { throw .invalid("nothing to repeat before a quantifier") }
        if let maximum, maximum < minimum { throw .invalid("a count out of order in {}") }
        _ = self.take("?")
        return .repeated(atom, minimum: minimum, maximum: maximum)
    }

    /// `{n}`, `{n,}` or `{n,m}`, or nothing taken.
    private mutating func counts() -> (Int, Int?)? {
        let start = self.position
        if self.take("{"), let minimum = self.number() {
            if self.take("}") { return (minimum, minimum) }
            if self.take(",") {
                if self.take("}") { return (minimum, nil) }
                if let maximum = self.number(), self.take("}") { return (minimum, maximum) }
            }
        }
        self.position = start
        return nil
    }

    private mutating func number() -> Int? {
        var result: Int?
        while let digit = self.next.flatMap(Self.decimalDigit) {
            self.position += 1
            result = min(Self.maximumCount, (result ?? 0) * 10 + digit)
        }
        return result
    }

    private static func decimalDigit(_ scalar: Unicode.Scalar) -> Int? {
        ("0"..."9").contains(scalar) ? Int(scalar.value) - 0x30 : nil
    }

    private mutating func atom() throws(Failure) -> (PatternNode, canRepeat: Bool) {
        guard let scalar = self.next else { throw .invalid("the pattern ends too early") }
        self.position += 1
        switch scalar {
        case "^": return (.start, false)
        case "$": return (.end, false)
        case ".": return (.set(ScalarSet.lineTerminators.complement), true)
        case "[": return (.set(try self.characterClass()), true)
        case "(": return try self.group()
        case "*", "+", "?": throw .invalid("nothing to repeat before \"\(scalar)\"")
        case "\\":
            if self.take("b") { return (.wordBoundary(isNegated: false), false) }
            if self.take("B") { return (.wordBoundary(isNegated: true), false) }
            return (.set(try self.escape(inClass: false).set), true)
        default:
            return (.set(ScalarSet([scalar.value...scalar.value])), true)
        }
    }

    private mutating func group() throws(Failure) -> (PatternNode, canRepeat: Bool) {
        var assertion: ((PatternNode) -> PatternNode)?
        if self.take("?") {
            if self.take("=") {
                assertion = { .lookahead($0, isNegated: false) }
            } else if self.take("!") {
                assertion = { .lookahead($0, isNegated: true) }
            } else if self.take(text: "<=") {
                assertion = { .lookbehind($0, isNegated: false) }
            } else if self.take(text: "<!") {
                assertion = { .lookbehind($0, isNegated: true) }
            } else if self.take("<") {
                guard try self.groupName() else { throw .invalid("a group without a name") }
            } else if !self.take(":") {
                throw .invalid("an unknown kind of group")
            }
        }
        let inner = try self.alternatives()
        guard self.take(")") else { throw .invalid("a \"(\" without \")\"") }
        return (assertion?(inner) ?? inner, true)
    }

    private mutating func groupName() throws(Failure) -> Bool {
        let start = self.position
        while let scalar = self.next, scalar != ">" {
            let isFirst = self.position == start
            guard
                scalar == "_" || scalar == "$" || scalar.properties.isIDStart
                    || !isFirst && scalar.properties.isIDContinue
            else { throw .invalid("a group name with \"\(scalar)\"") }
            self.position += 1
        }
        return self.position > start && self.take(">")
    }

    private mutating func characterClass() throws(Failure) -> ScalarSet {
        let isNegated = self.take("^")
        var result = ScalarSet()
        while true {
            guard self.next != nil else { throw .invalid("a \"[\" without \"]\"") }
            if self.take("]") { return isNegated ? result.complement : result }
            let lower = try self.classAtom()
            guard self.next == "-", self.position + 1 < self.scalars.count, self.scalars[self.position + 1] != "]"
            else {
                result.formUnion(lower.set)
                continue
            }
            self.position += 1
            let upper = try self.classAtom()
            guard let first = lower.single, let last = upper.single else {
                throw .invalid("a range to or from a class")
            }
            guard first <= last else { throw .invalid("a range out of order") }
            result.insert(first...last)
        }
    }

    private struct ClassAtom {
        var set: ScalarSet
        var single: UInt32?

        init(_ set: ScalarSet) {
            self.set = set
        }

        init(_ value: UInt32) {
            self.set = ScalarSet([value...value])
            self.single = value
        }
    }

    private mutating func classAtom() throws(Failure) -> ClassAtom {
        guard let scalar = self.next else { throw .invalid("a \"[\" without \"]\"") }
        self.position += 1
        return scalar == "\\" ? try self.escape(inClass: true) : ClassAtom(scalar.value)
    }

    private mutating func escape(inClass: Bool) throws(Failure) -> ClassAtom {
        guard let scalar = self.next else { throw .invalid("a \"\\\" at the end") }
        self.position += 1
        switch scalar {
        case "d": return ClassAtom(.digits)
        case "D": return ClassAtom(ScalarSet.digits.complement)
        case "w": return ClassAtom(.wordCharacters)
        case "W": return ClassAtom(ScalarSet.wordCharacters.complement)
        case "s": return ClassAtom(.whitespace)
        case "S": return ClassAtom(ScalarSet.whitespace.complement)
        case "t": return ClassAtom(0x09)
        case "n": return ClassAtom(0x0A)
        case "v": return ClassAtom(0x0B)
        case "f": return ClassAtom(0x0C)
        case "r": return ClassAtom(0x0D)
        case "b" where inClass: return ClassAtom(0x08)
        case "0" where self.next.flatMap(Self.decimalDigit) == nil: return ClassAtom(0)
        case "1"..."9" where !inClass: throw .unsupported
        case "k" where !inClass: throw .unsupported
        case "p", "P": throw .unsupported
        case "c":
            guard let letter = self.next, letter.isASCII, letter.properties.isAlphabetic else {
                throw .invalid("\"\\c\" without a letter")
            }
            self.position += 1
            return ClassAtom(letter.value % 32)
        case "x": return ClassAtom(try self.hex(2))
        case "u": return ClassAtom(try self.unicodeEscape())
        default:
            guard !scalar.isASCII || !(scalar.properties.isAlphabetic || Self.decimalDigit(scalar) != nil) else {
                throw .invalid("the unknown escape \"\\\(scalar)\"")
            }
            return ClassAtom(scalar.value)
        }
    }

    private mutating func unicodeEscape() throws(Failure) -> UInt32 {
        if self.take("{") {
            var value: UInt32 = 0
            var count = 0
            while let digit = self.next.flatMap({ Character($0).hexDigitValue }) {
                self.position += 1
                count += 1
                value = min(0x110000, value * 16 + UInt32(digit))
            }
            guard count > 0, value <= 0x10FFFF, self.take("}") else { throw .invalid("a bad \"\\u{}\"") }
            return value
        }
        let first = try self.hex(4)
        if (0xD800..<0xDC00).contains(first), self.take(text: "\\u") {
            let second = try self.hex(4)
            guard (0xDC00..<0xE000).contains(second) else { throw .invalid("half of a surrogate pair") }
            return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        }
        return first
    }

    private mutating func hex(_ count: Int) throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = self.next.flatMap({ Character($0).hexDigitValue }) else {
                throw .invalid("expected \(count) hexadecimal digits")
            }
            self.position += 1
            value = value * 16 + UInt32(digit)
        }
        return value
    }
}
