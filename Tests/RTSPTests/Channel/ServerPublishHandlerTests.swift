import Delivery
import Glibc
import Media
import NIOCore
import NIOEmbedded
import RTP
import Synchronization
import Testing

@testable import RTSP

@Suite("RTSP server connection: publishers")
struct ServerPublishHandlerTests {
    private let place = TestPlace()
    private let gate: TestGate
    private let play: ServerPlay

    init() throws {
        gate = TestGate(["studio": place])
        play = try ServerPlay(gate)
    }

    private func sound(_ number: UInt16, _ payload: [UInt8]) -> ByteBuffer {
        rtpPacket(number, timestamp: UInt32(number) * 160, payloadType: 0, payload)
    }

    private var sounds: [[UInt8]] { place.leg.seen.samples.map { Array($0.payload.readableBytesView) } }

    @Test("What is published between RECORD and TEARDOWN goes to the leg, byte by byte, and the place is left")
    func publish() throws {
        try play.record()
        #expect(place.log.all == ["publish", "receives"])
        let payloads = (0..<20).map { [UInt8](repeating: UInt8($0), count: 160) }
        for (number, payload) in payloads.enumerated() { try play.packet(2, sound(UInt16(number), payload)) }
        #expect(sounds == payloads)
        #expect(place.leg.seen.tracks.map(\.codec) == [.g711MuLaw])
        #expect(place.leg.seen.log == ["connected"])
        let answers = try play.ask(.teardown)
        #expect(answers.map(\.status) == [.ok])
        #expect(place.log.all == ["publish", "receives", "leave"])
        #expect(place.leg.seen.log == ["connected", "the publisher closed the connection"])
        try play.packet(2, sound(20, [1]))
        #expect(sounds.count == 20)
        #expect(!play.isClosed)
        // And once more on the same connection.
        try play.record()
        try play.packet(2, sound(30, [1]))
        #expect(sounds.count == 21)
    }

    @Test("Packets may come in pieces, and several with messages in between in one")
    func pieces() throws {
        try play.record()
        var bytes = ByteBuffer()
        for number in 0..<3 as Range<UInt16> {
            InterleavedFrame(channel: 2, payload: sound(number, [UInt8(number)])).write(into: &bytes)
            bytes.writeImmutableBuffer(play.make(.options))
        }
        for byte in bytes.readableBytesView { try play.send(bytes: ByteBuffer(bytes: [byte])) }
        #expect(sounds == [[0], [1], [2]])
        #expect(try play.received().responses.count == 3)
        try play.send(bytes: bytes)
        #expect(try play.received().responses.count == 3)
    }

    @Test("Before RECORD and during PAUSE nothing passes; the leg is told of one peer")
    func paused() throws {
        try play.ask(.announce, stadium, ("Content-Type", "application/sdp"), body: announcement)
        try play.ask(.setup, stadium + "/streamid=1", ("Transport", "RTP/AVP/TCP;unicast;interleaved=2-3"))
        try play.packet(2, sound(0, [0]))
        try play.ask(.record)
        try play.packet(2, sound(1, [1]))
        #expect(try play.ask(.pause).map(\.status) == [.ok])
        try play.packet(2, sound(2, [2]))
        try play.ask(.record)
        try play.packet(2, sound(2, [3]))
        #expect(sounds == [[1], [3]])
        #expect(place.leg.seen.log == ["connected"])
    }

    @Test("A publisher that goes in the middle of a message leaves, and what waited passes on")
    func gone() throws {
        try play.record()
        try play.packet(2, sound(0, [0]))
        try play.packet(2, sound(2, [2]))
        var half = ByteBuffer()
        InterleavedFrame(channel: 2, payload: sound(3, [UInt8](repeating: 3, count: 100))).write(into: &half)
        try play.send(bytes: half.getSlice(at: 0, length: 50) ?? ByteBuffer())
        #expect(sounds == [[0]])
        try play.channel.close().wait()
        #expect(play.isClosed)
        #expect(sounds == [[0], [2]])
        #expect(place.log.all == ["publish", "receives", "leave"])
        #expect(place.leg.seen.log == ["connected", "the publisher closed the connection"])
        #expect(gate.log.all == ["connected", "disconnected"])
    }

