package import Media
import NIOCore

/// A connection as its owner holds it: to know who it is, and to end it from any thread.
package final class RTMPConnection: Sendable {
    /// `198.51.100.7:51234`
    package let remote: String
    package let counters = RTMPPeerCounters()
    package let startedAt = MonotonicTime.now()
    private let channel: any Channel

    init(channel: any Channel, remote: String) {
        self.channel = channel
        self.remote = remote
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
    private func fire(_ event: RTMPConnectionEvent) {
        channel.eventLoop.execute { [channel] in channel.pipeline.fireUserInboundEventTriggered(event) }
    }
}

enum RTMPConnectionEvent: Sendable {
    case refuse(Refusal)
    case end
}

extension SocketAddress? {
    /// `198.51.100.7:51234`, `[2001:db8::1]:51234`
    var peerText: String {
        guard let self, let host = self.ipAddress, let port = self.port else { return "unknown" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
