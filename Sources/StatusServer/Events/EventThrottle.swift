import FlowModel

/// Keeps an event that comes again and again from filling the history: a caller that is refused each second, a server
/// that takes no stream, a leg that comes and goes.
///
/// Events are alike when flow, component, reason and remote address are. Of those `burst` are let through, then one a
/// minute, which tells how many were left out. Switches are all let through: each is told with its gap, and their
/// number is held down where they are decided.
struct EventThrottle {
    static let burst = 20.0
    static let secondsForOne = 60.0
    /// Kinds that are remembered; those beyond it share one place for each reason.
    static let maximumKinds = 1_024
    private static let secondsBetweenSweeps = 1.0
    static let exemptReasons: Set = ["Switched"]

    private struct Kind: Hashable {
        var reason: String
        var flow = ""
        var component: String?
        var address: String?
    }

    private struct Allowance {
        var left = EventThrottle.burst
        /// When `left` was right, in seconds.
        var time: Double
        var leftOut: UInt64 = 0

        mutating func grow(until now: Double) {
            // The wall clock may go back.
            left = min(EventThrottle.burst, left + max(0, now - time) / EventThrottle.secondsForOne)
            time = now
        }
    }

    private var allowances: [Kind: Allowance] = [:]
    /// When kinds that have been quiet were last forgotten.
    private var lastSweep = -Double.infinity

    /// The event as it is to be told, or nil.
    mutating func admit(_ event: FlowEvent, at now: Double) -> FlowEvent? {
        guard !Self.exemptReasons.contains(event.reason) else { return event }
        let kind = place(for: event, at: now)
        var allowance = allowances[kind] ?? Allowance(time: now)
        allowance.grow(until: now)
        guard allowance.left >= 1 else {
            allowance.leftOut &+= 1
            allowances[kind] = allowance
            return nil
        }
        allowance.left -= 1
        var event = event
        if allowance.leftOut > 0 { event.message += " (\(allowance.leftOut) more like it were left out)" }
        allowance.leftOut = 0
        allowances[kind] = allowance
        return event
    }

    private mutating func place(for event: FlowEvent, at now: Double) -> Kind {
        // A peer that tries from many ports is one peer.
        let address = event.remote.map { remote in
            remote.lastIndex(of: ":").map { String(remote[..<$0]) } ?? remote
        }
        let kind = Kind(reason: event.reason, flow: event.flow, component: event.component, address: address)
        guard allowances[kind] == nil, allowances.count >= Self.maximumKinds else { return kind }
        // A crowd must not make each of its events cost a walk over all kinds.
        if abs(now - lastSweep) >= Self.secondsBetweenSweeps {
            lastSweep = now
            allowances = allowances.filter { _, allowance in
                var allowance = allowance
                allowance.grow(until: now)
                return allowance.left < Self.burst
            }
        }
        return allowances.count < Self.maximumKinds ? kind : Kind(reason: event.reason)
    }
}
