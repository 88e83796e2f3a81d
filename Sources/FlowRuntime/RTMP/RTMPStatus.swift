import FlowModel
import FlowPlanner
import Media
import RTMP

extension ApplyFailure {
    static let rtmpIsOff = ApplyFailure(
        remedy: .configurationChange,
        reason: "ListenerOff",
        message: "the gateway runs with --rtmp off"
    )
}

extension Secret {
    /// The value, which the controller has read before the component starts.
    func required(_ what: String) throws(ApplyFailure) -> String {
        guard let value else {
            throw ApplyFailure(
                remedy: .retry,
                reason: "SecretUnavailable",
                message: "the \(what) could not be read from \(source)"
            )
        }
        return value
    }
}

extension ComponentContext {
    /// Where encoders and players find a flow on the RTMP port; without a key, three asterisks stand for it.
    func rtmpAddress(flow: String, key: String = "***") -> String {
        "rtmp://\(shown(host: rtmpAddress, port: rtmp.port ?? 0))/\(flow)/\(key)"
    }

    /// Every place on the RTMP port with its key.
    var rtmpStreamAddresses: [StreamAddress] {
        rtmp.keys.map {
            StreamAddress(flow: $0.flow, component: $0.component, address: rtmpAddress(flow: $0.flow, key: $0.key))
        }
    }
}

extension PeerStatus {
    init(_ player: RTMPConnection, bitrate: Int64, at now: MonotonicTime) {
        self.init(
            remote: player.remote,
            uptime: Double(now.nanoseconds(since: player.startedAt)) / 1e9,
            bitrate: bitrate
        )
        counters.bytes = player.counters.bytes
        counters.packets = player.counters.messages
        counters.packetsDropped = player.counters.droppedMessages
    }
}
