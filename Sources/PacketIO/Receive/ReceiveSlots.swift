import CLinux
import Glibc
import NetworkAddress

/// The memory into which one thread receives: allocated once, used for each socket in turn.
final class ReceiveSlots {
    static let count = PacketIOLimits.batchDatagrams

    let messages: UnsafeMutablePointer<mmsghdr>
    let datagrams: UnsafeMutablePointer<Datagram>
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutableRawPointer
    private let bytes: UnsafeMutableRawPointer

    init() {
        messages = .allocate(capacity: Self.count)
        datagrams = .allocate(capacity: Self.count)
        vectors = .allocate(capacity: Self.count)
        names = .allocate(byteCount: Self.count * socketAddressStride, alignment: 64)
        // Pages that no datagram ever reaches are never touched, so they cost no memory.
        bytes = .allocate(byteCount: Self.count * PacketIOLimits.slotStride, alignment: 4_096)
        names.initializeMemory(as: UInt8.self, repeating: 0, count: Self.count * socketAddressStride)
        for index in 0..<Self.count {
            (vectors + index).initialize(
                to: iovec(iov_base: bytes + index * PacketIOLimits.slotStride, iov_len: PacketIOLimits.datagramBytes)
            )
            var message = mmsghdr()
            message.msg_hdr.msg_name = names + index * socketAddressStride
            message.msg_hdr.msg_namelen = socklen_t(socketAddressStride)
            message.msg_hdr.msg_iov = vectors + index
            message.msg_hdr.msg_iovlen = 1
            (messages + index).initialize(to: message)
        }
    }

    deinit {
        messages.deallocate()
        datagrams.deallocate()
        vectors.deallocate()
        names.deallocate()
        bytes.deallocate()
    }

    /// Takes what waits on a socket: how many datagrams, or the negated `errno`.
    @inline(__always)
    func receive(from descriptor: Int32) -> Int {
        let count = recvmmsg(descriptor, messages, UInt32(Self.count), Int32(MSG_DONTWAIT), nil)
        return count >= 0 ? Int(count) : -Int(errno)
    }

    @inline(__always)
    func name(_ index: Int) -> UnsafeMutableRawPointer { names + index * socketAddressStride }

    @inline(__always)
    func payload(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: bytes + index * PacketIOLimits.slotStride,
            count: Int(messages[index].msg_len)
        )
    }

    @inline(__always)
    func isTruncated(_ index: Int) -> Bool {
        messages[index].msg_hdr.msg_flags & Int32(MSG_TRUNC) != 0
    }

    /// Restores what the kernel overwrote.
    @inline(__always)
    func reset(_ index: Int) {
        messages[index].msg_hdr.msg_namelen = socklen_t(socketAddressStride)
    }
}
