import CLinux
import Glibc

/// Descriptors that are watched for something to read, level-triggered, `epoll(7)`.
///
/// Descriptors are added and removed from any thread; one thread at a time waits and looks at what it found.
package final class ReadySet: @unchecked Sendable {
    // Invariant: `epoll` is constant, and the kernel guards it; `events` belongs to the thread that waits.
    private let epoll: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    package init() throws(PacketIOError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .failed("create an epoll set", errno: errno) }
        events = .allocate(capacity: PacketIOLimits.readySockets)
    }

    deinit {
        _ = Glibc.close(epoll)
        events.deallocate()
    }

    /// - Parameter tag: stands for the descriptor among those that are ready.
    package func add(_ descriptor: Int32, tag: UInt64) throws(PacketIOError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = tag
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw .failed("watch a socket", errno: errno)
        }
    }

    /// Not needed for a descriptor that was closed.
    package func remove(_ descriptor: Int32) {
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits until something is ready.
    ///
    /// - Parameter milliseconds: how long at most; -1 is for ever.
    /// - Returns: how many descriptors are ready; `tag` tells which.
    package func wait(milliseconds: Int32) -> Int {
        Int(max(0, epoll_wait(epoll, events, Int32(PacketIOLimits.readySockets), milliseconds)))
    }

    /// - Parameter index: below what `wait` returned last.
    package func tag(_ index: Int) -> UInt64 { events[index].data.u64 }
}
