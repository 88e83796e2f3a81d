import Media
import NIOCore
import Testing

@testable import RTSP

@Suite("RTSP client session: playing")
struct ClientPlayTests {
    @Test("From OPTIONS to PLAY over TCP, every request with the next number")
    func tcp() throws {
        var play = try ClientPlay()
        play.connect()
        #expect(play.actions.methods == [.options])
        play.answer(.ok, ("Public", "OPTIONS, DESCRIBE"))
        #expect(play.actions.methods == [.describe])
        #expect(play.actions.header(.accept) == "application/sdp")
        play.answer(.ok, ("Content-Base", camera + "/"), body: cameraDescription)
        #expect(play.actions == [.chooseTracks(try description(cameraDescription))])
        play.choose([0, 1])
        #expect(play.actions.requests.map(\.uri) == [camera + "/trackID=1"])
        #expect(play.actions.header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1")
        #expect(play.actions.header(.session) == nil)
        play.answer(
            .ok,
            ("Session", "ab cd"),
            ("session", "x"),
            ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=     D93FF")
        )
        let first = RTSPClientTrack(index: 0, transport: .interleaved(RTPChannelPair(rtp: 0, rtcp: 1)), ssrc: 0xD93FF)
        #expect(play.actions.others == [.setUp(first)])
        #expect(play.actions.requests.map(\.uri) == [camera + "/trackID=2"])
        play.answer(.ok, ("Session", "1234"), ("Transport", "RTP/AVP/TCP;interleaved=6-7"))
        #expect(play.actions.requests.map(\.uri) == [camera + "/"])
        #expect(play.actions.methods == [.play])
        #expect(play.actions.header(.session) == "1234")
        #expect(play.actions.header(.range) == "npt=0.000-")
        play.answer(.ok, ("RTP-Info", "url=\(camera)/trackID=2;seq=5;rtptime=6,url=trackID=1;seq=7"))
        var started = [first, RTSPClientTrack(index: 1, transport: .interleaved(RTPChannelPair(rtp: 6, rtcp: 7)))]
        started[0].sequenceNumber = 7
        (started[1].sequenceNumber, started[1].timestamp) = (5, 6)
        #expect(play.actions == [.started(started)])
        #expect(play.sent.map(\.headers.cSeq) == [1, 2, 3, 4, 5])
        #expect(play.session.packetReceived(channel: 6, at: .zero) == RTSPPacketTarget(track: 1, isControl: false))
        #expect(play.session.packetReceived(channel: 1, at: .zero) == RTSPPacketTarget(track: 0, isControl: true))
        #expect(play.session.packetReceived(channel: 2, at: .zero) == nil)
    }

    @Test("From SETUP to PLAY over UDP")
    func udp() throws {
        var play = try ClientPlay(transport: .udp)
        play.describe()
        play.choose([0])
        #expect(play.actions == [.openPorts(track: 0)])
        play.open(7_000)
        #expect(play.actions.header(.transport) == "RTP/AVP;unicast;client_port=7000-7001")
        play.answer(
            .ok,
            ("Session", "1;timeout=60"),
            ("Transport", "RTP/AVP/UDP;unicast;client_port=7000-7001;server_port=8000-8001")
        )
        let transport = RTSPTrackTransport.udp(
            own: RTPPortPair(rtp: 7_000, rtcp: 7_001),
            peer: RTPPortPair(rtp: 8_000, rtcp: 8_001)
        )
        #expect(play.actions.others == [.setUp(RTSPClientTrack(index: 0, transport: transport))])
        play.answer()
        #expect(play.actions == [.started([RTSPClientTrack(index: 0, transport: transport)])])
    }

