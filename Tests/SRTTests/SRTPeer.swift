import CLibSRT
import Glibc
import HeadgateTestKit
import Media
import NetworkAddress
import SRT
import Synchronization

/// A plain libsrt socket, as an encoder or a player has one.
final class SRTPeer: Sendable {
    struct Refused: Error, Equatable {
        var code: Int32
    }

    static let ready: Bool = srt_startup() >= 0
    static let patientLatency: Int32 = 2_000

    let socket: SRTSOCKET

    /// Calls a listener.
    ///
    /// - Parameter latency: In milliseconds: the time that a message which the kernel dropped has to be sent again.
    ///   The default leaves enough on a machine that is busy with other things; a test that counts messages needs it.
    /// - Parameter connectTimeout: In milliseconds; short only where no answer is what is expected.
    /// - Parameter descriptor: A UDP socket to call from, which becomes libsrt's.
    init(
        port: UInt16,
        streamID: String = "",
        passphrase: String? = nil,
        keyLength: Int32 = 0,
        latency: Int32 = patientLatency,
        connectTimeout: Int32 = 30_000,
        payloadSize: Int32 = 1_456,
        descriptor: Int32? = nil
    ) throws {
        precondition(Self.ready)
        socket = srt_create_socket()
        Self.set(socket, SRTO_PAYLOADSIZE, payloadSize)
        Self.set(socket, SRTO_LATENCY, latency)
        Self.set(socket, SRTO_CONNTIMEO, connectTimeout)
        Self.set(socket, SRTO_PEERIDLETIMEO, 10_000)
        Self.set(socket, SRTO_RCVTIMEO, 100)
        if let passphrase {
            srt_setsockflag(socket, SRTO_PASSPHRASE, passphrase, Int32(passphrase.utf8.count))
            if keyLength > 0 { Self.set(socket, SRTO_PBKEYLEN, keyLength) }
        }
        if !streamID.isEmpty { srt_setsockflag(socket, SRTO_STREAMID, streamID, Int32(streamID.utf8.count)) }
        if let descriptor { Self.use(descriptor, for: socket) }
        var address = Self.loopback(port)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                srt_connect(socket, $0, Int32(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let code = srt_getrejectreason(socket)
            srt_close(socket)
            throw Refused(code: code)
        }
    }

    init(accepted: SRTSOCKET) {
        socket = accepted
        Self.set(socket, SRTO_RCVTIMEO, 100)
    }

    deinit { srt_close(socket) }

    func close() { srt_close(socket) }

    var isConnected: Bool { srt_getsockstate(socket) == SRTS_CONNECTED }

    func send(_ message: [UInt8]) -> Bool {
        message.withUnsafeBytes {
            srt_sendmsg2(socket, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), nil) >= 0
        }
    }

    /// The next message, or nil when none came within a tenth of a second.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let count = buffer.withUnsafeMutableBytes {
            srt_recvmsg2(socket, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), nil)
        }
        return count > 0 ? Array(buffer.prefix(Int(count))) : nil
    }

    static func set(_ socket: SRTSOCKET, _ option: SRT_SOCKOPT, _ value: Int32) {
        var value = value
        srt_setsockflag(socket, option, &value, 4)
    }

    /// Has a libsrt socket use a UDP socket, bound to a free port.
    private static func use(_ descriptor: Int32, for socket: SRTSOCKET) {
        var address = loopback(0)
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        srt_bind_acquire(socket, descriptor)
    }

    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}

/// A listener elsewhere, for the gateway's callers.
final class SRTListener: Sendable {
    let socket: SRTSOCKET
    let port: UInt16

