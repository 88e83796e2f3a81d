import Glibc
import Synchronization

/// A way between two programs on this machine, which can be cut like a cable: from then on nothing comes through in
/// either direction, and nobody is told.
public final class CuttableLink: Sendable {
    public enum Transport: Hashable, Sendable {
        case tcp
        /// Answers go to whoever sent last.
        case udp
    }

    /// Where one calls in.
    public let port: UInt16

    private let state: State
    private let thread = BackgroundThread()

    /// What the thread needs; it must not hold the link, whose end stops the thread.
    fileprivate final class State: Sendable {
        let isCut = Atomic(false)
        let isStopping = Atomic(false)

        var isOpen: Bool { !isCut.load(ordering: .acquiring) && !isStopping.load(ordering: .acquiring) }
    }

    /// - Parameters:
    ///   - target: the port on 127.0.0.1 that is called for those who call in.
    ///   - delay: how long each datagram is under way, in either direction; UDP only.
    public init(_ transport: Transport, to target: UInt16, delay: Duration = .zero) throws {
        let state = State()
        self.state = state
        switch transport {
        case .tcp:
            let entrance = try LoopbackPort()
            try entrance.listen()
            port = entrance.number
            thread.start { TCPWay(entrance, to: target).run(state) }
        case .udp:
            let way = try UDPWay(to: target, delay: delay)
            port = way.entrance.port
            thread.start { way.run(state) }
        }
    }

    deinit {
        state.isStopping.store(true, ordering: .releasing)
        thread.join()
    }

    public func cut() { state.isCut.store(true, ordering: .releasing) }

    /// What was under way meanwhile is lost over UDP, and comes late over TCP.
    public func mend() { state.isCut.store(false, ordering: .releasing) }
}

/// How long the threads wait for data before they look whether the link is cut, in milliseconds.
private let patience: Int32 = 20

/// Which of these have something to read.
private func readable(of descriptors: [Int32], patience: Int32 = patience) -> Set<Int32> {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard poll(&entries, nfds_t(entries.count), patience) > 0 else { return [] }
    return Set(entries.filter { $0.revents != 0 }.map(\.fd))
}

private struct UDPWay: Sendable {
    let entrance: UDPSocket
    let exit: UDPSocket
    let target: UInt16
    let delay: Duration

    init(to target: UInt16, delay: Duration) throws {
        entrance = try UDPSocket()
        exit = try UDPSocket()
        self.target = target
        self.delay = delay
    }

    func run(_ state: CuttableLink.State) {
        var caller: UInt16?
        var (inward, outward) = (DelayLine(), DelayLine())
        while !state.isStopping.load(ordering: .acquiring) {
            let isWaiting = !inward.isEmpty || !outward.isEmpty
            _ = readable(of: [entrance.descriptor, exit.descriptor], patience: isWaiting ? 1 : patience)
            let now = ContinuousClock.now
            while let (bytes, port) = entrance.receiveNowWithSource() {
                caller = port
                if state.isOpen { inward.append(bytes, due: now + delay) }
            }
            while let bytes = exit.receiveNow() {
                if state.isOpen { outward.append(bytes, due: now + delay) }
            }
            while let bytes = inward.next(at: now) { try? exit.send(bytes, to: target) }
            while let bytes = outward.next(at: now) {
                if let caller { try? entrance.send(bytes, to: caller) }
            }
        }
    }
}

/// Datagrams under way, in the order in which they were sent.
private struct DelayLine {
    private var waiting: [(bytes: [UInt8], due: ContinuousClock.Instant)] = []

    var isEmpty: Bool { waiting.isEmpty }

    mutating func append(_ bytes: [UInt8], due: ContinuousClock.Instant) {
        waiting.append((bytes, due))
    }

    /// The next one that has arrived.
    mutating func next(at now: ContinuousClock.Instant) -> [UInt8]? {
        guard let first = waiting.first, first.due <= now else { return nil }
        return waiting.removeFirst().bytes
    }
}

private struct TCPWay: Sendable {
    let entrance: LoopbackPort
    let target: UInt16

    init(_ entrance: LoopbackPort, to target: UInt16) {
        self.entrance = entrance
        self.target = target
    }

    func run(_ state: CuttableLink.State) {
        /// The other end of each connection.
        var partners: [Int32: Int32] = [:]
        defer { for descriptor in partners.keys { close(descriptor) } }
        while !state.isStopping.load(ordering: .acquiring) {
            guard state.isOpen else {
                usleep(useconds_t(patience) * 1_000)
                continue
            }
            let ready = readable(of: [entrance.descriptor] + partners.keys)
            if ready.contains(entrance.descriptor), let (near, far) = connectThrough() {
                partners[near] = far
                partners[far] = near
            }
            for descriptor in ready {
                guard let partner = partners[descriptor], !Self.pass(from: descriptor, to: partner) else { continue }
                for end in [descriptor, partner] {
                    partners[end] = nil
                    close(end)
                }
            }
        }
    }

    private func connectThrough() -> (near: Int32, far: Int32)? {
        let near = accept(entrance.descriptor, nil, nil)
        guard near >= 0 else { return nil }
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = UDPSocket.loopback(target)
        guard far >= 0, UDPSocket.withSocketAddress(&address, { connect(far, $0, $1) }) == 0 else {
            close(near)
            if far >= 0 { close(far) }
            return nil
        }
        return (near, far)
    }

    /// Whether the connection goes on.
    private static func pass(from source: Int32, to target: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(source, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        var sent = 0
        while sent < count {
            let passed = buffer[sent..<count].withUnsafeBytes {
                send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard passed > 0 else { return false }
            sent += passed
        }
        return true
    }
}
