/// A part of a regular expression. Groups and laziness leave no trace, since only whether it matches is asked.
indirect enum PatternNode: Hashable, Sendable {
    case set(ScalarSet)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case repeated(PatternNode, minimum: Int, maximum: Int?)
    case start
    case end
    case wordBoundary(isNegated: Bool)
    case lookahead(PatternNode, isNegated: Bool)
    case lookbehind(PatternNode, isNegated: Bool)
}
