import Delivery
import Media
import NIOCore
import NIOEmbedded
import NetworkAddress
import RTP
import Synchronization
import Testing

@testable import RTSP

@Suite("RTSP client connection")
struct ClientHandlerTests {
    /// Notes what it hears.
    final class Client: RTSPClientDelegate {
        struct Seen {
            var log: [String] = []
            var moved: RTSPClientSession?
            var reception: RTSPReception?
            var connection: PeerConnection?
            var ports: [TestPorts] = []
            var hasPorts = true
        }

        let state = Mutex(Seen())
        /// Yields with each line of the log.
        let changes = AsyncStream.makeStream(of: String.self)

        private func note(_ line: String) {
            state.withLock { $0.log.append(line) }
            changes.continuation.yield(line)
        }

        var log: [String] { state.withLock { $0.log } }
        func ready(_ connection: PeerConnection) {
            state.withLock { $0.connection = connection }
            note("ready")
        }
        func receives(_ reception: RTSPReception) { state.withLock { $0.reception = reception } }
        func ended(_ end: RTSPClientEnd) {
            switch end {
            case .ended: note("ended")
            case .moved(let session):
                state.withLock { $0.moved = session }
                note("moved to \(session.url)")
            case .failed(let message): note("failed: \(message)")
            case .refused(let refusal): note("refused: \(refusal.rawValue)")
            case .stopped: note("stopped")
            }
        }
        func unsupportedCodec(_ name: String, _ connection: PeerConnection) { note("unsupported \(name)") }
        func openPorts(track: Int, peer: IPAddress, _ handler: any RTSPPacketHandler) -> (any RTSPPorts)? {
            state.withLock { seen in
                guard seen.hasPorts else { return nil }
                let ports = TestPorts(UInt16(20_000 + seen.ports.count * 2), track: track, handler)
                seen.ports.append(ports)
                return ports
            }
        }
        func explain(_ error: any Error) -> String { "explained" }
    }

    /// The client's end of one connection, in memory; a test is the server.
    private final class ServerPart {
        let loop: EmbeddedEventLoop
        let channel: EmbeddedChannel
        private var decoder = RTSPMessageDecoder()
        private var last: RTSPRequest?

        init(_ session: RTSPClientSession, _ stream: RTSPClientHandler.Stream, _ client: Client) throws {
            loop = EmbeddedEventLoop()
            channel = EmbeddedChannel(
                handler: RTSPClientHandler(session: session, stream: stream, delegate: client),
                loop: loop
            )
            let address = try SocketAddress(ipAddress: "192.0.2.9", port: 554)
            channel.remoteAddress = address
            try channel.connect(to: address).wait()
        }

        func received() throws -> [RTSPMessage] {
            var all: [RTSPMessage] = []
            while var bytes = try channel.readOutbound(as: ByteBuffer.self) {
                decoder.append(&bytes)
                while let message = try decoder.nextMessage() { all.append(message) }
            }
            last = all.requests.last ?? last
            return all
        }

        /// Answers the last request, and returns what follows.
        @discardableResult
        func answer(
            _ status: RTSPStatus = .ok,
            _ fields: (String, String)...,
            body: String = ""
        ) throws -> [RTSPRequest] {
            var headers = RTSPHeaders()
            headers.cSeq = last?.headers.cSeq
            for field in fields { headers.add(RTSPHeaderName(rawValue: field.0), field.1) }
            var bytes = ByteBuffer()
            RTSPResponse(status, headers: headers, body: ByteBuffer(string: body)).write(into: &bytes)
            try channel.writeInbound(bytes)
            return try received().requests
        }

        func packet(_ number: UInt8, _ packet: ByteBuffer) throws {
            var bytes = ByteBuffer()
            InterleavedFrame(channel: number, payload: packet).write(into: &bytes)
            try channel.writeInbound(bytes)
        }

        var isClosed: Bool {
            loop.run()
            return !channel.isActive
        }
    }

    private let client = Client()
    private let leg = TestLeg()

    private func session(
        _ role: RTSPClientSession.Role = .play,
        transport: RTSPClientSession.TransportPreference = .tcp,
        url: String = camera
    ) throws -> RTSPClientSession {
        RTSPClientSession(role: role, url: try RTSPURL(parsing: url), transport: transport, seed: Array(0..<32))
    }

    private func player(transport: RTSPClientSession.TransportPreference = .tcp) throws -> ServerPart {
        try ServerPart(try session(transport: transport), .play(leg), client)
    }

    private static let oneTrack = "v=0\nm=audio 0 RTP/AVP 0\na=control:trackID=1\n".wire

    @Test("A request that finds the connection broken ends it, once")
    func breaks() throws {
        let server = try player()
        #expect(try server.received().requests.map(\.method) == [.options])
        try server.channel.pipeline.syncOperations.addHandler(BreakingPipe(), position: .first)
        try server.answer()
        #expect(server.isClosed)
        #expect(client.log == ["failed: describe: the server closed the connection"])
    }

