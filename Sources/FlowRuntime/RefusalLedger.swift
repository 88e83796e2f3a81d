import FlowModel
import Media
import Synchronization

/// Counts refusals by reason and lets through one event a second for each flow, component, reason and address.
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
        var lastEvents: [Key: MonotonicTime] = [:]
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
        let tell = state.withLock { state in
            state.counts[reason, default: 0] &+= count
            var key = Key(flow: flow, component: component, reason: reason, address: address)
            if state.lastEvents[key] == nil, state.lastEvents.count >= Self.maximumRememberedPeers {
                state.lastEvents = state.lastEvents.filter {
                    now.nanoseconds(since: $0.value) < Self.eventIntervalNanoseconds
                }
                if state.lastEvents.count >= Self.maximumRememberedPeers {
                    key = Key(flow: "", component: "", reason: reason, address: "")
                }
            }
            if let last = state.lastEvents[key], now.nanoseconds(since: last) < Self.eventIntervalNanoseconds {
                return false
            }
            state.lastEvents[key] = now
            return true
        }
        guard tell else { return }
        onEvent(
            FlowEvent(
                reason: reason.rawValue,
                severity: .warning,
                flow: flow,
                component: component,
                remote: remote,
                message: message ?? reason.explanation
            )
        )
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
