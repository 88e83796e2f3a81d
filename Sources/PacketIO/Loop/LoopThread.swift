import CLinux
import Glibc
import Media
import Synchronization
import Threads

/// One thread with its epoll set, its receive slots and its members.
final class LoopThread: @unchecked Sendable {
    // Invariant: `deadlines` and `slots` belong to the thread; the rest is constant, atomic or under a mutex.
    private let sockets: ReadySet
    private let wakeUp: Int32
    private let interval: Int64
    private let members = Locked(MemberTable())
    private let requests = Locked<[TickRequest]>([])
    private let hasRequests = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let identity = Atomic<UInt>(0)
    private let slots = ReceiveSlots()
    private var deadlines = DeadlineTable()

    private struct TickRequest {
        var slot: Int
        var deadline: MonotonicTime
    }

    /// Stands for the wake-up descriptor among the members' numbers.
    private static let wakeUpTag = UInt64.max

    init(batchingInterval: Duration) throws(PacketIOError) {
        interval = max(0, batchingInterval.wholeNanoseconds)
        sockets = try ReadySet()
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard wakeUp >= 0 else { throw .failed("create an event descriptor", errno: errno) }
        try sockets.add(wakeUp, tag: Self.wakeUpTag)
    }

    deinit {
        _ = Glibc.close(wakeUp)
    }

    // MARK: From any thread

    /// How many members the thread serves.
    var load: Int { members.withLock { $0.count } }

    /// Serves `member` from now on; its socket too, when it has one.
    func add(_ member: LoopMember, descriptor: Int32?, firstTick: MonotonicTime?) throws(PacketIOError) {
        let tag = members.withLock { $0.insert(member) }
        if let firstTick { request(TickRequest(slot: member.slot, deadline: firstTick)) }
        guard let descriptor else { return }
        do throws(PacketIOError) {
            try sockets.add(descriptor, tag: tag)
        } catch {
            remove(member)
            throw error
        }
    }

    func remove(_ member: LoopMember) {
        members.withLock { $0.remove(member) }
        request(TickRequest(slot: member.slot, deadline: .never))
    }

    func ignore(_ descriptor: Int32) {
        sockets.remove(descriptor)
    }

    func requestTick(of member: LoopMember) {
        member.makeTickDue()
        request(TickRequest(slot: member.slot, deadline: .zero))
    }

    /// Ends the thread after its current turn.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        wake()
    }

    var isCurrent: Bool { identity.load(ordering: .relaxed) == UInt(pthread_self()) }

    private func request(_ request: TickRequest) {
        requests.withLock { $0.append(request) }
        hasRequests.store(true, ordering: .releasing)
        if !isCurrent { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: On the thread

    /// Serves until ``stop()``.
    ///
    /// While datagrams come the thread sleeps for the rest of the batching interval after each turn, so that each turn
    /// finds several datagrams per socket; when none came it blocks, and the next one is taken at once.
    func run() {
        identity.store(UInt(pthread_self()), ordering: .relaxed)
        var ready: [LoopMember] = []
        ready.reserveCapacity(PacketIOLimits.readySockets)
        while !isStopping.load(ordering: .acquiring) {
            takeRequests()
            let count = sockets.wait(milliseconds: timeout)
            let start = MonotonicTime.now()
            find(count, &ready)
            var wasActive = false
            var hasMore = count == PacketIOLimits.readySockets
            for member in ready {
                let outcome = member.drain(slots)
                deadlines.set(outcome.deadline, slot: member.slot)
                wasActive = wasActive || outcome.wasActive
                hasMore = hasMore || outcome.hasMore
            }
            ready.removeAll(keepingCapacity: true)
            tick()
            if wasActive, !hasMore, interval > 0 {
                MonotonicTime(nanoseconds: start.nanoseconds &+ interval).sleep()
            }
        }
        identity.store(0, ordering: .relaxed)
    }

    private func takeRequests() {
        guard hasRequests.exchange(false, ordering: .acquiringAndReleasing) else { return }
        let taken = requests.withLock { list in
            defer { list.removeAll() }
            return list
        }
        for request in taken { deadlines.set(request.deadline, slot: request.slot) }
    }

    /// For the wait, in milliseconds: until the first deadline, or for ever.
    private var timeout: Int32 {
        guard deadlines.earliest != .never else { return -1 }
        let left = deadlines.earliest.nanoseconds(since: MonotonicTime.now())
        return left <= 0 ? 0 : Int32(clamping: (left - 1) / 1_000_000 + 1)
    }

    private func find(_ count: Int, _ ready: inout [LoopMember]) {
        members.withLock { table in
            for index in 0..<count {
                let tag = sockets.tag(index)
                if tag == Self.wakeUpTag {
                    var value: UInt64 = 0
                    _ = read(wakeUp, &value, MemoryLayout<UInt64>.size)
                } else if let member = table.find(tag) {
                    ready.append(member)
                }
            }
        }
    }

    private func tick() {
        guard deadlines.earliest != .never else { return }
        let now = MonotonicTime.now()
        guard now >= deadlines.earliest else { return }
        deadlines.takeDue(now) { slot in
            guard let member = members.withLock({ $0.member(slot) }) else { return .never }
            return member.tick(at: now)
        }
    }
}