    @Test(
        "What is no RTSP, or too much of it, closes with a reason for the log and the leg",
        arguments: [
            ("\u{1}\u{2}\u{3}", "what it sends is malformed: it is not RTSP", []),
            ("GET / HTTP/1.1\r\n\r\n", "what it sends is malformed: it is not RTSP", []),
            (
                "OPTIONS *\r\n\r\n", "what it sends is malformed: the first line of a message is not one of RTSP",
                [.badRequest]
            ),
            (
                "OPTIONS * RTSP/1.0\r\nContent-Length: 999999\r\n\r\n",
                "what it sends is malformed: the body of a message is too large",
                [.requestEntityTooLarge]
            ),
            (
                "OPTIONS * RTSP/1.0\r\nX: " + String(repeating: "x", count: 5_000),
                "what it sends is malformed: a line is too long", [.badRequest]
            ),
            (
                "OPTIONS * RTSP/1.0\r\n" + String(repeating: "X: y\r\n", count: 100),
                "what it sends is malformed: a message has too many header lines", [.badRequest]
            ),
        ] as [(String, String, [RTSPStatus])]
    )
    func garbage(_ bytes: String, _ reason: String, _ statuses: [RTSPStatus]) throws {
        try play.record()
        try play.send(bytes: ByteBuffer(string: bytes))
        #expect(play.isClosed)
        #expect(try play.received().responses.map(\.status) == statuses)
        #expect(place.leg.seen.log == ["connected", reason])
        #expect(place.log.all.last == "leave")
        #expect(gate.log.all == ["connected", reason, "disconnected"])
    }

    @Test("A publisher that is cut, or whose input stops, hears nothing more, and its leg hears why")
    func events() throws {
        for (event, reason) in [
            (PeerConnection.Event.refuse(.overBandwidth), "refused: OverBandwidth"),
            (.end, "the input was stopped"),
        ] {
            let place = TestPlace()
            let play = try ServerPlay(["studio": place])
            try play.record()
            play.channel.pipeline.fireUserInboundEventTriggered(event)
            #expect(play.isClosed)
            #expect(place.leg.seen.log == ["connected", reason])
            #expect(place.log.all == ["publish", "receives", "leave"])
            #expect(play.gate.log.all == ["connected", "disconnected"])
            // After that it is too late.
            play.channel.pipeline.fireUserInboundEventTriggered(event)
            play.loop.run()
            #expect(place.log.all == ["publish", "receives", "leave"])
        }
    }

    @Test("Who announces again lets go of what it had first")
    func announceAgain() throws {
        let other = TestPlace()
        gate.rules.withLock { $0.places["other"] = other }
        for uri in [stadium, "rtsp://gateway/stadium/other"] {
            let answers = try play.ask(.announce, uri, body: announcement)
            #expect(answers.map(\.status) == [.ok])
        }
        #expect(place.log.all == ["publish", "receives", "leave"])
        #expect(other.log.all == ["publish", "receives"])
        // The leg was never told that somebody came.
        #expect(place.leg.seen.log == [])
        try play.channel.close().wait()
        #expect(other.log.all == ["publish", "receives", "leave"])
    }

    @Test(
        "Who is refused is told, and may go on with something else",
        arguments: [
            (.alreadyPublishing, .forbidden), (.wrongDirection, .methodNotAllowed), (.unknownStreamKey, .notFound),
        ] as [(Refusal, RTSPStatus)]
    )
    func refused(_ refusal: Refusal, _ status: RTSPStatus) throws {
        place.refusal.withLock { $0 = refusal }
        #expect(try play.ask(.announce, stadium, body: announcement).map(\.status) == [status])
        #expect(!play.isClosed)
        place.refusal.withLock { $0 = nil }
        try play.record()
        #expect(place.log.all == ["publish", "publish", "receives"])
    }

