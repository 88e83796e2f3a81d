import Glibc
import Synchronization

/// Takes datagrams on a thread of its own and hands each to `body`, until it is stopped.
///
/// A test that only polls would let the socket's buffer overflow, and blame the gateway.
public final class DatagramReceiver<State: Sendable>: Sendable {
    public let port: UInt16
    private let shared: Shared
    private let thread = BackgroundThread()

    /// What the thread needs; it must not hold the receiver, whose end stops the thread.
    private final class Shared: Sendable {
        let state: Mutex<State>
        let isStopping = Atomic(false)

        init(_ state: sending State) { self.state = Mutex(state) }
    }

    /// Starts at once. `body` runs on the receiver's thread, under its lock.
    public init(
        port: UInt16 = 0,
        state: State,
        body: @escaping @Sendable (inout State, [UInt8]) -> Void
    ) throws {
        let socket = try UDPSocket(port: port)
        self.port = socket.port
        let shared = Shared(state)
        self.shared = shared
        thread.start {
            while !shared.isStopping.load(ordering: .acquiring) {
                guard var datagram = socket.receive(within: .milliseconds(50)) else { continue }
                while true {
                    shared.state.withLock { body(&$0, datagram) }
                    guard let next = socket.receiveNow() else { break }
                    datagram = next
                }
            }
        }
    }

    deinit { stop() }

    /// Ends the thread and closes the socket. May be called twice.
    public func stop() {
        shared.isStopping.store(true, ordering: .releasing)
        thread.join()
    }

    /// What `body` made so far.
    public var current: State { shared.state.withLock { $0 } }

    public func reset(_ value: State) { shared.state.withLock { $0 = value } }
}

extension DatagramReceiver where State == StreamVerifier {
    /// A receiver that holds everything to a synthetic stream.
    public convenience init(port: UInt16 = 0, verifying stream: SyntheticStream) throws {
        try self.init(port: port, state: StreamVerifier(stream)) { verifier, datagram in verifier.consume(datagram) }
    }
}

extension DatagramReceiver where State == [UInt8] {
    /// A receiver that joins all payloads, at most `maximumBytes` of them; `headerLength` bytes (12 for RTP) are cut.
    public convenience init(port: UInt16 = 0, joiningUpTo maximumBytes: Int = 64 << 20, headerLength: Int = 0) throws {
        try self.init(port: port, state: []) { bytes, datagram in
            if bytes.count < maximumBytes { bytes += datagram.dropFirst(headerLength) }
        }
    }
}
