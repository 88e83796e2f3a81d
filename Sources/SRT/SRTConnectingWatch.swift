import CLibSRT
import Media

/// What the looks at a connecting socket come to.
///
/// For a moment on its way to being connected a libsrt socket is neither and reads as broken; so broken without a reject
/// reason is believed only when it lasts.
struct SRTConnectingWatch: Sendable {
    enum Verdict: Hashable, Sendable {
        case connected
        /// Look again.
        case undecided
        case failed
    }

    /// When an attempt that libsrt has not ended by itself counts as failed.
    let deadline: MonotonicTime
    /// How often in a row the socket looked broken without a reason.
    private var doubts = 0

    init(deadline: MonotonicTime) {
        self.deadline = deadline
    }

    mutating func looked(_ status: SRT_SOCKSTATUS, rejectReason: Int32, at now: MonotonicTime) -> Verdict {
        switch status {
        case SRTS_CONNECTED:
            return .connected
        case SRTS_CONNECTING where now < deadline:
            doubts = 0
            return .undecided
        case SRTS_BROKEN where rejectReason == 0 && doubts < SRTLimits.brokenDoubts:
            doubts += 1
            return .undecided
        default:
            return .failed
        }
    }
}
