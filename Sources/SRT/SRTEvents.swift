import Media
import NetworkAddress
import Synchronization

/// Passes refusals and advice on as they come, and libsrt's log lines at a bounded rate.
final class SRTEvents: Sendable {
    private struct Limits {
        /// One bucket for all.
        var lines = AddressLimiter(burst: SRTLimits.eventBurst, perSecond: 10, capacity: 1)
        var suppressed = 0
    }

    private static let everyLine = IPAddress(v4: 0)

    private let limits = Mutex(Limits())
    private let handler: @Sendable (SRTEvent) -> Void

    init(handler: @escaping @Sendable (SRTEvent) -> Void) {
        self.handler = handler
    }

    func refused(_ refusal: Refusal, endpoint: String?, remote: IPEndpoint) {
        handler(.refused(refusal, endpoint: endpoint, remote: remote.description))
    }

    func latencyChanged(_ advice: SRTLatencyAdvice?, endpoint: String, remote: String) {
        handler(.latencyTooLow(advice, endpoint: endpoint, remote: remote))
    }

    func logged(_ line: String, at now: MonotonicTime) {
        let suppressed = limits.withLock { limits -> Int? in
            guard limits.lines.take(Self.everyLine, at: now) else {
                limits.suppressed &+= 1
                return nil
            }
            defer { limits.suppressed = 0 }
            return limits.suppressed
        }
        guard let suppressed else { return }
        if suppressed > 0 { handler(.suppressed(suppressed)) }
        handler(.libraryLog(line))
    }
}
