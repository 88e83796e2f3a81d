import FlowModel

/// Goes through one line of YAML, token by token, and leaves out what may be a secret.
///
/// It need not understand all of YAML: what it does not know is left out.
struct LineMasking {
    /// What stands around the values on the line.
    private struct Level {
        /// Whether values here belong to a key whose values are shown; those of a mapping do not until their key comes.
        var showsValues: Bool
        /// Inside of what a hidden key holds nothing is shown.
        var isHidden: Bool
    }

    private let characters: [Unicode.Scalar]
    /// Where the problem is, from 0.
    private let place: Int
    private let message: String
    private let shownKeys: Set<String>
    private let namedKeys: Set<String>
    private let memberKeys: Set<String>
    private let isFieldShown: Bool

    private var position = 0
    private var levels = [Level(showsValues: false, isHidden: false)]
    /// Whether the value that comes next may be shown.
    private var showsNext = false
    /// Whether what comes, up to the next comma or bracket, belongs to a key whose values are not shown.
    private var hidesNext = false
    private var pieces = (before: "", offending: "", after: "")
    private var isBehind = false
    /// Where the problem is with a list or a mapping: the depth that ends it.
    private var offendingDepth: Int?

    /// - Parameters:
    ///   - column: from 1, in characters.
    ///   - shownKeys: those whose values are no secrets.
    ///   - namedKeys: those that are no secrets themselves.
    ///   - memberKeys: those of them that stand inside of secrets.
    ///   - field: the innermost key that the problem is about.
    init(
        line: String,
        column: Int,
        message: String,
        shownKeys: Set<String>,
        namedKeys: Set<String>,
        memberKeys: Set<String>,
        field: String
    ) {
        characters = Array(line.unicodeScalars.prefix(2_000))
        place = column - 1
        self.message = message
        self.shownKeys = shownKeys
        self.namedKeys = namedKeys
        self.memberKeys = memberKeys
        isFieldShown = shownKeys.contains(field)
    }

    mutating func run() -> SourceExcerpt {
        while position < characters.count {
            let start = position
            let character = characters[position]
            switch character {
            case " ", "\t":
                position += 1
                if position < characters.count, characters[position] == "#" {
                    position = characters.count
                } else {
                    add(String(character), from: start)
                }
            case "#" where position == 0: position = characters.count
            case "{", "[": open(character)
            case "}", "]": close(character)
            case ",":
                position += 1
                showsNext = levels.last?.showsValues ?? false
                hidesNext = false
                add(",", from: start)
            case "-" where isLast(position + 1) || characters[position + 1] == " ":
                position += 1
                add("-", from: start)
            default: word()
            }
        }
        if pieces.offending.isEmpty, !isBehind { return SourceExcerpt(before: "", offending: pieces.before, after: "") }
        return SourceExcerpt(before: pieces.before, offending: pieces.offending, after: pieces.after)
    }

    private func isLast(_ index: Int) -> Bool { index >= characters.count }

    private mutating func open(_ bracket: Unicode.Scalar) {
        let start = position
        position += 1
        let isHidden = hidesNext || (levels.last?.isHidden ?? false)
        let isList = bracket == "["
        if start == place { offendingDepth = levels.count }
        levels.append(Level(showsValues: isList && showsNext, isHidden: isHidden))
        if !isList { showsNext = false }
        hidesNext = false
        add(String(bracket), from: start)
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        let start = position
        position += 1
        if levels.count > 1 { levels.removeLast() }
        showsNext = false
        hidesNext = false
        add(String(bracket), from: start)
        if let depth = offendingDepth, levels.count <= depth { offendingDepth = nil }
    }

    /// A key with its colon, or a value.
    private mutating func word() {
        let start = position
        let isInside = levels.count > 1
        var isWhole = true
        if characters[position] == "\"" || characters[position] == "'" {
            isWhole = skipQuoted(characters[position])
        } else {
            while position < characters.count, !endsWord(isInside: isInside) { position += 1 }
        }
        let text = String(String.UnicodeScalarView(characters[start..<position]))
        let isInsideHidden = levels.last?.isHidden ?? false
        let isHidden = hidesNext || isInsideHidden
        if !isLast(position), characters[position] == ":" {
            let known = isInsideHidden ? memberKeys : namedKeys
            let isNamed = !hidesNext && known.contains(text) || isNamedByMessage(text, from: start)
            add(isNamed ? text : SourceExcerpt.mask, from: start)
            position += 1
            add(":", from: position - 1)
            showsNext = !isHidden && shownKeys.contains(text)
            hidesNext = !showsNext
        } else {
            // A quote that does not end here may hold what is no part of the value.
            let isPlain = isWhole && (showsNext && !isHidden || isFieldShown && start == place)
            let isShown = isPlain || isNamedByMessage(text, from: start)
            add(isShown ? text : SourceExcerpt.mask, from: start)
        }
    }

    /// A plain word ends before `: `, ` #`, a space in front of nothing, and inside of brackets before `,`, `]`, `}`.
    private func endsWord(isInside: Bool) -> Bool {
        switch characters[position] {
        case ":": isLast(position + 1) || characters[position + 1] == " "
        case ",", "]", "}", "[", "{": isInside
        case " ", "\t":
            // The rest of the line is nothing, or a comment.
            characters[position...].first { $0 != " " && $0 != "\t" }.map { $0 == "#" } ?? true
        default: false
        }
    }

    /// Returns whether the quote ends on the line.
    private mutating func skipQuoted(_ quote: Unicode.Scalar) -> Bool {
        position += 1
        while position < characters.count, characters[position] != quote {
            position += characters[position] == "\\" && quote == "\"" ? 2 : 1
        }
        let isWhole = position < characters.count
        position = min(position + 1, characters.count)
        return isWhole
    }

    /// The messages are free of secrets, so what they name may be shown where they point.
    private func isNamedByMessage(_ text: String, from start: Int) -> Bool {
        start == place && text.utf8.count > 1 && message.contains(text)
    }

    private mutating func add(_ text: String, from start: Int) {
        if position <= place {
            pieces.before += text
        } else if start <= place || offendingDepth != nil {
            pieces.offending += text
            isBehind = true
        } else {
            pieces.after += text
        }
    }
}
