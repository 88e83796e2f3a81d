import FlowModel

/// Keeps an event that comes again and again from filling the history: a caller that is refused each second, a server
/// that takes no stream, a crowd that tries keys.
///
/// Events are alike when flow, component, reason and remote address are. Of those twenty are let through, then one a
/// minute, which tells how many were left out. All addresses together have ten times as much for each flow and reason.
/// Switches are all let through: each is told with its gap, and their number is held down where they are decided. So is
/// what an operator's edits do.
struct EventThrottle {
    static let burst = 20.0
    static let secondsForOne = 60.0
    /// What all addresses together have of one's.
    static let crowdFactor = 10.0
    /// Kinds that are remembered; those beyond it share one place for each reason.
    static let maximumKinds = 1_024
    static let exemptReasons: Set = ["Switched", "Created", "Updated", "Restarted", "Deleted"]
    private static let secondsBetweenSweeps = 1.0

    private struct Kind: Hashable {
        var reason: String
        var flow = ""
        var component: String?
        var address: String?
        /// All components and addresses of the flow.
        var isCrowd = false

        var factor: Double { isCrowd ? EventThrottle.crowdFactor : 1 }
    }

    private struct Allowance {
        let factor: Double
        var left: Double
        /// When `left` was right, in seconds.
        var time: Double
        var leftOut: UInt64 = 0

        init(factor: Double, at now: Double) {
            self.factor = factor
            left = EventThrottle.burst * factor
            time = now
        }

        var isFull: Bool { left >= EventThrottle.burst * factor }

        mutating func grow(until now: Double) {
            // The wall clock may go back.
            let gained = max(0, now - time) * factor / EventThrottle.secondsForOne
            left = min(EventThrottle.burst * factor, left + gained)
            time = now
        }
    }

    private var allowances: [Kind: Allowance] = [:]
    /// When kinds that have been quiet were last forgotten.
    private var lastSweep = -Double.infinity

    /// The event as it is to be told, or nil.
    mutating func admit(_ event: FlowEvent, at now: Double) -> FlowEvent? {
        guard !Self.exemptReasons.contains(event.reason) else { return event }
        let kinds = kinds(of: event).map { place(for: $0, at: now) }
        for kind in kinds {
            allowances[kind, default: Allowance(factor: kind.factor, at: now)].grow(until: now)
        }
        if let spent = kinds.first(where: { (allowances[$0]?.left ?? 0) < 1 }) {
            allowances[spent]?.leftOut &+= 1
            return nil
        }
        var leftOut: UInt64 = 0
        for kind in kinds {
            allowances[kind]?.left -= 1
            leftOut &+= allowances[kind]?.leftOut ?? 0
            allowances[kind]?.leftOut = 0
        }
        var event = event
        if leftOut > 0 { event.message += " (\(leftOut) more like it were left out)" }
        return event
    }

    private func kinds(of event: FlowEvent) -> [Kind] {
        var kind = Kind(reason: event.reason, flow: event.flow, component: event.component)
        guard let remote = event.remote else { return [kind] }
        // A peer that tries from many ports is one peer.
        kind.address = remote.lastIndex(of: ":").map { String(remote[..<$0]) } ?? remote
        return [kind, Kind(reason: event.reason, flow: event.flow, isCrowd: true)]
    }

    private mutating func place(for kind: Kind, at now: Double) -> Kind {
        guard allowances[kind] == nil, allowances.count >= Self.maximumKinds else { return kind }
        // A crowd must not make each of its events cost a walk over all kinds.
        if abs(now - lastSweep) >= Self.secondsBetweenSweeps {
            lastSweep = now
            allowances = allowances.filter { _, allowance in
                var allowance = allowance
                allowance.grow(until: now)
                return !allowance.isFull
            }
        }
        return allowances.count < Self.maximumKinds ? kind : Kind(reason: kind.reason, isCrowd: kind.isCrowd)
    }
}
