import Glibc
public import NetworkAddress

/// A bound UDP socket whose datagrams a ``PacketLoop`` hands to a ``DatagramHandler``.
///
/// Closed by ``close()``, or when the last reference goes. The receiver holds its handler until then.
public final class UDPReceiver: Sendable {
    /// The port that the socket is bound to.
    public let localPort: UInt16
    private let core: ReceiverCore
    private let thread: LoopThread

    init(core: ReceiverCore, thread: LoopThread, localPort: UInt16) {
        self.core = core
        self.thread = thread
        self.localPort = localPort
    }

    deinit {
        close()
    }

    /// Changes who may send, from the next datagram on. A failure to join a source of a multicast group leaves the
    /// old allowlist in force.
    public func update(allow: Allowlist) throws(PacketIOError) {
        try core.update(allow: allow).get()
    }

    /// Has the handler's `tick` called now, on the loop's thread. From any thread.
    public func requestTick() {
        thread.requestTick(of: core)
    }

    /// Sends one datagram from the receiver's port, for what is said now and then: reports, answers. Never blocks; what the
    /// system does not take is lost. From any thread.
    public func send(_ bytes: UnsafeRawBufferPointer, to destination: IPEndpoint) {
        core.send(bytes, to: destination)
    }

    /// Closes the socket. When it returns, the handler is not called any more, unless it is the handler itself that
    /// calls. From any thread, but not while holding a lock that the handler takes.
    public func close() {
        core.close(on: thread)
    }

    public var counters: UDPReceiverCounters { core.counters }

    /// Whether strangers came in such numbers that the kernel drops them.
    public var isFilteringInKernel: Bool { core.isFilteringInKernel }
}
