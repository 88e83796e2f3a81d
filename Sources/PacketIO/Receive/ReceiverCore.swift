import CLinux
import Glibc
import Media
import NetworkAddress

/// The part of a receiver that its loop's thread serves.
final class ReceiverCore: LoopMember, @unchecked Sendable {
    // Invariant: every `var` is read and written inside `exclusively` only.
    private let socket: UDPSocket
    private var isOpen = true
    private var handler: (any DatagramHandler)?
    private var allow: Allowlist
    private var membership: MulticastMembership?
    private var kernelFilter = KernelFilterSwitch()
    private var lastSource = RawSource.none
    private var lastEndpoint = IPEndpoint(address: IPAddress(v4: 0), port: 0)
    private var isLastAllowed = false
    private var lastStranger = IPEndpoint(address: IPAddress(v4: 0), port: 0)
    private var totals = UDPReceiverCounters()
    private var seenDrops: UInt32 = 0
    private var isFiltering = false
    private var notice = RefusalNotice()
    private var handlerDeadline: MonotonicTime

    init(
        socket: UDPSocket,
        allow: Allowlist,
        membership: MulticastMembership?,
        handler: any DatagramHandler,
        firstTick: MonotonicTime?
    ) {
        self.socket = socket
        self.allow = allow
        self.membership = membership
        self.handler = handler
        handlerDeadline = firstTick ?? .never
    }

    override func drain(_ slots: ReceiveSlots) -> Outcome {
        exclusively { receive(into: slots) }
    }

    private func receive(into slots: ReceiveSlots) -> Outcome {
        var outcome = Outcome(deadline: .never)
        for round in 0..<PacketIOLimits.receiveRounds {
            guard isOpen, let handler else { return Outcome(deadline: .never) }
            let count = slots.receive(from: socket.descriptor)
            guard count > 0 else { break }
            let now = MonotonicTime.now()
            outcome.wasActive = true
            let (accepted, strangers) = sort(count, slots)
            if accepted > 0 {
                let datagrams = UnsafeBufferPointer(start: slots.datagrams, count: accepted)
                handlerDeadline = handler.receive(datagrams, at: now) ?? .never
            }
            if strangers > 0 { refuse(strangers, handler, at: now) }
            guard count == ReceiveSlots.count else { break }
            outcome.hasMore = round == PacketIOLimits.receiveRounds - 1
        }
        outcome.deadline = nextDeadline
        return outcome
    }

    /// Lists the datagrams to pass on in `slots.datagrams`; returns how many, and how many came from strangers.
    @inline(__always)
    private func sort(_ count: Int, _ slots: ReceiveSlots) -> (accepted: Int, strangers: Int) {
        var accepted = 0
        var strangers = 0
        var bytes = 0
        for index in 0..<count {
            let source = RawSource(name: slots.name(index))
            slots.reset(index)
            if source != lastSource { look(at: source, slots.name(index)) }
            guard isLastAllowed else {
                strangers += 1
                continue
            }
            guard !slots.isTruncated(index) else {
                totals.truncated &+= 1
                continue
            }
            let payload = slots.payload(index)
            guard !payload.isEmpty else { continue }
            bytes &+= payload.count
            (slots.datagrams + accepted).initialize(to: Datagram(bytes: payload, source: lastEndpoint))
            accepted += 1
        }
        totals.datagrams &+= UInt64(accepted)
        totals.bytes &+= UInt64(bytes)
        return (accepted, strangers)
    }

    private func look(at source: RawSource, _ name: UnsafeRawPointer) {
        lastSource = source
        guard let endpoint = IPEndpoint(socketAddress: name) else {
            isLastAllowed = false
            return
        }
        lastEndpoint = endpoint
        isLastAllowed = allow.allows(endpoint.address)
        if !isLastAllowed { lastStranger = endpoint }
    }

    private func refuse(_ count: Int, _ handler: any DatagramHandler, at now: MonotonicTime) {
        totals.refused &+= UInt64(count)
        switch kernelFilter.strangersRefused(count, at: now) {
        case .attach:
            countDrops()
            isFiltering = SourceFilterProgram(allow: allow)?.attach(to: socket) ?? false
            if !isFiltering { kernelFilter.attachFailed() }
        case .detach, .doNothing: break
        }
        if let total = notice.strangersRefused(UInt64(count), at: now) {
            handler.refused(lastStranger, count: total, at: now)
        }
    }

    private var nextDeadline: MonotonicTime {
        guard let deadline = kernelFilter.deadline else { return handlerDeadline }
        return min(deadline, handlerDeadline)
    }

    override func tick(at now: MonotonicTime) -> MonotonicTime {
        exclusively {
            guard isOpen, let handler else { return .never }
            if kernelFilter.timePassed(now) == .detach { stopFiltering() }
            if now >= handlerDeadline { handlerDeadline = handler.tick(at: now) ?? .never }
            return nextDeadline
        }
    }

    override func makeTickDue() {
        exclusively { handlerDeadline = .zero }
    }

    func update(allow: Allowlist) -> Result<Void, PacketIOError> {
        exclusively {
            guard isOpen else { return .success(()) }
            do throws(PacketIOError) {
                try membership?.apply(allow, on: socket)
            } catch {
                return .failure(error)
            }
            self.allow = allow
            lastSource = .none
            if kernelFilter.allowlistChanged() == .detach { stopFiltering() }
            return .success(())
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer, to destination: IPEndpoint) {
        exclusively {
            guard isOpen else { return }
            destination.withSocketAddress(family: socket.family) { address, length in
                _ = sendto(
                    socket.descriptor,
                    bytes.baseAddress,
                    bytes.count,
                    Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL),
                    address,
                    length
                )
            }
        }
    }

    func close(on thread: LoopThread) {
        // The handler goes outside the lock: what ends with it may close other receivers.
        let released: (any DatagramHandler)? = exclusively {
            guard isOpen else { return nil }
            countDrops()
            isOpen = false
            thread.ignore(socket.descriptor)
            socket.close()
            defer { handler = nil }
            return handler
        }
        if released != nil { thread.remove(self) }
    }

    var counters: UDPReceiverCounters {
        exclusively {
            if isOpen { countDrops() }
            return totals
        }
    }

    var isFilteringInKernel: Bool { exclusively { isFiltering } }

    private func stopFiltering() {
        countDrops()
        SourceFilterProgram.detach(from: socket)
        isFiltering = false
    }

    /// The kernel has one counter for full buffers and for what a filter drops.
    private func countDrops() {
        guard let drops = socket.drops else { return }
        let new = UInt64(drops &- seenDrops)
        seenDrops = drops
        if isFiltering { totals.refused &+= new } else { totals.kernelDrops &+= new }
    }
}
