import Delivery
import Media
import NIOCore
import NIOEmbedded
import RTP
import Synchronization
import Testing

@testable import RTSP

@Suite("RTSP server connection: players")
struct ServerPlayHandlerTests {
    private let fanOut: RTSPFanOut
    private let place: TestPlace
    private let gate: TestGate
    private let play: ServerPlay

    init() throws {
        fanOut = settledFanOut(try TestTracks.h264())
        place = TestPlace(fanOut: fanOut)
        gate = TestGate(["studio": place])
        play = try ServerPlay(gate)
        feed(0, isKeyframe: true)
    }

    private func feed(_ index: Int, isKeyframe: Bool = false, byteCount: Int = 100) {
        fanOut.consume(TestTracks.picture(index, isKeyframe: isKeyframe, byteCount: byteCount))
        play.loop.run()
    }

    /// Pictures among packets, by what they are filled with.
    private func pictures(_ messages: [RTSPMessage]) -> [Int] {
        messages.frames.filter { $0.channel % 2 == 0 }.compactMap { frame in
            frame.payload.readableBytesView.last.map { Int($0 & 0x7F) }
        }.filter { $0 != Int(TestTracks.pictureSet.readableBytesView.last ?? 0) & 0x7F }
    }

    @Test("The answer to PLAY comes before the first packet, and the stream begins with the next keyframe")
    func begins() throws {
        feed(1)
        try play.setUp()
        feed(2)
        let bytes = play.make(.play)
        try play.send(bytes: bytes)
        var messages = try play.received()
        guard case .response(let answer)? = messages.first else {
            Issue.record("the answer does not come first")
            return
        }
        #expect(answer.status == .ok)
        let info = RTPInfoHeader(parsing: answer.headers[.rtpInfo] ?? "").entries
        #expect(info.map(\.url) == [stadium + "/trackID=0"])
        feed(3)
        feed(4, isKeyframe: true)
        feed(5)
        messages += try play.received()
        #expect(pictures(messages) == [4, 5])
        let numbers = messages.sequenceNumbers
        let first = try #require(numbers.first)
        #expect(numbers == (0..<numbers.count).map { first &+ UInt16($0) })
        #expect(place.log.all == ["play"])
        #expect(gate.connections.first?.counters.packets == UInt64(numbers.count))
    }

    @Test("An answer that finds the connection broken ends it, once", arguments: [RTSPMethod.options, .play])
    func breaks(_ method: RTSPMethod) throws {
        try play.setUp()
        try play.channel.pipeline.syncOperations.addHandler(BreakingPipe(), position: .first)
        try play.send(bytes: play.make(method))
        #expect(play.isClosed)
        #expect(gate.log.all == ["connected", "disconnected"])
        let sent = gate.connections.first?.counters.packets
        feed(1, isKeyframe: true)
        #expect(gate.connections.first?.counters.packets == sent)
    }

    @Test("What a client sends is not late while it is not read, and is from when it is")
    func notRead() throws {
        var limits = RTSPSessionLimits()
        limits.message = .zero
        let play = try ServerPlay(gate, limits: limits)
        let log = gate.log.all
        func setWritable(_ isWritable: Bool) {
            play.channel.isWritable = isWritable
            play.channel.pipeline.fireChannelWritabilityChanged()
            play.loop.advanceTime(by: .seconds(1))
        }
        try play.send(bytes: ByteBuffer(string: "OPTIONS "))
        setWritable(false)
        #expect(gate.log.all == log)
        // It was on its way.
        try play.send(bytes: ByteBuffer(string: "rtsp://"))
        play.loop.advanceTime(by: .seconds(1))
        #expect(gate.log.all == log)
        setWritable(true)
        #expect(play.isClosed)
        #expect(gate.log.all == log + ["a message took longer than 0 s", "disconnected"])
    }

    @Test("PAUSE stops it, PLAY goes on, TEARDOWN lets go of the place")
    func pause() throws {
        try play.setUp()
        try play.ask(.play)
        let paused = try play.ask(.pause)
        #expect(paused.map(\.status) == [.ok])
        feed(1, isKeyframe: true)
        #expect(try play.received().isEmpty)
        #expect(place.log.all == ["play"])
        try play.ask(.play)
        feed(2, isKeyframe: true)
        #expect(pictures(try play.received()) == [2])
        #expect(place.log.all == ["play", "play"])
        try play.ask(.teardown)
        feed(3, isKeyframe: true)
        #expect(try play.received().isEmpty)
        #expect(place.log.all == ["play", "play", "leave"])
        #expect(!play.isClosed)
    }

