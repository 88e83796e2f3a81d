import FlowModel
import Media
import Synchronization

/// Counts refusals by reason and lets through one event a second for each flow, component, reason and address; what was
/// left out is told with the next one, or when the second is over.
final class RefusalLedger: Sendable {
    /// How many refused peers, told apart as their events are, the rate limit remembers; beyond it, all share one place.
    static let maximumRememberedPeers = 1_024
    static let eventIntervalNanoseconds: Int64 = 1_000_000_000

    private struct Key: Hashable {
        let flow: String
        let component: String
        let reason: Refusal
        let address: String
    }

    private struct State {
        var counts: [Refusal: UInt64] = [:]
        var told: [Key: Told] = [:]
    }

    /// When an event was told, and what has come since.
    private struct Told {
        var time: MonotonicTime
        var leftOut: UInt64 = 0
        /// The latest of those.
        var latest: FlowEvent?

        func isRecent(at now: MonotonicTime) -> Bool {
            now.nanoseconds(since: time) < RefusalLedger.eventIntervalNanoseconds
        }

        /// The event that tells of those that were left out, and of how many when it is not the only one.
        func summary() -> FlowEvent? {
            guard var event = latest else { return nil }
            if leftOut > 1 { event.message += " (\(leftOut - 1) more like it were left out)" }
            return event
        }
    }

    private let state = Mutex(State())
    private let onEvent: @Sendable (FlowEvent) -> Void

    init(onEvent: @escaping @Sendable (FlowEvent) -> Void) {
        self.onEvent = onEvent
    }

    var counts: [String: UInt64] {
        state.withLock { state in
            Dictionary(uniqueKeysWithValues: state.counts.map { ($0.key.rawValue, $0.value) })
        }
    }

    /// - Parameters:
    ///   - component: the input, leg or output; the port's protocol where the peer did not get as far as one.
    ///   - remote: nil for what no peer asked for.
    ///   - message: a sentence, where there is more to say than the reason does.
    func refused(
        _ reason: Refusal,
        flow: String,
        component: String,
        remote: String?,
        count: UInt64 = 1,
        message: String? = nil,
        at now: MonotonicTime = .now()
    ) {
        // `192.0.2.1:5000` or `[2001:db8::1]:5000`: a peer that tries from many ports is one peer.
        let remoteText = remote ?? ""
        let address = remoteText.lastIndex(of: ":").map { String(remoteText[..<$0]) } ?? remoteText
        let event = FlowEvent(
            reason: reason.rawValue,
            severity: .warning,
            flow: flow,
            component: component,
            remote: remote,
            message: message ?? reason.explanation
        )
        let told = state.withLock { state -> FlowEvent? in
            state.counts[reason, default: 0] &+= count
            var key = Key(flow: flow, component: component, reason: reason, address: address)
            if state.told[key] == nil, state.told.count >= Self.maximumRememberedPeers {
                state.told = state.told.filter { $0.value.isRecent(at: now) || $0.value.leftOut > 0 }
                if state.told.count >= Self.maximumRememberedPeers {
                    key = Key(flow: "", component: "", reason: reason, address: "")
                }
            }
            var entry = state.told[key] ?? Told(time: now)
            guard state.told[key] == nil || !entry.isRecent(at: now) else {
                entry.leftOut &+= count
                entry.latest = event
                state.told[key] = entry
                return nil
            }
            var event = event
            if entry.leftOut > 0 { event.message += " (\(entry.leftOut) more like it were left out)" }
            state.told[key] = Told(time: now)
            return event
        }
        if let told { onEvent(told) }
    }

    /// Tells what was left out in a second that is over; call it about ten times a second.
    func tick(at now: MonotonicTime) {
        let events = state.withLock { state in
            var events: [FlowEvent] = []
            for (key, entry) in state.told where !entry.isRecent(at: now) {
                if let event = entry.summary() {
                    events.append(event)
                    state.told[key] = Told(time: now)
                } else {
                    state.told[key] = nil
                }
            }
            return events
        }
        events.forEach(onEvent)
    }

    func unsupportedCodec(_ name: String, flow: String, component: String, remote: String?) {
        refused(
            .unsupportedCodec,
            flow: flow,
            component: component,
            remote: remote,
            message: Refusal.unsupportedCodec(named: name)
        )
    }
}
