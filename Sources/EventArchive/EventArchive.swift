import Dispatch
public import FlowModel
import Synchronization

/// The events of a gateway in files of its state folder, over restarts: JSON lines, the newest last.
///
/// One queue writes. Whoever records never waits for the disk: when it does not keep up events are left out here, and
/// counted. A full disk is told once, and writing goes on when there is room again.
public final class EventArchive: Sendable {
    /// Events that wait for the disk.
    public static let maximumWaiting = 4_096

    /// What became of writing.
    public enum Report: Hashable, Sendable {
        /// Writing begins to fail; a sentence.
        case failed(String)
        /// It goes on, without so many events.
        case recovered(lost: UInt64)
    }

    private struct State {
        var waiting: [RecordedEvent] = []
        var isDraining = false
        /// Since writing last worked.
        var lost: UInt64 = 0
    }

    private let queue = DispatchQueue(label: "headgate.events", qos: .utility)
    private let state = Mutex(State())
    /// Written on the queue alone.
    private let files: EventFiles
    private let isFailing = Mutex(false)
    private let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - directory: belongs to this gateway alone.
    ///   - report: called from the writing queue.
    public convenience init(directory: String, report: @escaping @Sendable (Report) -> Void) {
        self.init(files: EventFiles(directory: directory), report: report)
    }

    init(files: EventFiles, report: @escaping @Sendable (Report) -> Void) {
        self.files = files
        self.report = report
    }

    /// The last events of earlier starts, oldest first, with rising numbers. Lines that cannot be read are left out.
    public func read(last count: Int) -> [RecordedEvent] {
        files.read(last: count)
    }

    /// May be called from any thread; never waits.
    public func append(_ event: RecordedEvent) {
        let wakes = state.withLock { state in
            guard state.waiting.count < Self.maximumWaiting else {
                state.lost &+= 1
                return false
            }
            state.waiting.append(event)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if wakes { queue.async { self.drain() } }
    }

    /// Returns when everything that was appended before is written, or lost.
    public func flush() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.drain()
                continuation.resume()
            }
        }
    }

    private func drain() {
        while true {
            let batch = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isDraining = false }
                return state.waiting
            }
            guard !batch.isEmpty else { return }
            do {
                try files.append(batch)
                note(nil, count: 0)
            } catch {
                note("\(error)", count: UInt64(batch.count))
            }
        }
    }

    /// Tells when writing starts to fail, and when it works again.
    private func note(_ problem: String?, count: UInt64) {
        let wasFailing = isFailing.withLock { isFailing in
            defer { isFailing = problem != nil }
            return isFailing
        }
        if let problem {
            state.withLock { $0.lost &+= count }
            if !wasFailing { report(.failed(problem)) }
            return
        }
        let lost = state.withLock { state in
            defer { state.lost = 0 }
            return state.lost
        }
        if wasFailing || lost > 0 { report(.recovered(lost: lost)) }
    }
}
