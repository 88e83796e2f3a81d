import CLibSRT
import CLinux
import Glibc
import NetworkAddress
import Synchronization

/// A UDP socket of our own making that libsrt works on, with the guard filter before it.
///
/// libsrt owns the descriptor that it was given; the duplicate here re-attaches the filter when allowlists change.
final class SRTGuardedSocket: Sendable {
    private struct State {
        /// nil once it is closed.
        var duplicate: Int32?
        var program: [sock_filter]
    }

    private let state: Mutex<State>
    let localAddress: IPEndpoint

    /// Binds a socket to the address, attaches the filter and hands it to `socket`.
    ///
    /// - Parameter takesOver: whether one of ours that was released, and that libsrt has not closed yet, may stand on
    ///   the same port. The kernel gives what comes in to the newer one.
    init(
        binding socket: SRTSocket,
        to address: IPEndpoint,
        filter: SRTGuardFilter,
        takesOver: Bool = false
    ) throws(SRTFailure) {
        let family = address.address.family == .v4 ? AF_INET : AF_INET6
        let descriptor = Glibc.socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure(address, errno) }
        var owned = true
        defer { if owned { Glibc.close(descriptor) } }
        if family == AF_INET6 {
            let dualStack: Int32 = address.address.isUnspecified ? 0 : 1
            Self.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, dualStack)
            socket.set(SRTO_IPV6ONLY, dualStack)
        }
        let program = filter.program
        // Before the bind, so that no packet comes in unfiltered.
        guard Self.attach(program, to: descriptor) else { throw Self.failure(address, errno) }
        if takesOver { Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
        guard address.withSocketAddress({ Glibc.bind(descriptor, $0, socklen_t($1)) }) == 0 else {
            throw Self.failure(address, errno)
        }
        // Nobody else may come to stand beside it.
        if takesOver { Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 0) }
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { throw Self.failure(address, errno) }
        guard srt_bind_acquire(socket.id, descriptor) != SRTSocket.errorResult else {
            let text = SRTSocket.lastErrorText
            Glibc.close(duplicate)
            throw SRTFailure(reason: .libraryFailed, message: "cannot use \(address): \(text)")
        }
        owned = false
        // libsrt has set the sizes that the kernel grants to everyone; a privileged process may have more.
        Self.set(duplicate, SOL_SOCKET, SO_RCVBUFFORCE, SRTLimits.udpReceiveBufferBytes)
        let bound = IPEndpoint.filled { pointer, length in
            var size = socklen_t(length.pointee)
            return getsockname(duplicate, pointer, &size)
        }
        self.localAddress = IPEndpoint(address: address.address, port: bound.address?.port ?? address.port)
        self.state = Mutex(State(duplicate: duplicate, program: program))
    }

    deinit {
        release()
    }

    /// Closes the duplicate, so that the port is free when libsrt closes its descriptor some seconds later, and lets a
    /// successor of ours bind before that. The filter stays attached.
    func release() {
        state.withLock { state in
            if let duplicate = state.duplicate {
                Self.set(duplicate, SOL_SOCKET, SO_REUSEADDR, 1)
                Glibc.close(duplicate)
            }
            state.duplicate = nil
        }
    }

    /// Puts another filter before the socket; packets are never unfiltered in between.
    func update(_ filter: SRTGuardFilter) {
        let program = filter.program
        state.withLock { state in
            guard let duplicate = state.duplicate, !Self.equal(state.program, program),
                Self.attach(program, to: duplicate)
            else { return }
            state.program = program
        }
    }

    private static func equal(_ left: [sock_filter], _ right: [sock_filter]) -> Bool {
        left.elementsEqual(right) { $0.code == $1.code && $0.jt == $1.jt && $0.jf == $1.jf && $0.k == $1.k }
    }

    static func attach(_ program: [sock_filter], to descriptor: Int32) -> Bool {
        var program = program
        return program.withUnsafeMutableBufferPointer { instructions in
            var header = sock_fprog(len: UInt16(instructions.count), filter: instructions.baseAddress)
            return setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_ATTACH_FILTER,
                &header,
                socklen_t(MemoryLayout<sock_fprog>.size)
            ) == 0
        }
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func failure(_ address: IPEndpoint, _ code: Int32) -> SRTFailure {
        switch code {
        case EADDRINUSE, EACCES:
            let why = code == EACCES ? "not allowed" : "in use"
            return SRTFailure(reason: .portInUse, message: "UDP port \(address) is \(why)")
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            return SRTFailure(
                reason: .addressNotAvailable,
                message: "\(address.address) is not an address of this machine"
            )
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            return SRTFailure(
                reason: .tooManySockets,
                message: "cannot open UDP \(address): \(String(cString: strerror(code)))"
            )
        default:
            return SRTFailure(
                reason: .libraryFailed,
                message: "cannot open UDP \(address): \(String(cString: strerror(code)))"
            )
        }
    }
}
