import FlowPlanner
import Media
import NIOCore
import NetworkAddress
import PacketIO
import RTP
import RTSP
import Synchronization

/// The UDP ports of a track of one RTSP session, from the gateway's range: an even one for RTP and the next for RTCP,
/// RFC 3550 §11. Whoever is not the peer is turned away.
final class RTSPDatagramPorts: RTSPPorts {
    private static let owners = Atomic<UInt64>(0)

    private struct State {
        var rtp: UDPReceiver?
        var sender: UDPSender?
        var rtcp: UDPReceiver?
        var peer: RTPPortPair?
        var isClosed = false
    }

    let own: RTPPortPair
    private let owner: String
    private let peer: IPAddress
    private let allocator: PortAllocator
    private let state: Mutex<State>

    /// - Parameters:
    ///   - track: the index of its media section.
    ///   - handler: hears what the peer sends.
    ///   - loop: reads the ports.
    ///   - allocator: knows which are free.
    ///   - onStranger: called when somebody else sends, at most once a second, with how many packets it were.
    init(
        track: Int,
        peer: IPAddress,
        handler: any RTSPPacketHandler,
        loop: PacketLoop,
        allocator: PortAllocator,
        onStranger: @escaping @Sendable (IPEndpoint, UInt64) -> Void
    ) throws(ApplyFailure) {
        let owner = "rtsp session \(Self.owners.wrappingAdd(1, ordering: .relaxed).newValue)"
        let allow = Allowlist(networks: [IPNetwork(peer)])
        func receiver(_ port: UInt16, isControl: Bool) throws(ApplyFailure) -> UDPReceiver {
            let port = UDPReceiverConfiguration(port: port, allow: allow)
            let ear = TrackPortHandler(track: track, isControl: isControl, handler, onStranger)
            do throws(PacketIOError) {
                return try loop.addReceiver(port, handler: ear)
            } catch {
                throw ApplyFailure(error)
            }
        }
        let opened = try allocator.allocate(owner: owner, width: 2, isKept: false) { port throws(ApplyFailure) in
            let rtp = try receiver(port, isControl: false)
            do throws(ApplyFailure) {
                return State(rtp: rtp, rtcp: try receiver(port + 1, isControl: true))
            } catch {
                rtp.close()
                throw error
            }
        }
        own = RTPPortPair(rtp: opened.port, rtcp: opened.port + 1)
        state = Mutex(opened.bound)
        self.owner = owner
        self.peer = peer
        self.allocator = allocator
    }

    func setPeer(_ ports: RTPPortPair) {
        state.withLock { $0.peer = ports }
    }

    func send(_ packets: RTPPackets) {
        guard let sender = sender() else { return }
        packets.interleaved.withUnsafeReadableBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: packets.count) { list in
                let count = packets.list(in: bytes, into: list)
                sender.send(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(list)[..<count]))
            }
        }
    }

    /// Whoever sends media receives none: the port is a sender's from the first packet on.
    private func sender() -> UDPSender? {
        let (known, idle, port) = state.withLock { state in
            guard state.sender == nil, let port = state.peer?.rtp else {
                return (state.sender, UDPReceiver?.none, UInt16(0))
            }
            return (nil, state.rtp.take(), port)
        }
        guard let idle else { return known }
        idle.close()
        let configuration = UDPSenderConfiguration(
            destination: IPEndpoint(address: peer, port: port),
            localPort: own.rtp
        )
        let opened = try? UDPSender(configuration)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.sender = opened }
            return state.isClosed
        }
        // The port is somebody else's by now.
        if isClosed { opened?.close() }
        return isClosed ? nil : opened
    }

    func sendControl(_ packet: ByteBuffer) {
        let (receiver, port) = state.withLock { ($0.rtcp, $0.peer?.rtcp) }
        guard let receiver, let port else { return }
        let destination = IPEndpoint(address: peer, port: port)
        packet.withUnsafeReadableBytes { receiver.send($0, to: destination) }
    }

    func close() {
        let last = state.withLock { state in
            defer { state = State(isClosed: true) }
            return state
        }
        last.rtp?.close()
        last.rtcp?.close()
        last.sender?.close()
        allocator.release(owner: owner)
    }
}

/// Hands what one of the ports receives to the session.
private final class TrackPortHandler: DatagramHandler {
    private let track: Int
    private let isControl: Bool
    private let handler: any RTSPPacketHandler
    private let onStranger: @Sendable (IPEndpoint, UInt64) -> Void

    init(
        track: Int,
        isControl: Bool,
        _ handler: any RTSPPacketHandler,
        _ onStranger: @escaping @Sendable (IPEndpoint, UInt64) -> Void
    ) {
        self.track = track
        self.isControl = isControl
        self.handler = handler
        self.onStranger = onStranger
    }

    func receive(_ datagrams: UnsafeBufferPointer<Datagram>, at now: MonotonicTime) -> MonotonicTime? {
        for datagram in datagrams {
            if isControl {
                handler.receiveControl(datagram.bytes, track: track, at: now)
            } else {
                handler.receive(datagram.bytes, track: track, at: now)
            }
        }
        return handler.deadline
    }

    func tick(at now: MonotonicTime) -> MonotonicTime? { handler.tick(at: now) }

    func refused(_ source: IPEndpoint, count: UInt64, at now: MonotonicTime) {
        onStranger(source, count)
    }
}
