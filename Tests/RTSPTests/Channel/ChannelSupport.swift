import Delivery
import Media
import NIOCore
import NIOEmbedded
import NetworkAddress
import RTP
import Synchronization
import Testing

@testable import RTSP

/// A list that grows from any thread.
final class TestLog: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}

/// An input's leg and an output in one: notes what is asked of it.
final class TestPlace: RTSPPlace {
    let flow = "stadium"
    let component = "studio"
    let credentials: RTSPCredentials?
    let fanOut: RTSPFanOut?
    let leg = TestLeg()
    let log = TestLog()
    /// What everybody is refused with.
    let refusal = Mutex<Refusal?>(nil)

    init(credentials: RTSPCredentials? = nil, fanOut: RTSPFanOut? = nil) {
        self.credentials = credentials
        self.fanOut = fanOut
    }

    private func admit(_ what: String) -> RTSPRefusal? {
        log.add(what)
        return refusal.withLock { $0 }.map { RTSPRefusal($0) }
    }

    func publish(_ connection: PeerConnection) -> Result<any LegSink, RTSPRefusal> {
        admit("publish").map { .failure($0) } ?? .success(leg)
    }
    func receives(_ reception: RTSPReception, _ connection: PeerConnection) { log.add("receives") }
    func play(_ connection: PeerConnection) -> RTSPRefusal? { admit("play") }
    func leave(_ connection: PeerConnection) { log.add("leave") }
    func unsupportedCodec(_ name: String, _ connection: PeerConnection) { log.add("unsupported \(name)") }
}

/// UDP ports that are none.
final class TestPorts: RTSPPorts {
    struct Seen {
        var peer: RTPPortPair?
        var packets: [ByteBuffer] = []
        var reports = 0
        var isClosed = false
    }

    let own: RTPPortPair
    let track: Int
    let handler: any RTSPPacketHandler
    private let state = Mutex(Seen())

    init(_ port: UInt16, track: Int, _ handler: any RTSPPacketHandler) {
        own = RTPPortPair(rtp: port, rtcp: port + 1)
        self.track = track
        self.handler = handler
    }

    var seen: Seen { state.withLock { $0 } }
    func setPeer(_ ports: RTPPortPair) { state.withLock { $0.peer = ports } }
    func send(_ packets: RTPPackets) { state.withLock { $0.packets += Array(packets) } }
    func sendControl(_ packet: ByteBuffer) { state.withLock { $0.reports += 1 } }
    func close() { state.withLock { $0.isClosed = true } }
}

/// Decides on the server's port, and notes what it hears.
final class TestGate: RTSPServerDelegate {
    struct Rules {
        /// By the last part of their paths.
        var places: [String: TestPlace] = [:]
        var isOpen = true
        var hasPorts = true
        /// For whoever gives wrong credentials.
        var delay = Duration.zero
        var ports: [TestPorts] = []
        var connections: [PeerConnection] = []
    }

    let rules: Mutex<Rules>
    let log = TestLog()
    /// Yields when a connection is gone.
    let departures = AsyncStream.makeStream(of: Void.self)

    init(_ places: [String: TestPlace]) {
        rules = Mutex(Rules(places: places))
    }

    var ports: [TestPorts] { rules.withLock { $0.ports } }
    var connections: [PeerConnection] { rules.withLock { $0.connections } }

    func connected(_ address: SocketAddress?) -> Refusal? {
        log.add("connected")
        return rules.withLock { $0.isOpen } ? nil : .notInAllowlist
    }
    func disconnected(_ address: SocketAddress?) {
        log.add("disconnected")
        departures.continuation.yield()
    }
    func find(
        _ request: RTSPAccessRequest,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<any RTSPPlace, RTSPRefusal> {
        let place = rules.withLock { rules in
            rules.connections.append(connection)
            return rules.places[request.path.name]
        }
        return place.map { .success($0) } ?? .failure(RTSPRefusal(.unknownStreamKey))
    }
    func proofFailed(_ place: any RTSPPlace, from address: SocketAddress?, _ connection: PeerConnection) -> Duration {
        log.add("wrong proof")
        return rules.withLock { $0.delay }
    }
    func misbehaved(_ message: String, _ connection: PeerConnection) { log.add(message) }
    func stalled(_ connection: PeerConnection) { log.add("the player does not read") }
    func openPorts(
        track: Int,
        peer: IPAddress,
        _ handler: any RTSPPacketHandler,
        _ connection: PeerConnection
    ) -> (any RTSPPorts)? {
        rules.withLock { rules in
            guard rules.hasPorts else { return nil }
            let ports = TestPorts(UInt16(20_000 + rules.ports.count * 2), track: track, handler)
            rules.ports.append(ports)
            return ports
        }
    }
}

/// Breaks with what is written next.
final class BreakingPipe: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func flush(context: ChannelHandlerContext) { context.close(promise: nil) }
}

