import Media
import NetworkAddress
import Synchronization

/// Passes refusals, advice and what becomes of receivers on as they come, and libsrt's log lines at a bounded rate.
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

    func triedTooOften(endpoint: String, remote: IPEndpoint) {
        handler(.triedTooOften(endpoint: endpoint, remote: remote.description))
    }

    func receiverConnected(endpoint: String, remote: IPEndpoint, isCalled: Bool) {
        handler(.receiverConnected(endpoint: endpoint, remote: remote.description, isCalled: isCalled))
    }

    func receiverDisconnected(endpoint: String, remote: IPEndpoint, _ reason: String, isExpected: Bool) {
        handler(
            .receiverDisconnected(
                endpoint: endpoint,
                remote: remote.description,
                reason: reason,
                isExpected: isExpected
            )
        )
    }

    func callFailed(endpoint: String, _ message: String) {
        handler(.callFailed(endpoint: endpoint, message: message))
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
