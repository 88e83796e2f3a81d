extension TSSplice {
    /// How a source was joined to the former one.
    public struct Seam: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable {
            /// The same packets came on another way: nothing is missing, nothing is changed.
            case samePackets
            /// The source was interrupted and goes on.
            case resumed
            /// It begins on a picture that needs none before it, in the times that it has.
            case fitting
            /// It begins on such a picture, in other times.
            case rebased
            /// It showed no place to begin at, and passes as it comes.
            case unchanged
        }

        public var kind: Kind
        /// From the last decode time before the seam to the first one after it, in ticks of 90 kHz; 0 when not known.
        public var decodeStep: Int64
    }
}
