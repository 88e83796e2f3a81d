import Glibc
public import Media
import NetworkAddress
import Threads

/// A few threads that receive datagrams for every flow.
///
/// A thread that has nothing to do blocks. While traffic flows it lets datagrams gather for the batching interval
/// between turns, which is what they are delayed by at most, and which is where most of the CPU time is saved: each
/// turn's system calls then move several datagrams.
public final class PacketLoop: Sendable {
    private let threads: [LoopThread]
    private let handles: [PosixThread]

    /// - Parameter threads: Nil for one a core, but at most ``PacketIOLimits/defaultThreads``.
    /// - Parameter batchingInterval: Zero takes every datagram at once, at the price of a wake-up for each.
    public init(
        threads count: Int? = nil,
        batchingInterval: Duration = PacketIOLimits.defaultBatchingInterval
    ) throws(PacketIOError) {
        let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var threads: [LoopThread] = []
        var handles: [PosixThread] = []
        for index in 0..<max(1, count ?? min(PacketIOLimits.defaultThreads, cores)) {
            do throws(PacketIOError) {
                let thread = try LoopThread(batchingInterval: batchingInterval)
                guard let handle = PosixThread(named: "packets-\(index)", { thread.run() }) else {
                    throw .failed("start a thread", errno: EAGAIN)
                }
                handles.append(handle)
                threads.append(thread)
            } catch {
                for thread in threads { thread.stop() }
                for handle in handles { handle.join() }
                throw error
            }
        }
        self.threads = threads
        self.handles = handles
    }

    deinit {
        for thread in threads { thread.stop() }
        for (thread, handle) in zip(threads, handles) {
            if thread.isCurrent { handle.detach() } else { handle.join() }
        }
    }

    /// Binds a socket and hands what it receives to `handler`, on one of the threads.
    ///
    /// - Parameter firstTick: When to call the handler's `tick` if nothing arrives before; nil for not at all.
    public func addReceiver(
        _ configuration: UDPReceiverConfiguration,
        handler: any DatagramHandler,
        firstTick: MonotonicTime? = nil
    ) throws(PacketIOError) -> UDPReceiver {
        let (socket, membership) = try openReceivingSocket(configuration)
        let core = ReceiverCore(
            socket: socket,
            allow: configuration.allow,
            membership: membership,
            handler: handler,
            firstTick: firstTick
        )
        let thread = leastLoaded
        do throws(PacketIOError) {
            try thread.add(core, descriptor: socket.descriptor, firstTick: firstTick)
        } catch {
            socket.close()
            throw error
        }
        return UDPReceiver(core: core, thread: thread, localPort: socket.localEndpoint?.port ?? configuration.port)
    }

    /// Has `handler` called on one of the threads, at `firstTick` and then whenever it asks for.
    public func addTimer(_ handler: any TickHandler, firstTick: MonotonicTime = .zero) throws(PacketIOError)
        -> LoopTimer
    {
        let core = TimerCore(handler: handler)
        let thread = leastLoaded
        try thread.add(core, descriptor: nil, firstTick: firstTick)
        return LoopTimer(core: core, thread: thread)
    }

    private var leastLoaded: LoopThread {
        var best = threads[0]
        var load = best.load
        for thread in threads.dropFirst() {
            let other = thread.load
            if other < load { (best, load) = (thread, other) }
        }
        return best
    }
}
