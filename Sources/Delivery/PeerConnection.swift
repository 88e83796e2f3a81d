package import Media
package import NIOCore

/// A connection as its owner holds it: to know who it is, and to end it from any thread.
package final class PeerConnection: Sendable {
    /// What the connection's handler is told, as an inbound user event.
    package enum Event: Sendable {
        /// Tell the peer why, and close.
        case refuse(Refusal)
        /// What the peer plays or publishes ended, or the gateway stops.
        case end
    }

    /// `198.51.100.7:51234`
    package let remote: String
    package let counters = PeerCounters()
    package let startedAt = MonotonicTime.now()
    private let channel: any Channel

    package init(channel: any Channel) {
        self.channel = channel
        remote = channel.remoteAddress.peerText
    }

    /// Tells the peer why, and closes.
    package func refuse(_ refusal: Refusal) {
        fire(.refuse(refusal))
    }

    /// What the peer plays ended, or the gateway stops.
    package func end() {
        fire(.end)
    }

    /// Later, even when asked on the connection's own loop: it may be in the middle of a message, which is why it is ended.
    private func fire(_ event: Event) {
        channel.eventLoop.execute { [channel] in channel.pipeline.fireUserInboundEventTriggered(event) }
    }
}

extension SocketAddress? {
    /// `198.51.100.7:51234`, `[2001:db8::1]:51234`
    package var peerText: String {
        guard let self, let host = self.ipAddress, let port = self.port else { return "unknown" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
