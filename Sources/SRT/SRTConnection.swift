import CLibSRT
import Media
import NetworkAddress
import Synchronization

/// One established connection: its socket, its peer and its figures.
final class SRTConnection: Sendable {
    let socket: SRTSocket
    let remote: IPEndpoint
    let connectedSince: MonotonicTime
    /// Gives back the places that the connection takes; nil once that is done.
    private let giveBack: Mutex<(@Sendable () -> Void)?>
    private let figures: Mutex<Figures>
    private let isPublisher: Bool
    /// The name of the input or output that it belongs to.
    private let endpoint: String
    private let events: SRTEvents

    private struct Figures {
        var shown: SRTPeerStatistics
        var taken: MonotonicTime
        var latencyWatch = SRTLatencyWatch()
    }

    init(
        socket: SRTSocket,
        remote: IPEndpoint,
        connectedSince: MonotonicTime,
        isPublisher: Bool,
        endpoint: String,
        events: SRTEvents,
        giveBack: @escaping @Sendable () -> Void
    ) {
        self.socket = socket
        self.remote = remote
        self.connectedSince = connectedSince
        self.isPublisher = isPublisher
        self.endpoint = endpoint
        self.events = events
        self.giveBack = Mutex(giveBack)
        self.figures = Mutex(
            Figures(
                shown: SRTPeerStatistics(remote: remote.description, connectedSince: connectedSince),
                taken: connectedSince
            )
        )
    }

    var statistics: SRTPeerStatistics { figures.withLock { $0.shown } }

    /// Closes the socket and gives back its places; harmless when repeated.
    func close() {
        let giveBack = giveBack.withLock { giveBack in
            defer { giveBack = nil }
            return giveBack
        }
        guard let giveBack else { return }
        socket.close()
        giveBack()
    }

    /// Reads libsrt's figures; false when the connection is gone.
    func refresh(at now: MonotonicTime) -> Bool {
        var raw = SRT_TRACEBSTATS()
        guard srt_bistats(socket.id, &raw, 0, 1) == 0, socket.status == SRTS_CONNECTED else { return false }
        let latency = figures.withLock { figures in
            let before = figures.shown.bytes
            var shown = figures.shown
            if isPublisher {
                shown.bytes = raw.byteRecvTotal
                shown.packets = UInt64(clamping: raw.pktRecvTotal)
                shown.lost = UInt64(clamping: raw.pktRcvLossTotal)
                shown.retransmitted = UInt64(clamping: raw.pktRcvRetrans)
                shown.dropped = UInt64(clamping: raw.pktRcvDropTotal) &+ UInt64(clamping: raw.pktRcvUndecryptTotal)
                shown.latencyMilliseconds = Int(raw.msRcvTsbPdDelay)
            } else {
                shown.bytes = raw.byteSentTotal
                shown.packets = UInt64(clamping: raw.pktSentTotal)
                shown.lost = UInt64(clamping: raw.pktSndLossTotal)
                shown.retransmitted = UInt64(clamping: raw.pktRetransTotal)
                shown.dropped = UInt64(clamping: raw.pktSndDropTotal)
                shown.latencyMilliseconds = Int(raw.msSndTsbPdDelay)
            }
            shown.roundTripMilliseconds = raw.msRTT
            let elapsed = now.nanoseconds(since: figures.taken)
            if elapsed > 0, shown.bytes >= before {
                shown.bitrate = UInt64(clamping: Int64(Double(shown.bytes - before) * 8e9 / Double(elapsed)))
            }
            let change = figures.latencyWatch.observe(
                latencyMilliseconds: shown.latencyMilliseconds,
                roundTripMilliseconds: shown.roundTripMilliseconds,
                hasTraffic: shown.bytes != before,
                at: now
            )
            shown.latencyAdvice = figures.latencyWatch.advice
            shown.latencyTooLowSince = figures.latencyWatch.raisedAt
            figures.shown = shown
            figures.taken = now
            return change
        }
        switch latency {
        case .none: break
        case .raised(let advice):
            events.latencyChanged(advice, endpoint: endpoint, remote: remote.description)
        case .cleared:
            events.latencyChanged(nil, endpoint: endpoint, remote: remote.description)
        }
        return true
    }
}