    init(port: UInt16 = 0, passphrase: String? = nil) throws {
        precondition(SRTPeer.ready)
        let socket = srt_create_socket()
        self.socket = socket
        SRTPeer.set(socket, SRTO_LATENCY, SRTPeer.patientLatency)
        SRTPeer.set(socket, SRTO_PEERIDLETIMEO, 10_000)
        SRTPeer.set(socket, SRTO_PAYLOADSIZE, 1_456)
        SRTPeer.set(socket, SRTO_RCVSYN, 0)
        if let passphrase { srt_setsockflag(socket, SRTO_PASSPHRASE, passphrase, Int32(passphrase.utf8.count)) }
        var address = SRTPeer.loopback(port)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                var length = Int32(MemoryLayout<sockaddr_in>.size)
                guard srt_bind(socket, pointer, length) == 0, srt_listen(socket, 8) == 0 else { return Int32(-1) }
                return srt_getsockname(socket, pointer, &length)
            }
        }
        guard result == 0 else { throw DeadlineExceeded(description: "cannot listen") }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { srt_close(socket) }

    func close() { srt_close(socket) }

    func accept() async throws -> SRTPeer {
        var accepted: SRTSOCKET = -1
        try await eventually("a caller") {
            accepted = srt_accept(socket, nil, nil)
            return accepted >= 0
        }
        SRTPeer.set(accepted, SRTO_RCVSYN, 1)
        return SRTPeer(accepted: accepted)
    }
}

/// Keeps what an input delivers.
final class CollectingSink: InputSink {
    struct State {
        var payloads: [[UInt8]] = []
        var batches = 0
        var connected: [String] = []
        var disconnected: [String] = []
    }

    private let state = Mutex(State())
    var current: State { state.withLock { $0 } }
    var count: Int { state.withLock { $0.payloads.count } }

    func consume(_ batch: PacketBatch) {
        state.withLock { state in
            state.batches += 1
            for payload in batch.payloads { state.payloads.append(Array(payload)) }
        }
    }

    func peerConnected(_ remote: String) { state.withLock { $0.connected.append(remote) } }
    func peerDisconnected(_ reason: String) { state.withLock { $0.disconnected.append(reason) } }
}

/// A gateway on a free shared port that keeps its events.
final class RunningGateway: Sendable {
    let gateway: SRTGateway
    private let recorded: Events

    final class Events: Sendable {
        let all = Mutex<[SRTEvent]>([])
    }

    init(_ change: (inout SRTGatewayConfiguration) -> Void = { _ in }) throws {
        var configuration = SRTGatewayConfiguration(sharedPort: 0)
        change(&configuration)
        let recorded = Events()
        self.recorded = recorded
        gateway = SRTGateway(configuration: configuration) { event in recorded.all.withLock { $0.append(event) } }
        try gateway.start()
    }

    deinit { gateway.stop() }

    var port: UInt16 { gateway.sharedPort ?? 0 }

    var refusals: [Refusal] {
        recorded.all.withLock { $0 }.compactMap { event in
            if case .refused(let refusal, _, _) = event { return refusal }
            return nil
        }
    }

    var events: [SRTEvent] { recorded.all.withLock { $0 } }

    func refused(_ refusal: Refusal, count: Int = 1) async throws {
        try await eventually("a \(refusal.rawValue) event", detail: { "\(self.events)" }) {
            self.refusals.filter { $0 == refusal }.count >= count
        }
    }
}

/// Sends payloads to an output as one batch.
func send(_ payloads: [[UInt8]], to sink: any PacketSink) {
    var views: [UnsafeRawBufferPointer] = []
    for payload in payloads {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: payload.count, alignment: 8)
        copy.copyBytes(from: payload)
        views.append(UnsafeRawBufferPointer(copy))
    }
    views.withUnsafeBufferPointer { sink.consume(PacketBatch(payloads: $0, arrival: .zero)) }
    for view in views { view.deallocate() }
}

/// Messages of many sizes, each different.
func messages(_ count: Int, seed: Int = 0) -> [[UInt8]] {
    (0..<count).map { index in
        let size = [1_316, 188, 1_456, 1, 564][index % 5]
        return (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index &+ seed &* 31) }
    }
}