    @Test("What is set up is what is sent, on the channels that the client chose")
    func tracks() throws {
        fanOut.consume(TestTracks.g711())
        feed(0, isKeyframe: true)
        try play.ask(.describe)
        try play.ask(.setup, stadium + "/trackID=1", ("Transport", "RTP/AVP/TCP;unicast;interleaved=10-11"))
        try play.send(bytes: play.make(.play))
        feed(1, isKeyframe: true)
        fanOut.consume(TestTracks.sound(1))
        feed(2)
        let frames = try play.received().frames.filter { $0.channel == 10 }
        #expect(frames.count == 1)
        #expect(frames.first?.payload.readableBytes == RTPHeader.fixedByteCount + 160)
    }

    @Test("A player that is refused is told, and may try again")
    func refused() throws {
        try play.setUp()
        place.refusal.withLock { $0 = .tooManyReceivers }
        #expect(try play.ask(.play).map(\.status) == [.serviceUnavailable])
        feed(1)
        #expect(try play.received().isEmpty)
        place.refusal.withLock { $0 = nil }
        #expect(try play.ask(.play).map(\.status) == [.ok])
    }

    @Test("A stream that changed since it was described is not found, and whoever asked for it goes")
    func changedBeforePlay() throws {
        try play.setUp()
        fanOut.consume(TestTracks.aac())
        #expect(try play.ask(.play).map(\.status) == [.notFound])
        #expect(place.log.all == ["play", "leave"])
        feed(1, isKeyframe: true)
        #expect(try play.received().isEmpty)
        #expect(play.isClosed)
    }

    @Test("Tracks that change end the players; what is not carried does not")
    func changed() throws {
        try play.setUp()
        try play.ask(.play)
        fanOut.consume(MediaTrack(id: .init(3), codec: .ac3))
        #expect(!play.isClosed)
        fanOut.consume(try TestTracks.h264(pictureSet: TestTracks.otherPictureSet))
        #expect(!play.isClosed)
        fanOut.consume(TestTracks.aac())
        #expect(play.isClosed)
        #expect(place.log.all == ["play", "leave"])
        #expect(gate.log.all == ["connected", "disconnected"])
    }

    @Test(
        "A client that goes, is cut, or sends garbage leaves its place",
        arguments: ["close", "end", "refuse", "garbage"]
    )
    func leaves(_ way: String) throws {
        try play.setUp()
        try play.ask(.play)
        switch way {
        case "close": try play.channel.close().wait()
        case "end": play.channel.pipeline.fireUserInboundEventTriggered(PeerConnection.Event.end)
        case "refuse": play.channel.pipeline.fireUserInboundEventTriggered(PeerConnection.Event.refuse(.notInAllowlist))
        default: try play.send(bytes: ByteBuffer(bytes: [0]))
        }
        #expect(play.isClosed)
        #expect(place.log.all == ["play", "leave"])
        feed(1, isKeyframe: true)
        #expect(place.log.all == ["play", "leave"])
        #expect(gate.log.all.last == "disconnected")
    }

    @Test("Requests that were sent while it waited for the stream are obeyed in order, and the stream is sent once")
    func pipelined() throws {
        // Nothing is there yet.
        let empty = settledFanOut()
        let place = TestPlace(fanOut: empty)
        let play = try ServerPlay(["studio": place])
        for bytes in [
            play.make(.describe), play.make(.setup, stadium + "/trackID=0", tcpTransport), play.make(.play),
            play.make(.pause), play.make(.play),
        ] { try play.send(bytes: bytes) }
        #expect(try play.received().isEmpty)
        empty.consume(try TestTracks.h264())
        empty.consume(TestTracks.picture(5, isKeyframe: true))
        play.loop.advanceTime(by: .milliseconds(200))
        let messages = try play.received()
        #expect(messages.responses.map(\.status) == [.ok, .ok, .ok, .ok, .ok])
        empty.consume(TestTracks.picture(6, isKeyframe: true))
        play.loop.run()
        #expect(pictures(try play.received()) == [6])
    }

