import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import SRT

extension SRTEncryptionSettings {
    init(_ encryption: SRTEncryption) throws(ApplyFailure) {
        guard let passphrase = encryption.key.value else {
            throw ApplyFailure(
                remedy: .retry,
                reason: "SecretUnavailable",
                message: "the passphrase could not be read from \(encryption.key.source)"
            )
        }
        self.init(passphrase: passphrase, keyLength: encryption.keyLength)
    }
}

extension IPEndpoint {
    static func resolver(host: String, port: UInt16) -> SRTCallerConfiguration.Resolver {
        { () throws(SRTResolveFailure) in
            guard let address = HostResolver.lookUp(host) else {
                throw SRTResolveFailure(message: "the host name \(host) does not resolve")
            }
            return IPEndpoint(address: address, port: port)
        }
    }
}

extension ComponentContext {
    /// Where peers find a listening endpoint: `srt://HOST:PORT`, on the shared port with the stream ID to send.
    func srtListenAddress(port: UInt16?, streamID: String?) -> String {
        let base = "srt://\(shown(host: srtAddress, port: port ?? 0))"
        guard let streamID else { return base }
        return "\(base)?streamid=\(streamID)"
    }

    static func srtCallAddress(host: String, port: UInt16) -> String {
        host.contains(":") ? "srt://[\(host)]:\(port)" : "srt://\(host):\(port)"
    }
}

extension LatencyStatus {
    /// Nil before the latency is known.
    init?(_ peer: SRTPeerStatistics, at now: MonotonicTime) {
        guard peer.latencyMilliseconds > 0 else { return nil }
        self.init(
            milliseconds: peer.latencyMilliseconds,
            advisedMilliseconds: peer.latencyAdvice?.advisedMilliseconds,
            tooLowForSeconds: peer.latencyTooLowSince.map { max(0, Double(now.nanoseconds(since: $0)) / 1e9) }
        )
    }
}

extension LegStatus {
    mutating func take(_ statistics: SRTInputStatistics) {
        lastError = statistics.lastError
        counters.reconnects = UInt64(max(0, statistics.reconnects))
        guard let peer = statistics.peer else { return }
        roundTripTimeMilliseconds = peer.roundTripMilliseconds
        latency = LatencyStatus(peer, at: .now())
        counters.packetsLost = peer.lost
        counters.packetsRetransmitted = peer.retransmitted
        counters.packetsDropped = peer.dropped
    }
}

extension PeerStatus {
    init(_ peer: SRTPeerStatistics, at now: MonotonicTime) {
        self.init(
            remote: peer.remote,
            uptime: Double(now.nanoseconds(since: peer.connectedSince)) / 1e9,
            bitrate: Int64(clamping: peer.bitrate),
            roundTripTimeMilliseconds: peer.roundTripMilliseconds,
            latency: LatencyStatus(peer, at: now)
        )
        counters.bytes = peer.bytes
        counters.packets = peer.packets
        counters.packetsLost = peer.lost
        counters.packetsRetransmitted = peer.retransmitted
        counters.packetsDropped = peer.dropped
    }
}
