import CLinux
import Glibc

/// The arrays of one `sendmmsg` call: one set per thread that sends, shared by all senders.
final class SendScratch {
    static let datagrams = PacketIOLimits.batchDatagrams
    /// Room for a `cmsghdr` with the segment size behind it, aligned: CMSG_SPACE(2).
    static let controlBytes = 24
    private static let headerStride = PacketIOLimits.headerBytes

    let messages: UnsafeMutablePointer<mmsghdr>
    /// How many datagrams a message carries.
    let datagramCounts: UnsafeMutablePointer<Int>
    /// A header's and a payload's, or only a payload's, for each datagram.
    let vectors: UnsafeMutablePointer<iovec>
    private let headers: UnsafeMutableRawPointer
    private let controls: UnsafeMutableRawPointer

    private init() {
        messages = .allocate(capacity: Self.datagrams)
        messages.initialize(repeating: mmsghdr(), count: Self.datagrams)
        datagramCounts = .allocate(capacity: Self.datagrams)
        datagramCounts.initialize(repeating: 0, count: Self.datagrams)
        vectors = .allocate(capacity: Self.datagrams * 2)
        vectors.initialize(repeating: iovec(), count: Self.datagrams * 2)
        headers = .allocate(byteCount: Self.datagrams * Self.headerStride, alignment: 64)
        headers.initializeMemory(as: UInt8.self, repeating: 0, count: Self.datagrams * Self.headerStride)
        controls = .allocate(byteCount: Self.datagrams * Self.controlBytes, alignment: 8)
        controls.initializeMemory(as: UInt8.self, repeating: 0, count: Self.datagrams * Self.controlBytes)
        for index in 0..<Self.datagrams {
            let control = controls + index * Self.controlBytes
            // struct cmsghdr: length (CMSG_LEN(2)), level, type; then the data.
            control.storeBytes(of: 18, as: Int.self)
            control.storeBytes(of: SOL_UDP, toByteOffset: 8, as: Int32.self)
            control.storeBytes(of: UDP_SEGMENT, toByteOffset: 12, as: Int32.self)
        }
    }

    deinit {
        messages.deallocate()
        datagramCounts.deallocate()
        vectors.deallocate()
        headers.deallocate()
        controls.deallocate()
    }

    @inline(__always)
    func header(_ index: Int, length: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: headers + index * Self.headerStride, count: length)
    }

    /// Makes `messages[index]` out of `vectorCount` vectors; `segment` is a datagram's length, or 0 for one datagram.
    @inline(__always)
    func setMessage(_ index: Int, vector: Int, vectorCount: Int, datagrams: Int, segment: Int) {
        messages[index].msg_hdr.msg_iov = vectors + vector
        messages[index].msg_hdr.msg_iovlen = vectorCount
        datagramCounts[index] = datagrams
        if segment > 0 {
            let control = controls + index * Self.controlBytes
            control.storeBytes(of: UInt16(truncatingIfNeeded: segment), toByteOffset: 16, as: UInt16.self)
            messages[index].msg_hdr.msg_control = control
            messages[index].msg_hdr.msg_controllen = Self.controlBytes
        } else {
            messages[index].msg_hdr.msg_control = nil
            messages[index].msg_hdr.msg_controllen = 0
        }
    }

    /// The calling thread's own; made at its first call, freed when the thread ends.
    static var current: SendScratch {
        if let pointer = pthread_getspecific(key) {
            return Unmanaged<SendScratch>.fromOpaque(pointer).takeUnretainedValue()
        }
        let scratch = SendScratch()
        pthread_setspecific(key, Unmanaged.passRetained(scratch).toOpaque())
        return scratch
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key) { pointer in
            if let pointer { Unmanaged<SendScratch>.fromOpaque(pointer).release() }
        }
        precondition(code == 0, "a process has at least 128 thread-specific keys")
        return key
    }()
}
