import Media

/// Decides when a receiver's allowlist moves into the kernel.
///
/// The list is checked in user space, where a refusal can be counted and named, until strangers come in such numbers
/// that their datagrams cost more than that is worth. Then the kernel drops them, all but a sample; when the sample
/// has been empty for a while, the check moves back.
struct KernelFilterSwitch {
    enum Action: Equatable {
        case attach
        case detach
        case doNothing
    }

    private enum State {
        case userSpace(windowStart: MonotonicTime, strangers: Int)
        case kernel(lastStranger: MonotonicTime)
        /// The kernel would not take the program.
        case unavailable
    }

    private var state = State.userSpace(windowStart: .zero, strangers: 0)

    /// The time at which ``timePassed(_:)`` has something to decide.
    var deadline: MonotonicTime? {
        guard case .kernel(let lastStranger) = state else { return nil }
        return lastStranger.advanced(by: PacketIOLimits.kernelFilterHold)
    }

    mutating func strangersRefused(_ count: Int, at now: MonotonicTime) -> Action {
        switch state {
        case .userSpace(let start, let strangers):
            let isSameWindow = now < start.advanced(by: PacketIOLimits.strangerWindow)
            let total = (isSameWindow ? strangers : 0) &+ count
            guard total >= PacketIOLimits.strangersBeforeKernelFilter else {
                state = .userSpace(windowStart: isSameWindow ? start : now, strangers: total)
                return .doNothing
            }
            state = .kernel(lastStranger: now)
            return .attach
        case .kernel:
            state = .kernel(lastStranger: now)
            return .doNothing
        case .unavailable:
            return .doNothing
        }
    }

    mutating func timePassed(_ now: MonotonicTime) -> Action {
        guard let deadline, now >= deadline else { return .doNothing }
        state = .userSpace(windowStart: now, strangers: 0)
        return .detach
    }

    mutating func attachFailed() {
        state = .unavailable
    }

    /// The allowlist changed: whatever was attached does not hold any more.
    mutating func allowlistChanged() -> Action {
        defer { state = .userSpace(windowStart: .zero, strangers: 0) }
        if case .kernel = state { return .detach }
        return .doNothing
    }
}
