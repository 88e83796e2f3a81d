import Delivery
import Media

/// Who publishes on a place, and the way to the leg.
struct Publisher {
    let connection: PeerConnection
    let sink: PublisherSink

    init(_ connection: PeerConnection, to leg: any LegSink) {
        self.connection = connection
        sink = PublisherSink(leg)
    }

    /// Ends the session of one that brings nothing any more, since another one came.
    func giveWay() {
        sink.giveWay()
        connection.refuse(.alreadyPublishing)
    }
}
