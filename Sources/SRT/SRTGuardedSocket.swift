import CLibSRT
import CLinux
import Glibc
import NetworkAddress
import Synchronization

/// A UDP socket of our own making for libsrt to work on, with the guard filter before it.
///
/// libsrt gets a descriptor of its own; the one here keeps the port before that, and re-attaches the filter when
/// allowlists change.
final class SRTGuardedSocket: Sendable {
    private struct State {
        /// nil once it is released.
        var descriptor: Int32?
        var program: [sock_filter]
    }

    private let state: Mutex<State>
    let localAddress: IPEndpoint

    /// Binds a socket to the address, behind the filter. libsrt has no part in it yet.
    ///
    /// - Parameter takesOver: whether one of ours that was released, and that libsrt has not closed yet, may stand on
    ///   the same port. The kernel gives what comes in to the newer one.
    init(
        bindingTo address: IPEndpoint,
        filter: SRTGuardFilter,
        takesOver: Bool = false
    ) throws(SRTFailure) {
        let family = address.address.family == .v4 ? AF_INET : AF_INET6
        let descriptor = Glibc.socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure(address, errno) }
        var owned = true
        defer { if owned { Glibc.close(descriptor) } }
        if family == AF_INET6 {
            Self.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, Self.takesVersion6Only(address))
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
        owned = false
        let bound = IPEndpoint.filled { pointer, length in
            var size = socklen_t(length.pointee)
            return getsockname(descriptor, pointer, &size)
        }
        self.localAddress = IPEndpoint(address: address.address, port: bound.address?.port ?? address.port)
        self.state = Mutex(State(descriptor: descriptor, program: program))
    }

    /// Has libsrt work on the port from now on, through a socket of its that is new. When that fails the port stays
    /// bound, and may be handed to another one.
    func handOver(to socket: SRTSocket) throws(SRTFailure) {
        try state.withLock { state throws(SRTFailure) in
            guard let descriptor = state.descriptor else {
                throw SRTFailure(reason: .notRunning, message: "the port is closed")
            }
            guard socket.status == SRTS_INIT else {
                throw SRTFailure(
                    reason: .libraryFailed,
                    message: "cannot use \(localAddress): libsrt's socket is not new"
                )
            }
            if localAddress.address.family == .v6 {
                socket.set(SRTO_IPV6ONLY, Self.takesVersion6Only(localAddress))
            }
            let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard duplicate >= 0 else { throw Self.failure(localAddress, errno) }
            // For a new socket libsrt closes the descriptor also when it fails.
            guard srt_bind_acquire(socket.id, duplicate) != SRTSocket.errorResult else {
                let text = SRTSocket.lastErrorText
                throw SRTFailure(reason: .libraryFailed, message: "cannot use \(localAddress): \(text)")
            }
            // libsrt has set the sizes that the kernel grants to everyone; a privileged process may have more.
            Self.set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, SRTLimits.udpReceiveBufferBytes)
        }
    }

    deinit {
        release()
    }

    /// Closes our descriptor, so that the port is free when libsrt closes its own some seconds later, and lets a
    /// successor of ours bind before that. The filter stays attached.
    func release() {
        state.withLock { state in
            if let descriptor = state.descriptor {
                Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
                Glibc.close(descriptor)
            }
            state.descriptor = nil
        }
    }

    /// Puts another filter before the socket; packets are never unfiltered in between. False when the one before stays.
    @discardableResult
    func update(_ filter: SRTGuardFilter) -> Bool {
        let program = filter.program
        return state.withLock { state in
            guard let descriptor = state.descriptor else { return false }
            guard !Self.equal(state.program, program) else { return true }
            guard Self.attach(program, to: descriptor) else { return false }
            state.program = program
            return true
        }
    }

    /// `::` listens on IPv4 too.
    private static func takesVersion6Only(_ address: IPEndpoint) -> Int32 {
        address.address.isUnspecified ? 0 : 1
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
