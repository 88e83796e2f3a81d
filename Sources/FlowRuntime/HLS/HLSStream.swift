import HLS
import Media
import NIOCore
import Synchronization

/// The stream of one `hls` output: cuts what the hub feeds, and answers players out of what was cut.
///
/// Samples come on an input's thread, requests on any, and one lock stands between them. A request holds it for a copy of
/// the presentation, which is a value that shares its bytes, and finds its answer without it. Who asks for what is still
/// to come waits without a thread until the presentation changes.
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
        let first = look(request)
        guard first.answer == .wait else { return deliver(first.answer, to: remote) }
        guard held.take() else { return .unavailable }
        defer { held.giveBack() }
        return deliver(await answer(request, after: first), to: remote)
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

    /// What a request finds at a moment. It does not hold the presentation, which would keep its segments in memory.
    private struct Look {
        var answer: HLSAnswer
        var version: UInt64 = 0
        var patience = TimeAmount.zero
    }

    private func look(_ request: HLSRequest) -> Look {
        guard let presentation = state.withLock({ $0.isStopped ? nil : $0.segmenter.presentation }) else {
            return Look(answer: .notFound)
        }
        return Look(
            answer: presentation.answer(request),
            version: presentation.version,
            patience: TimeAmount(presentation.patience)
        )
    }

    // MARK: Waiting

    var waitingRequests: Int { state.withLock { $0.waiting.count } }

    /// The answer that is there when the presentation has changed often enough; `wait` when the time is up.
    private func answer(_ request: HLSRequest, after first: Look) async -> HLSAnswer {
        let start = loop.now
        var look = first
        while look.answer == .wait {
            guard await change(after: look.version, until: start + look.patience) else { return .wait }
            look = self.look(request)
        }
        return look.answer
    }

    /// Waits until the presentation is another one, or there is none any more.
    ///
    /// - Returns: False when the time is up or the task was cancelled.
    private func change(after version: UInt64, until deadline: NIODeadline) async -> Bool {
        let ticket = state.withLock { state in
            state.tickets &+= 1
            return state.tickets
        }
        let alarm = loop.scheduleTask(deadline: deadline) { self.giveUp(ticket) }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver: Bool? = state.withLock { state in
                    if state.isStopped || state.segmenter.presentation.version != version { return true }
                    // The alarm may have found nobody here yet.
                    if Task.isCancelled || loop.now >= deadline { return false }
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
