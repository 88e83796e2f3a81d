/// The first packet of a track that is sent to a player.
package struct RTPPosition: Hashable, Sendable {
    package var sequenceNumber: UInt16
    package var timestamp: UInt32

    package init(sequenceNumber: UInt16, timestamp: UInt32) {
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
    }
}