    @Test("A connection that is not let in is closed without a word, and not counted")
    func notLetIn() throws {
        gate.rules.withLock { $0.isOpen = false }
        let other = try ServerPlay(gate)
        #expect(other.isClosed)
        #expect(try other.received().isEmpty)
        #expect(gate.log.all == ["connected", "connected"])
    }

    @Test("Handler, delegate and place are free when the connection is gone")
    func memory() throws {
        weak var freedGate: TestGate?
        weak var freedPlace: TestPlace?
        weak var freedHandler: RTSPServerHandler?
        do {
            let place = TestPlace(credentials: RTSPCredentials(username: "u", password: "p"), fanOut: fanOut)
            let gate = TestGate(["studio": place, "open": TestPlace(fanOut: fanOut)])
            gate.rules.withLock { $0.delay = .seconds(8) }
            let play = try ServerPlay(gate)
            try play.ask(.describe, "rtsp://gateway/stadium/open")
            try play.ask(.setup, "rtsp://gateway/stadium/open/trackID=0", tcpTransport)
            try play.ask(.play, "rtsp://gateway/stadium/open")
            try play.ask(.teardown, "rtsp://gateway/stadium/open")
            try play.ask(.describe, stadium, ("Authorization", "Basic eDp5"))
            freedHandler = try play.channel.pipeline.syncOperations.handler(type: RTSPServerHandler.self)
            (freedGate, freedPlace) = (gate, place)
            #expect(freedHandler != nil)
            try play.channel.close().wait()
            play.loop.run()
            gate.rules.withLock { $0.connections = [] }
        }
        #expect(freedHandler == nil)
        #expect(freedGate == nil)
        #expect(freedPlace == nil)
    }

    // MARK: UDP

    private func setUpUDP() throws -> TestPorts {
        try play.ask(.describe)
        #expect(try play.ask(.setup, stadium + "/trackID=0", udpTransport).map(\.status) == [.ok])
        return try #require(gate.ports.last)
    }

    private func pictures(_ ports: TestPorts) -> [Int] {
        pictures(ports.seen.packets.map { .interleaved(InterleavedFrame(channel: 0, payload: $0)) })
    }

    @Test("Over UDP a player begins with a report and the next keyframe, and is counted")
    func udp() throws {
        let ports = try setUpUDP()
        #expect(ports.seen.peer == RTPPortPair(rtp: 5_000, rtcp: 5_001))
        #expect(try play.ask(.play).map(\.status) == [.ok])
        #expect(ports.seen.reports == 1)
        feed(1)
        #expect(pictures(ports) == [])
        feed(2, isKeyframe: true)
        feed(3)
        #expect(pictures(ports) == [2, 3])
        let counters = try #require(gate.connections.first).counters
        #expect(counters.packets == UInt64(ports.seen.packets.count))
        #expect(counters.bytes == UInt64(ports.seen.packets.reduce(0) { $0 + $1.readableBytes }))
        try play.ask(.pause)
        feed(4, isKeyframe: true)
        #expect(pictures(ports) == [2, 3])
        #expect(!ports.seen.isClosed)
        try play.ask(.teardown)
        #expect(ports.seen.isClosed)
    }

    @Test("A session half over UDP and half over TCP gets both, and nothing when the stream changed before PLAY")
    func mixed() throws {
        fanOut.consume(TestTracks.g711())
        feed(0, isKeyframe: true)
        let ports = try setUpUDP()
        try play.ask(.setup, stadium + "/trackID=1", ("Transport", "RTP/AVP/TCP;unicast;interleaved=2-3"))
        try play.send(bytes: play.make(.play))
        feed(1, isKeyframe: true)
        fanOut.consume(TestTracks.sound(1))
        play.loop.run()
        #expect(pictures(ports) == [1])
        let messages = try play.received()
        #expect(messages.frames.contains { $0.channel == 2 })
        #expect(!messages.frames.contains { $0.channel == 0 })
        try play.ask(.pause)
        fanOut.consume(TestTracks.aac(3))
        #expect(try play.ask(.play).map(\.status) == [.notFound])
        feed(2, isKeyframe: true)
        #expect(pictures(ports) == [1])
        #expect(try play.received().isEmpty)
    }
}
