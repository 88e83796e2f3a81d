import HLS
import Media
import NIOCore
import Synchronization

/// The stream of one `hls` output: cuts what the hub feeds, and answers players out of what was cut.
///
/// Samples come on an input's thread, requests on any; one lock stands between them, and is held for no longer than a
/// copy of the presentation takes, which is a value that shares its bytes. Who asks for what is still to come waits
/// without a thread until the presentation changes.
final class HLSStream: SampleSink {
    private struct State {
        var segmenter: HLSSegmenter
        var audience = HLSAudience()
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var tickets: UInt64 = 0
        var isStopped = false

        mutating func takeWaiting() -> [CheckedContinuation<Bool, Never>] {
            guard !waiting.isEmpty else { return [] }
            defer { waiting.removeAll(keepingCapacity: true) }
            return Array(waiting.values)
        }
    }

    private let state: Mutex<State>
    private let held: HeldRequests
    /// Keeps the time of those who wait.
    private let loop: any EventLoop
    private let onUnsupportedCodec: @Sendable (Codec) -> Void

    /// - Parameter onUnsupportedCodec: called on the event loop.
    init(
        configuration: HLSConfiguration,
        held: HeldRequests,
        loop: any EventLoop,
        onUnsupportedCodec: @escaping @Sendable (Codec) -> Void
    ) {
        state = Mutex(State(segmenter: HLSSegmenter(configuration: configuration)))
        self.held = held
        self.loop = loop
        self.onUnsupportedCodec = onUnsupportedCodec
    }

    // MARK: What the hub feeds

    func consume(_ track: MediaTrack) {
        let isCarried = state.withLock { $0.segmenter.consume(track) }
        guard !isCarried else { return }
        loop.execute { [onUnsupportedCodec] in onUnsupportedCodec(track.codec) }
    }

    func consume(_ sample: MediaSample) {
        let woken = state.withLock { state in
            state.segmenter.consume(sample, at: .now(), date: .now()) ? state.takeWaiting() : []
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    func sourceChanged() {
        state.withLock { $0.segmenter.markDiscontinuity() }
    }

    /// Nothing can be fetched any more, and nobody waits for it.
    func stop() {
        let woken = state.withLock { state in
            state.isStopped = true
            return state.takeWaiting()
        }
        for continuation in woken { continuation.resume(returning: true) }
    }

    // MARK: What players ask for

    /// What was handed out, and to whom of late.
    func audience(at now: MonotonicTime) -> HLSAudience {
        state.withLock { state in
            state.audience.sampleRates(at: now)
            return state.audience
        }
    }

    /// Answers as soon as there is an answer; at once when the task is cancelled.
    ///
    /// - Parameter remote: the player's address, without a port.
    func answer(_ request: HLSRequest, to remote: String) async -> HLSDelivery {
        guard let presentation = presentation() else { return .notFound }
        let first = presentation.answer(request)
        guard first == .wait else { return deliver(first, to: remote) }
        guard held.take() else { return .unavailable }
        defer { held.giveBack() }
        return deliver(await answer(request, after: presentation), to: remote)
    }

    private func deliver(_ answer: HLSAnswer, to remote: String) -> HLSDelivery {
        switch answer {
        case .content(let content):
            state.withLock { $0.audience.delivered(content.byteCount, to: remote, at: .now()) }
            return .content(content)
        case .wait: return .unavailable
        case .notFound: return .notFound
        case .badRequest: return .badRequest
        }
    }

    /// Nil when the output has stopped.
    private func presentation() -> HLSPresentation? {
        state.withLock { $0.isStopped ? nil : $0.segmenter.presentation }
    }

    // MARK: Waiting

    var waitingRequests: Int { state.withLock { $0.waiting.count } }

    /// The answer that is there when the presentation has changed often enough; `wait` when the time is up.
    private func answer(_ request: HLSRequest, after first: HLSPresentation) async -> HLSAnswer {
        let start = MonotonicTime.now()
        var presentation = first
        while true {
            let rest = start.advanced(by: presentation.patience).nanoseconds(since: .now())
            guard rest > 0, await change(after: presentation.version, within: .nanoseconds(rest)) else { return .wait }
            guard let next = self.presentation() else { return .notFound }
            presentation = next
            let answer = presentation.answer(request)
            guard answer == .wait else { return answer }
        }
    }

    /// Waits until the presentation is another one, or there is none any more.
    ///
    /// - Returns: False when the time is up or the task was cancelled.
    private func change(after version: UInt64, within patience: TimeAmount) async -> Bool {
        let ticket = state.withLock { state in
            state.tickets &+= 1
            return state.tickets
        }
        let alarm = loop.scheduleTask(in: patience) { self.giveUp(ticket) }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver: Bool? = state.withLock { state in
                    if state.isStopped || state.segmenter.presentation.version != version { return true }
                    if Task.isCancelled { return false }
                    state.waiting[ticket] = continuation
                    return nil
                }
                if let isOver { continuation.resume(returning: isOver) }
            }
        } onCancel: {
            giveUp(ticket)
        }
    }

    private func giveUp(_ ticket: UInt64) {
        let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
        continuation?.resume(returning: false)
    }
}