    /// Up to and with PLAY over TCP.
    private func start(_ server: ServerPart, description: String = oneTrack) throws {
        #expect(try server.received().requests.map(\.method) == [.options])
        try server.answer()
        try server.answer(.ok, body: description)
        try server.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
        try server.answer()
    }

    private func sound(_ number: UInt16) -> ByteBuffer {
        rtpPacket(number, timestamp: UInt32(number) * 160, payloadType: 0, [UInt8(number)])
    }

    @Test("What a server plays goes to the leg, in order and byte by byte")
    func plays() throws {
        let server = try player()
        try start(server)
        for number in [1, 3, 2, 4] as [UInt16] { try server.packet(0, sound(number)) }
        #expect(leg.seen.samples.map { Array($0.payload.readableBytesView) } == [[1], [2], [3], [4]])
        #expect(client.log == ["ready"])
        #expect(client.state.withLock { $0.reception }?.figures.packetsReordered == 1)
        // In good order.
        var bytes = ByteBuffer()
        RTSPRequest(.teardown, camera, headers: RTSPHeaders([.init(.cSeq, "1")])).write(into: &bytes)
        try server.channel.writeInbound(bytes)
        #expect(client.log == ["ready", "ended"])
        #expect(server.isClosed)
        #expect(client.log == ["ready", "ended"])
    }

    @Test("Packets may come before the answer to PLAY does")
    func early() throws {
        let server = try player()
        #expect(!(try server.received().isEmpty))
        try server.answer()
        try server.answer(.ok, body: Self.oneTrack)
        try server.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
        try server.packet(0, sound(1))
        try server.answer()
        try server.packet(0, sound(2))
        #expect(leg.seen.samples.count == 2)
    }

    @Test("What is not carried is told by name; when nothing is left the attempt has failed")
    func codecs() throws {
        let server = try player()
        #expect(!(try server.received().isEmpty))
        try server.answer()
        try server.answer(.ok, body: "v=0\nm=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 0\na=sendonly\n".wire)
        #expect(client.log == ["unsupported JPEG", "failed: describe: there is no track that can be used"])
        #expect(server.isClosed)
    }

    @Test(
        "An end is told once, whatever comes with it",
        arguments: [
            ("close", "failed: media: the server closed the connection"), ("error", "failed: explained"),
            ("garbage", "failed: media: the server does not speak RTSP"), ("refuse", "refused: OverBandwidth"),
            ("end", "stopped"),
        ]
    )
    func once(_ way: String, _ line: String) throws {
        let server = try player()
        try start(server)
        try server.packet(0, sound(1))
        try server.packet(0, sound(3))
        let pipeline = server.channel.pipeline
        switch way {
        case "close": try server.channel.close().wait()
        case "error": pipeline.fireErrorCaught(ChannelError.ioOnClosedChannel)
        case "garbage": try server.channel.writeInbound(ByteBuffer(bytes: [0]))
        case "refuse": pipeline.fireUserInboundEventTriggered(PeerConnection.Event.refuse(.overBandwidth))
        default: pipeline.fireUserInboundEventTriggered(PeerConnection.Event.end)
        }
        #expect(server.isClosed)
        pipeline.fireUserInboundEventTriggered(PeerConnection.Event.end)
        server.loop.advanceTime(by: .seconds(60))
        #expect(client.log == ["ready", line])
        // What waited for a missing packet is passed on.
        #expect(leg.seen.samples.count == 2)
    }

    @Test("A session that is no longer needed is torn down first")
    func tearDown() throws {
        let server = try player()
        try start(server)
        server.channel.pipeline.fireUserInboundEventTriggered(PeerConnection.Event.end)
        #expect(try server.received().requests.map(\.method) == [.teardown])
    }

    @Test("A server that goes before anything was agreed is a failure in words")
    func goneEarly() throws {
        let server = try player()
        #expect(!(try server.received().isEmpty))
        try server.channel.close().wait()
        #expect(client.log == ["failed: options: the server closed the connection"])
    }

    @Test("A redirect moves the session, which goes on over another connection")
    func redirect() throws {
        let server = try player()
        #expect(!(try server.received().isEmpty))
        try server.answer()
        try server.answer(.movedTemporarily, ("Location", "rtsp://other:8554/b"))
        #expect(client.log == ["moved to rtsp://other:8554/b"])
        #expect(server.isClosed)
        let moved = try #require(client.state.withLock { $0.moved })
        let next = try ServerPart(moved, .play(leg), client)
        let requests = try next.received().requests
        #expect(requests.map(\.uri) == ["rtsp://other:8554/b"])
        // Numbers go on.
        #expect(requests.first?.headers.cSeq == 3)
    }

    @Test("Where no UDP port is free TCP will do, over another connection; not where UDP is asked for")
    func noPorts() throws {
        client.state.withLock { $0.hasPorts = false }
        for (transport, end) in [
            (RTSPClientSession.TransportPreference.automatic, "moved to \(camera)"),
            (.udp, "failed: no UDP port is free"),
        ] {
            client.state.withLock { $0.log = [] }
            let server = try player(transport: transport)
            #expect(!(try server.received().isEmpty))
            try server.answer()
            try server.answer(.ok, body: Self.oneTrack)
            #expect(client.log == [end])
            #expect(server.isClosed)
        }
        let moved = try #require(client.state.withLock { $0.moved })
        let next = try ServerPart(moved, .play(leg), client)
        #expect(!(try next.received().isEmpty))
        try next.answer()
        let requests = try next.answer(.ok, body: Self.oneTrack)
        #expect(requests.first?.headers[.transport] == "RTP/AVP/TCP;unicast;interleaved=0-1")
    }

