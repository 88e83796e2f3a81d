/// Finds the word that was meant.
enum Spelling {
    /// Longer words are not compared.
    private static let maximumLength = 64

    /// The nearest of the candidates, if it is near enough to be a slip. Case, `_` and `-` count for little.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let plainWord = Self.plain(word)
        guard !plainWord.isEmpty, plainWord.count <= Self.maximumLength else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let plainCandidate = Self.plain(candidate)
            guard plainCandidate.count <= Self.maximumLength else { continue }
            let limit = max(plainWord.count, plainCandidate.count) <= 3 ? 1 : plainCandidate.count / 3 + 1
            let distance = Self.distance(plainWord, plainCandidate)
            guard distance <= min(limit, 3), distance < plainCandidate.count else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.candidate
    }

    private static func plain(_ word: String) -> [Unicode.Scalar] {
        word.prefix(Self.maximumLength + 1).lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" }
    }

    /// Insertions, deletions, replacements and swaps of neighbours.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replacement = previous[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(replacement, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
