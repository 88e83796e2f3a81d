/// Matches by following all places that a match can have reached at once, so that the time is bounded by a polynomial
/// of the text's length: there is no backtracking to explode.
struct PatternMatcher {
    private let text: [UInt32]

    init(_ text: String) {
        self.text = text.unicodeScalars.map(\.value)
    }

    /// Whether the pattern matches anywhere in the text.
    func matches(_ pattern: PatternNode) -> Bool {
        let starts = self.positions(upTo: Self.isAnchored(pattern) ? 0 : self.text.count)
        return !self.advance(starts, over: pattern).isEmpty
    }

    private func positions(upTo last: Int) -> PositionSet {
        var result = self.noPositions
        for position in 0...last { result.insert(position) }
        return result
    }

    private var noPositions: PositionSet { PositionSet(count: self.text.count + 1) }

    private static func isAnchored(_ pattern: PatternNode) -> Bool {
        switch pattern {
        case .start: true
        case .sequence(let parts): parts.first.map(Self.isAnchored) ?? false
        default: false
        }
    }

    /// The places where a match of `node` that starts at one of `starts` can end.
    private func advance(_ starts: PositionSet, over node: PatternNode) -> PositionSet {
        switch node {
        case .set(let set):
            return self.advance(starts, over: set, minimum: 1, maximum: 1)
        case .sequence(let parts):
            var positions = starts
            for part in parts {
                guard !positions.isEmpty else { break }
                positions = self.advance(positions, over: part)
            }
            return positions
        case .alternatives(let branches):
            var positions = self.noPositions
            for branch in branches { positions.formUnion(self.advance(starts, over: branch)) }
            return positions
        case .repeated(.set(let set), let minimum, let maximum):
            return self.advance(starts, over: set, minimum: minimum, maximum: maximum)
        case .repeated(let inner, let minimum, let maximum):
            return self.advance(starts, over: inner, minimum: minimum, maximum: maximum)
        case .start:
            return self.filter(starts) { $0 == 0 }
        case .end:
            return self.filter(starts) { $0 == self.text.count }
        case .wordBoundary(let isNegated):
            return self.filter(starts) { (self.isWord($0 - 1) != self.isWord($0)) != isNegated }
        case .lookahead(let inner, let isNegated):
            return self.filter(starts) { position in
                var start = self.noPositions
                start.insert(position)
                return self.advance(start, over: inner).isEmpty == isNegated
            }
        case .lookbehind(let inner, let isNegated):
            let ends = self.advance(self.positions(upTo: self.text.count), over: inner)
            return self.filter(starts) { ends.contains($0) != isNegated }
        }
    }

    private func filter(_ positions: PositionSet, _ isKept: (Int) -> Bool) -> PositionSet {
        var result = self.noPositions
        positions.forEach { if isKept($0) { result.insert($0) } }
        return result
    }

    private func isWord(_ position: Int) -> Bool {
        self.text.indices.contains(position) && ScalarSet.wordCharacters.contains(self.text[position])
    }

    /// One run of characters of a set: looks at each character once if there is no upper bound.
    private func advance(_ starts: PositionSet, over set: ScalarSet, minimum: Int, maximum: Int?) -> PositionSet {
        var result = self.noPositions
        var runEnd = 0
        var filled = -1
        starts.forEach { start in
            if maximum == 1, minimum == 1 {
                if start < self.text.count, set.contains(self.text[start]) { result.insert(start + 1) }
                return
            }
            let limit = maximum.map { min(self.text.count - start, $0) + start } ?? self.text.count
            runEnd = max(runEnd, start)
            while runEnd < limit, set.contains(self.text[runEnd]) { runEnd += 1 }
            guard runEnd - start >= minimum else { return }
            let last = min(runEnd, limit)
            var position = max(start + minimum, filled + 1)
            // Places up to `filled` that an earlier start did not reach come before that start's minimum, so before
            // this one's.
            while position <= last {
                result.insert(position)
                position += 1
            }
            filled = max(filled, last)
        }
        return result
    }

    private func advance(
        _ starts: PositionSet,
        over inner: PatternNode,
        minimum: Int,
        maximum: Int?
    ) -> PositionSet {
        var reached = starts
        var rounds = 0
        // After as many rounds as there are places, more of them change nothing: some round was empty, and an empty
        // round can be left out or done again.
        while rounds < minimum, rounds <= self.text.count + 1, !reached.isEmpty {
            let next = self.advance(reached, over: inner)
            rounds += 1
            if next == reached { break }
            reached = next
        }
        var remaining = (maximum ?? Int.max) - minimum
        var frontier = reached
        while remaining > 0 {
            var next = self.advance(frontier, over: inner)
            next.subtract(reached)
            if next.isEmpty { break }
            reached.formUnion(next)
            frontier = next
            remaining -= 1
        }
        return reached
    }
}