    @Test("Over UDP packets come through the ports, which go with the connection")
    func udp() throws {
        let server = try player(transport: .udp)
        #expect(!(try server.received().isEmpty))
        try server.answer()
        try server.answer(.ok, body: Self.oneTrack)
        try server.answer(
            .ok,
            ("Session", "1"),
            ("Transport", "RTP/AVP;unicast;client_port=20000-20001;server_port=6000-6001")
        )
        try server.answer()
        let ports = try #require(client.state.withLock { $0.ports.first })
        #expect(ports.seen.peer == RTPPortPair(rtp: 6_000, rtcp: 6_001))
        sound(1).withUnsafeReadableBytes { ports.handler.receive($0, track: ports.track, at: .now()) }
        #expect(leg.seen.samples.count == 1)
        try server.channel.close().wait()
        #expect(ports.seen.isClosed)
    }

    // MARK: Publishing

    private func publisher(_ fanOut: RTSPFanOut) throws -> ServerPart {
        let offer = try #require(fanOut.offer(at: .now()))
        let server = try ServerPart(try session(.record(offer.description)), .record(fanOut, offer), client)
        #expect(try server.received().requests.map(\.method) == [.options])
        try server.answer()
        let setUp = try server.answer()
        #expect(setUp.map(\.method) == [.setup])
        let record = try server.answer(
            .ok,
            ("Session", "1"),
            ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record")
        )
        #expect(record.map(\.method) == [.record])
        return server
    }

    private func settled() throws -> RTSPFanOut {
        let fanOut = settledFanOut(try TestTracks.h264())
        fanOut.consume(TestTracks.picture(0, isKeyframe: true))
        return fanOut
    }

    @Test("A server that agrees to RECORD is sent the stream from the next keyframe on")
    func record() throws {
        let fanOut = try settled()
        let server = try publisher(fanOut)
        fanOut.consume(TestTracks.picture(1, isKeyframe: false))
        server.loop.run()
        #expect(try server.received().frames.isEmpty)
        try server.channel.writeInbound(ByteBuffer(string: "RTSP/1.0 200 OK\r\n\r\n"))
        fanOut.consume(TestTracks.picture(2, isKeyframe: false))
        fanOut.consume(TestTracks.picture(3, isKeyframe: true))
        fanOut.consume(TestTracks.picture(4, isKeyframe: false))
        server.loop.run()
        let numbers = try server.received().sequenceNumbers
        let first = try #require(numbers.first)
        // Parameter sets and a picture, and another picture.
        #expect(numbers == [first, first &+ 1, first &+ 2])
        #expect(client.log == ["ready"])
        server.channel.pipeline.fireUserInboundEventTriggered(PeerConnection.Event.end)
        fanOut.consume(TestTracks.picture(3, isKeyframe: true))
        server.loop.run()
        #expect(try server.received().frames.isEmpty)
    }

    @Test("A stream that changed meanwhile is not what was announced: the connection ends")
    func changed() throws {
        let fanOut = try settled()
        let server = try publisher(fanOut)
        fanOut.consume(TestTracks.aac())
        try server.channel.writeInbound(ByteBuffer(string: "RTSP/1.0 200 OK\r\n\r\n"))
        #expect(client.log == ["ready", "failed: the stream has changed"])
        #expect(server.isClosed)
    }

    @Test("Tracks that change while it runs end it")
    func changedLater() throws {
        let fanOut = try settled()
        let server = try publisher(fanOut)
        try server.channel.writeInbound(ByteBuffer(string: "RTSP/1.0 200 OK\r\n\r\n"))
        fanOut.consume(MediaTrack(id: .init(9), codec: .flac))
        server.loop.run()
        #expect(client.log == ["ready"])
        fanOut.consume(TestTracks.aac())
        #expect(server.isClosed)
        #expect(client.log == ["ready", "stopped"])
    }

    @Test("Handler and delegate are free when the connection is gone")
    func memory() throws {
        weak var freedClient: Client?
        weak var freedHandler: RTSPClientHandler?
        do {
            let client = Client()
            let fanOut = try settled()
            let offer = try #require(fanOut.offer(at: .now()))
            let server = try ServerPart(try session(.record(offer.description)), .record(fanOut, offer), client)
            #expect(!(try server.received().isEmpty))
            try server.answer()
            try server.answer()
            try server.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
            try server.answer()
            #expect(client.log == ["ready"])
            freedHandler = try server.channel.pipeline.syncOperations.handler(type: RTSPClientHandler.self)
            freedClient = client
            #expect(freedHandler != nil)
            try server.channel.close().wait()
            server.loop.run()
        }
        #expect(freedHandler == nil)
        #expect(freedClient == nil)
    }
}