    @Test("Credentials of the address go into no request but as a proof")
    func credentials() throws {
        var play = try ClientPlay(.play, "rtsp://user:secret@camera/stream")
        play.connect()
        #expect(play.sent[0].uri == camera)
        #expect(!String(decoding: play.sent[0].bytes, as: UTF8.self).contains("secret"))
        play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\""))
        #expect(play.actions.methods == [.options])
        #expect(play.actions.header(.authorization)?.contains("username=\"user\"") == true)
        #expect(!"\(play.actions)".contains("secret"))
    }

    @Test(
        "OPTIONS may fail",
        arguments: [RTSPStatus.notFound, .methodNotAllowed, .notImplemented, .badRequest, .unauthorized]
    )
    func optionsFail(_ status: RTSPStatus) throws {
        var play = try ClientPlay()
        play.connect()
        play.answer(status)
        #expect(play.actions.methods == [.describe])
    }

    @Test(
        "A description that is of no use",
        arguments: [
            ("", .malformedDescription), ("<html>", .malformedDescription), ("v=0\n", .noTracks),
            ("m=x\n", .malformedDescription),
        ]
            as [(String, RTSPClientFailure.Kind)]
    )
    func descriptions(_ body: String, _ kind: RTSPClientFailure.Kind) throws {
        var play = try ClientPlay()
        play.connect()
        play.answer()
        play.answer(.ok, body: body)
        #expect(play.actions == [.failed(RTSPClientFailure(kind, .describe))])
        #expect(play.session.isFinished)
    }

    @Test(
        "Tracks that there are not are not chosen, and none is a failure",
        arguments: [[], [3], [-1, .max]] as [[Int]]
    )
    func noTracks(_ indices: [Int]) throws {
        var play = try ClientPlay()
        play.describe()
        play.choose(indices)
        #expect(play.actions == [.failed(RTSPClientFailure(.noTracks, .describe))])
    }

    @Test("Each track is set up once")
    func twice() throws {
        var play = try ClientPlay()
        play.describe()
        play.choose([1, 1, 7])
        #expect(play.sent.last?.uri == camera + "/trackID=2")
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;interleaved=0-1"))
        #expect(play.actions.methods == [.play])
    }

    @Test("A server that does not answer in 10 seconds has failed", arguments: 0..<4)
    func silence(_ answers: Int) throws {
        var play = try ClientPlay()
        play.connect(at: .seconds(1))
        if answers > 0 { play.answer(at: .seconds(1)) }
        if answers > 1 {
            play.answer(.ok, body: cameraDescription, at: .seconds(1))
            #expect(play.session.nextDeadline == nil)
            play.choose([0], at: .seconds(1))
        }
        if answers > 2 {
            play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;interleaved=0-1"), at: .seconds(1))
        }
        #expect(play.session.nextDeadline == .seconds(11))
        play.pass(to: .seconds(10.9))
        #expect(play.actions == [])
        play.pass(to: .seconds(11))
        let step = [RTSPClientFailure.Step.options, .describe, .setup, .play][answers]
        #expect(play.actions == [.failed(RTSPClientFailure(.timeout, step))])
    }

    @Test(
        "Refusals name the step and the code",
        arguments: [RTSPStatus.notFound, .forbidden, .serviceUnavailable, RTSPStatus(rawValue: 599)]
    )
    func refused(_ status: RTSPStatus) throws {
        var play = try ClientPlay()
        play.describe()
        play.choose()
        play.answer(status)
        #expect(play.actions == [.failed(RTSPClientFailure(.refused(status), .setup))])
    }

    @Test("What a server says beside the answers is passed over")
    func strayResponses() throws {
        var play = try ClientPlay()
        play.connect()
        for (status, cSeq) in [(RTSPStatus(rawValue: 100), 1), (.ok, 99), (.notFound, 0)] as [(RTSPStatus, UInt32)] {
            var headers = RTSPHeaders()
            headers.cSeq = cSeq
            #expect(play.session.responseReceived(RTSPResponse(status, headers: headers), at: .zero) == [])
        }
        // Without a number it is the answer.
        #expect(play.session.responseReceived(RTSPResponse(.ok), at: .zero).methods == [.describe])
    }

    @Test(
        "A response without what matters fails",
        arguments: [[], [("Transport", "x")], [("Transport", "")]] as [[(String, String)]]
    )
    func incomplete(_ fields: [(String, String)]) throws {
        var play = try ClientPlay()
        play.describe()
        play.choose()
        if let field = fields.first { play.answer(.ok, field) } else { play.answer() }
        #expect(play.actions.failure == RTSPClientFailure(.malformedResponse, .setup))
    }

    @Test("Packets may come before the answer to PLAY")
    func earlyPackets() throws {
        var play = try ClientPlay()
        play.describe()
        #expect(play.session.packetReceived(channel: 0, at: .zero) == nil)
        play.choose([0])
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;interleaved=0-1"))
        #expect(play.session.packetReceived(channel: 0, at: .zero) != nil)
        play.answer()
        #expect(play.session.isRunning)
    }

    @Test("Ending in good order tears down what there is")
    func finish() throws {
        var play = try ClientPlay()
        play.start()
        let actions = play.session.finish()
        #expect(actions.methods == [.teardown])
        #expect(actions.header(.session) == "12345678")
        #expect(play.session.finish() == [])
        var early = try ClientPlay()
        early.connect()
        #expect(early.session.finish() == [])
        #expect(early.session.isFinished)
    }

    @Test("A connection that goes is a failure")
    func closed() throws {
        var play = try ClientPlay()
        play.start()
        #expect(play.session.connectionClosed() == [.failed(RTSPClientFailure(.connectionClosed, .media))])
        #expect(play.session.connectionClosed() == [])
        play = try ClientPlay()
        play.connect()
        #expect(play.session.decodingFailed(.notRTSP) == [.failed(RTSPClientFailure(.malformed(.notRTSP), .options))])
    }

    @Test("After the end nothing happens any more")
    func afterTheEnd() throws {
        var play = try ClientPlay()
        play.start()
        _ = play.session.finish()
        play.connect()
        #expect(play.actions == [])
        play.answer()
        #expect(play.actions == [])
        play.choose()
        #expect(play.actions == [])
        play.open(1_000)
        #expect(play.actions == [])
        play.pass(to: .seconds(10_000))
        #expect(play.actions == [])
        play.fallBack()
        #expect(play.actions == [])
        play.ask(request(.options))
        #expect(play.actions == [])
        #expect(play.session.decodingFailed(.notRTSP) == [])
        #expect(play.session.nextDeadline == nil)
    }

    @Test("Every failure is told in words of ours")
    func words() {
        let kinds: [RTSPClientFailure.Kind] = [
            .refused(.notFound), .unauthorized, .timeout, .connectionClosed, .malformed(.lineTooLong),
            .malformedResponse,
            .malformedDescription, .noTracks, .unsupportedTransport, .tooManyRedirects, .insecureRedirect,
        ]
        let texts = kinds.map { RTSPClientFailure($0, .describe).description }
        #expect(Set(texts).count == kinds.count)
        #expect(texts[0] == "describe: the server answers 404 Not Found")
    }
}
