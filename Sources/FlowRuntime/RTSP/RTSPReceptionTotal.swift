import RTSP
import Synchronization

/// What was counted of all the sessions that one leg received, one after the other.
final class RTSPReceptionTotal: Sendable {
    private struct State {
        var former = RTSPReception.Figures()
        var latest: RTSPReception?
    }

    private let state = Mutex(State())

    func began(_ reception: RTSPReception) {
        ended()
        state.withLock { $0.latest = reception }
    }

    /// Keeps what the session counted, and lets go of it.
    func ended() {
        guard let latest = state.withLock({ $0.latest }) else { return }
        // Outside of the lock, here and below: whoever is being delivered to may wait for what is held here.
        let figures = latest.figures
        state.withLock { state in
            if state.latest === latest { state = State(former: state.former + figures) }
        }
    }

    var figures: RTSPReception.Figures {
        let (latest, former) = state.withLock { ($0.latest, $0.former) }
        return latest.map { former + $0.figures } ?? former
    }
}

extension RTSPReception.Figures {
    fileprivate static func + (one: Self, other: Self) -> Self {
        var sum = one
        sum.packetsLost &+= other.packetsLost
        sum.packetsDuplicated &+= other.packetsDuplicated
        sum.packetsReordered &+= other.packetsReordered
        sum.packetsLate &+= other.packetsLate
        sum.packetsMalformed &+= other.packetsMalformed
        return sum
    }
}
