/// How much of a connection's memory its peer may fill.
package struct ChunkLimits: Hashable, Sendable {
    /// How many chunk streams the peer may use in all.
    package var maximumChunkStreams: Int
    /// The longest message.
    package var maximumMessageBytes: Int
    /// How much may be there of messages that are not whole yet, over all chunk streams.
    package var maximumPartialBytes: Int

    package init(
        maximumChunkStreams: Int = 64,
        maximumMessageBytes: Int = 1 << 20,
        maximumPartialBytes: Int = 1 << 20
    ) {
        self.maximumChunkStreams = maximumChunkStreams
        self.maximumMessageBytes = maximumMessageBytes
        self.maximumPartialBytes = maximumPartialBytes
    }

    /// For a peer that has not proved yet that it may publish or play.
    package static let `default` = Self()
    /// For a publisher that was let in.
    package static let publishing = Self(maximumMessageBytes: 8 << 20, maximumPartialBytes: 12 << 20)
}