    @Test("Without a track that is carried nobody publishes; with one, the others are told of")
    func codecs() throws {
        let jpeg = "v=0\nm=video 0 RTP/AVP 26\na=control:streamid=0\n"
        #expect(try play.ask(.announce, stadium, body: jpeg.wire).map(\.status) == [.unsupportedMediaType])
        #expect(place.log.all == ["unsupported JPEG"])
        let both = jpeg + "m=audio 0 RTP/AVP 0\na=sendonly\na=control:streamid=1\n"
        #expect(try play.ask(.announce, stadium, body: both.wire).map(\.status) == [.ok])
        #expect(place.log.all == ["unsupported JPEG", "unsupported JPEG", "publish", "receives"])
    }

    // MARK: UDP

    private func setUpUDP() throws -> TestPorts {
        try play.ask(.announce, stadium, body: announcement)
        let answers = try play.ask(
            .setup,
            stadium + "/streamid=1",
            ("Transport", "RTP/AVP;unicast;client_port=5000-5001")
        )
        #expect(answers.map(\.status) == [.ok])
        return try #require(gate.ports.last)
    }

    private func receive(_ packet: ByteBuffer, on ports: TestPorts) {
        packet.withUnsafeReadableBytes { ports.handler.receive($0, track: ports.track, at: .now()) }
    }

    @Test("Over UDP packets count from RECORD on, and the ports go with the session")
    func udp() throws {
        let ports = try setUpUDP()
        #expect(ports.track == 1)
        #expect(ports.seen.peer == RTPPortPair(rtp: 5_000, rtcp: 5_001))
        receive(sound(0, [0]), on: ports)
        try play.ask(.record)
        receive(sound(1, [1]), on: ports)
        #expect(sounds == [[1]])
        #expect(!ports.seen.isClosed)
        try play.ask(.teardown)
        #expect(ports.seen.isClosed)
    }

    @Test("Ports go on every way out", arguments: ["close", "end", "garbage", "TCP instead"])
    func portsClose(_ way: String) throws {
        let ports = try setUpUDP()
        switch way {
        case "close": try play.channel.close().wait()
        case "end": play.channel.pipeline.fireUserInboundEventTriggered(PeerConnection.Event.end)
        case "garbage": try play.send(bytes: ByteBuffer(bytes: [0]))
        default: try play.ask(.setup, stadium + "/streamid=1", tcpTransport)
        }
        #expect(ports.seen.isClosed)
    }

    @Test("When no port is free the client is told to use TCP, and may")
    func noPorts() throws {
        gate.rules.withLock { $0.hasPorts = false }
        try play.ask(.announce, stadium, body: announcement)
        let answers = try play.ask(.setup, stadium + "/streamid=1", udpTransport)
        #expect(answers.map(\.status) == [.unsupportedTransport])
        #expect(try play.ask(.setup, stadium + "/streamid=1", tcpTransport).map(\.status) == [.ok])
    }

    @Test("Reports go to the publisher, on the track's channel or port")
    func reports() throws {
        try play.record()
        try play.packet(2, sound(0, [0]))
        // The first is due after a second, which the loop's time makes it look for.
        let deadline = MonotonicTime.now().advanced(by: .seconds(30))
        var frames: [InterleavedFrame] = []
        while frames.isEmpty, .now() < deadline {
            usleep(50_000)
            play.loop.advanceTime(by: .seconds(2))
            frames = try play.received().frames
        }
        #expect(Set(frames.map(\.channel)) == [1, 3])
        for frame in frames {
            let packets = try frame.payload.withUnsafeReadableBytes { try RTCPPacket.decode($0) }
            #expect(packets.count == 2)
        }
    }
}