/// The server's end of one connection, in memory; a test is the client.
final class ServerPlay {
    let loop: EmbeddedEventLoop
    let channel: EmbeddedChannel
    let gate: TestGate
    private var decoder = RTSPMessageDecoder()
    private var cSeq: UInt32 = 0
    private var messages: [RTSPMessage] = []

    init(
        _ gate: TestGate,
        limits: RTSPSessionLimits = .default,
        isSecured: Bool = false,
        loop: EmbeddedEventLoop = EmbeddedEventLoop()
    ) throws {
        self.gate = gate
        self.loop = loop
        channel = EmbeddedChannel(
            handler: RTSPServerHandler(delegate: gate, isSecured: isSecured, limits: limits),
            loop: loop
        )
        channel.remoteAddress = try SocketAddress(ipAddress: "192.0.2.1", port: 5_000)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 5_000)).wait()
    }

    convenience init(_ places: [String: TestPlace], limits: RTSPSessionLimits = .default) throws {
        try self.init(TestGate(places), limits: limits)
    }

    /// What is sent goes in as one piece.
    func send(bytes: ByteBuffer) throws { try channel.writeInbound(bytes) }

    func make(
        _ method: RTSPMethod,
        _ uri: String = stadium,
        _ fields: (String, String)...,
        body: String = ""
    ) -> ByteBuffer {
        cSeq += 1
        var headers = RTSPHeaders([.init(.cSeq, "\(cSeq)")])
        for field in fields { headers.add(RTSPHeaderName(rawValue: field.0), field.1) }
        var bytes = ByteBuffer()
        RTSPRequest(method, uri, headers: headers, body: ByteBuffer(string: body)).write(into: &bytes)
        return bytes
    }

    /// All that was sent since the last look.
    func received() throws -> [RTSPMessage] {
        var all: [RTSPMessage] = []
        while var bytes = try channel.readOutbound(as: ByteBuffer.self) {
            decoder.append(&bytes)
            while let message = try decoder.nextMessage() { all.append(message) }
        }
        return all
    }

    /// Asks, and returns the answers since the last look.
    @discardableResult
    func ask(
        _ method: RTSPMethod,
        _ uri: String = stadium,
        _ fields: (String, String)...,
        body: String = ""
    ) throws -> [RTSPResponse] {
        cSeq += 1
        var headers = RTSPHeaders([.init(.cSeq, "\(cSeq)")])
        for field in fields { headers.add(RTSPHeaderName(rawValue: field.0), field.1) }
        var bytes = ByteBuffer()
        RTSPRequest(method, uri, headers: headers, body: ByteBuffer(string: body)).write(into: &bytes)
        try send(bytes: bytes)
        return try received().responses
    }

    /// A packet between the messages.
    func packet(_ channel: UInt8, _ packet: ByteBuffer) throws {
        var bytes = ByteBuffer()
        InterleavedFrame(channel: channel, payload: packet).write(into: &bytes)
        try send(bytes: bytes)
    }

    /// Whether the connection was closed.
    var isClosed: Bool {
        loop.run()
        return !channel.isActive
    }

    /// Publishes two tracks over TCP, up to and with RECORD.
    func record() throws {
        try ask(.announce, stadium, ("Content-Type", "application/sdp"), body: announcement)
        try ask(.setup, stadium + "/streamid=0", tcpTransport)
        try ask(.setup, stadium + "/streamid=1", ("Transport", "RTP/AVP/TCP;unicast;interleaved=2-3;mode=record"))
        let answers = try ask(.record)
        #expect(answers.map(\.status) == [.ok])
    }

    /// Up to PLAY, all tracks over TCP.
    func setUp(tracks: Int = 1) throws {
        let answers = try ask(.describe)
        #expect(answers.map(\.status) == [.ok])
        for track in 0..<tracks {
            let answers = try ask(
                .setup,
                stadium + "/trackID=\(track)",
                ("Transport", "RTP/AVP/TCP;unicast;interleaved=\(track * 2)-\(track * 2 + 1)")
            )
            #expect(answers.map(\.status) == [.ok])
        }
    }
}

extension [RTSPMessage] {
    var responses: [RTSPResponse] { compactMap { if case .response(let response) = $0 { response } else { nil } } }
    var requests: [RTSPRequest] { compactMap { if case .request(let request) = $0 { request } else { nil } } }
    var frames: [InterleavedFrame] { compactMap { if case .interleaved(let frame) = $0 { frame } else { nil } } }
    /// Of even channels, by their numbers.
    var sequenceNumbers: [UInt16] {
        frames.filter { $0.channel % 2 == 0 }.compactMap { $0.payload.getInteger(at: $0.payload.readerIndex + 2) }
    }
}

/// A fan-out whose stream settled long ago.
func settledFanOut(_ tracks: MediaTrack...) -> RTSPFanOut {
    let fanOut = RTSPFanOut(clock: { .zero }, onUnsupportedCodec: { _ in })
    for track in tracks { fanOut.consume(track) }
    return fanOut
}
