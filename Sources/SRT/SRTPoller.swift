import CLibSRT
import CLinux
import Glibc
import Media
import Synchronization
import Threads

/// The thread that reads all inputs' sockets on a short tick, accepts, drives callers and takes statistics.
///
/// Without a connected input it sleeps until something is due.
final class SRTPoller: Sendable {
    private struct Inbox {
        var readers: [SRTInput] = []
        var outputs: [SRTOutput] = []
        var callers: [SRTCaller] = []
        var changedPorts: [SRTPort] = []
        var lostPeers: [SRTOutput] = []
        var work: [@Sendable () -> Void] = []
        var isStopping = false
    }

    private let inbox = Mutex(Inbox())
    /// Set while the inbox holds something or `wake` was called, so that a wake-up costs one system call at most.
    private let isSignalled = Atomic<Bool>(false)
    private let identifier = Atomic<UInt>(0)
    private let eventDescriptor: Int32
    private let thread = Mutex<PosixThread?>(nil)

    init() {
        eventDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    }

    deinit {
        Glibc.close(eventDescriptor)
    }

    func start(_ core: SRTCore) -> Bool {
        thread.withLock { thread in
            thread = PosixThread(named: "srt-poller") { [self] in run(core) }
            return thread != nil
        }
    }

    /// Ends the thread and waits for it. Not to be called from a sink.
    func stop() {
        inbox.withLock { $0.isStopping = true }
        wake()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    var isCurrentThread: Bool { identifier.load(ordering: .relaxed) == PosixThread.currentIdentifier }

    func addReader(_ input: SRTInput) { post { $0.readers.append(input) } }
    func addOutput(_ output: SRTOutput) { post { $0.outputs.append(output) } }
    func addCaller(_ caller: SRTCaller) { post { $0.callers.append(caller) } }
    func outputLostPeer(_ output: SRTOutput) { post { $0.lostPeers.append(output) } }
    func perform(_ work: @escaping @Sendable () -> Void) { post { $0.work.append(work) } }

    func portChanged(_ port: SRTPort) {
        post { inbox in
            if inbox.changedPorts.last !== port { inbox.changedPorts.append(port) }
        }
    }

    private func post(_ change: (inout Inbox) -> Void) {
        inbox.withLock { change(&$0) }
        wake()
    }

    func wake() {
        guard !isSignalled.exchange(true, ordering: .sequentiallyConsistent) else { return }
        eventfd_write(eventDescriptor, 1)
    }

    // MARK: - The thread

    private struct Members {
        var readers: [SRTInput] = []
        var outputs: [SRTOutput] = []
        var callers: [SRTCaller] = []
        var nextStatistics = MonotonicTime.zero
        /// One round's; kept for its memory.
        var readings: [(SRTInput, SRTInput.Reading)] = []
        /// Whether a reader's session has ended in this round.
        var hasEnded = false
    }

    private func run(_ core: SRTCore) {
        identifier.store(PosixThread.currentIdentifier, ordering: .relaxed)
        let buffers = SRTReceiveBuffers()
        let pollInterval = MonotonicTime.zero.advanced(by: core.configuration.pollInterval).nanoseconds
        var members = Members()
        while true {
            // The flag falls only after `wait` has emptied the descriptor: whoever finds it down from here on writes
            // again, and what was announced before is in the inbox.
            if isSignalled.exchange(false, ordering: .sequentiallyConsistent) {
                guard takeInbox(into: &members) else { return }
            }
            let now = SRTClock.now
            var deadline = MonotonicTime(nanoseconds: .max)
            if core.acceptPending(at: now) {
                deadline = now.advanced(by: .nanoseconds(SRTLimits.handshakeTickNanoseconds))
            }
            deadline = min(deadline, stepCallers(core, &members, at: now))
            deadline = min(deadline, drain(&members, buffers, now, pollInterval))
            deadline = min(deadline, refresh(core, &members, at: now))
            wait(until: deadline)
        }
    }

    /// False when the thread is to end.
    private func takeInbox(into members: inout Members) -> Bool {
        let taken = inbox.withLock { inbox in
            defer { inbox = Inbox(isStopping: inbox.isStopping) }
            return inbox
        }
        for work in taken.work { work() }
        guard !taken.isStopping else { return false }
        for reader in taken.readers where !members.readers.contains(where: { $0 === reader }) {
            members.readers.append(reader)
        }
        for output in taken.outputs where !members.outputs.contains(where: { $0 === output }) {
            members.outputs.append(output)
        }
        members.callers += taken.callers
        for output in taken.lostPeers { output.removeBroken { _ in false } }
        var updated: Set<ObjectIdentifier> = []
        for port in taken.changedPorts where updated.insert(ObjectIdentifier(port)).inserted { port.updateGuard() }
        return true
    }

    private func stepCallers(_ core: SRTCore, _ members: inout Members, at now: MonotonicTime) -> MonotonicTime {
        var deadline = MonotonicTime(nanoseconds: .max)
        members.callers.removeAll { caller in
            switch caller.step(core, at: now) {
            case .again(let moment): deadline = min(deadline, moment)
            case .idle: break
            case .stopped: return true
            }
            return false
        }
        return deadline
    }

    /// Reads and delivers until no socket has more that is due; the moment of the next round.
    private func drain(
        _ members: inout Members,
        _ buffers: SRTReceiveBuffers,
        _ now: MonotonicTime,
        _ pollInterval: Int64
    ) -> MonotonicTime {
        guard !members.readers.isEmpty else { return MonotonicTime(nanoseconds: .max) }
        var hasMore = false
        var position = 0
        while position < members.readers.count {
            buffers.removeAll()
            members.readings.removeAll(keepingCapacity: true)
            while position < members.readers.count, buffers.hasRoom {
                let reader = members.readers[position]
                position += 1
                guard let reading = reader.read(into: buffers, at: now) else {
                    members.hasEnded = true
                    continue
                }
                if reading.outcome == .full { hasMore = true }
                if !reading.range.isEmpty || reading.outcome == .broken { members.readings.append((reader, reading)) }
            }
            let arrival = SRTClock.now
            for (reader, reading) in members.readings
            where !reader.deliver(reading, from: buffers, arrival: arrival) {
                members.hasEnded = true
            }
        }
        if members.hasEnded {
            members.hasEnded = false
            members.readers.removeAll { !$0.hasSession }
        }
        return hasMore ? now : now.advanced(by: .nanoseconds(pollInterval))
    }

    /// Takes statistics about once a second while anything is connected.
    private func refresh(_ core: SRTCore, _ members: inout Members, at now: MonotonicTime) -> MonotonicTime {
        guard !members.readers.isEmpty || !members.outputs.isEmpty || core.needsTending else {
            return MonotonicTime(nanoseconds: .max)
        }
        guard now >= members.nextStatistics else { return members.nextStatistics }
        members.nextStatistics = now.advanced(by: .nanoseconds(SRTLimits.statisticsNanoseconds))
        for reader in members.readers { reader.refresh(at: now) }
        for output in members.outputs { output.removeBroken { !$0.refresh(at: now) } }
        members.outputs.removeAll { $0.isIdle }
        core.tendPorts(at: now)
        return members.nextStatistics
    }

    private func wait(until deadline: MonotonicTime) {
        var descriptor = pollfd(fd: eventDescriptor, events: Int16(POLLIN), revents: 0)
        var milliseconds: Int32 = -1
        if deadline.nanoseconds != .max {
            let left = max(0, deadline.nanoseconds(since: SRTClock.now))
            milliseconds = Int32(clamping: (left + 999_999) / 1_000_000)
        }
        guard poll(&descriptor, 1, milliseconds) > 0 else { return }
        var value: eventfd_t = 0
        eventfd_read(eventDescriptor, &value)
    }
}
