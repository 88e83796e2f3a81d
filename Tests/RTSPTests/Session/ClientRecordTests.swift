import Media
import NIOCore
import Testing

@testable import RTSP

@Suite("RTSP client session: publishing, and what servers ask")
struct ClientRecordTests {
    private static let url = "rtsp://server/live/a"

    @Test("OPTIONS, ANNOUNCE, SETUP and RECORD")
    func record() throws {
        var play = try ClientPlay(.record(pictureAndSound), Self.url)
        play.connect()
        play.answer(.ok, ("Public", "ANNOUNCE, RECORD"))
        #expect(play.actions.methods == [.announce])
        #expect(play.actions.header(.contentType) == "application/sdp")
        let told = try SessionDescription(parsing: play.actions.requests[0].body)
        #expect(told.media.map(\.control) == ["streamid=0", "streamid=1"])
        #expect(told.media.map(\.stream) == pictureAndSound.media.map(\.stream))
        play.answer()
        #expect(play.actions.requests.map(\.uri) == [Self.url + "/streamid=0"])
        #expect(play.actions.header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record")
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1;mode=receive"))
        #expect(play.actions.requests.map(\.uri) == [Self.url + "/streamid=1"])
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=2-3"))
        #expect(play.actions.methods == [.record])
        #expect(play.actions.requests[0].uri == Self.url)
        play.answer()
        guard case .started(let tracks) = play.actions.first else {
            Issue.record("\(play.actions)")
            return
        }
        #expect(tracks.map(\.index) == [0, 1])
        // A server sends no media back, only reports.
        #expect(play.session.packetReceived(channel: 0, at: .zero) == nil)
        #expect(play.session.packetReceived(channel: 3, at: .zero) == RTSPPacketTarget(track: 1, isControl: true))
        // None is waited for, either.
        #expect(play.session.nextDeadline == .seconds(30))
    }

    @Test("A server that answers no sign of life is gone: over UDP nothing else tells")
    func silentServer() throws {
        var play = try ClientPlay(.record(pictureAndSound), Self.url)
        play.connect()
        for _ in 0..<2 { play.answer() }
        for channels in ["0-1", "2-3"] {
            play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=\(channels)"))
        }
        play.answer()
        play.pass(to: .seconds(30))
        #expect(play.actions.methods == [.options])
        play.answer(at: .seconds(31))
        play.pass(to: .seconds(60))
        #expect(play.actions.methods == [.options])
        play.pass(to: .seconds(90))
        #expect(play.actions == [.failed(RTSPClientFailure(.timeout, .record))])
    }

    @Test("The announcement goes out again with a proof")
    func proof() throws {
        var play = try ClientPlay(
            .record(pictureAndSound),
            Self.url,
            credentials: RTSPCredentials(username: "u", password: "p")
        )
        play.connect()
        play.answer()
        let first = play.sent[1]
        play.answer(
            .unauthorized,
            ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\"")
        )
        let second = try #require(play.actions.requests.first)
        #expect(second.body == first.body)
        #expect(second.headers[.contentType] == "application/sdp")
        #expect(second.headers[.authorization]?.contains("algorithm=SHA-256") == true)
    }

    @Test("Over UDP, and over TCP where that is refused")
    func udp() throws {
        var play = try ClientPlay(.record(pictureAndSound), Self.url, transport: .automatic)
        play.connect()
        play.answer()
        play.answer()
        #expect(play.actions == [.openPorts(track: 0)])
        play.open(7_000)
        #expect(play.actions.header(.transport) == "RTP/AVP;unicast;client_port=7000-7001;mode=record")
        play.answer(.unsupportedTransport)
        #expect(play.actions.header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1;mode=record")
    }

    @Test("Nothing to publish, or too much of it, is a failure", arguments: [0, 9])
    func tracks(_ count: Int) throws {
        let media = Array(repeating: pictureAndSound.media[0], count: count)
        var play = try ClientPlay(.record(SessionDescription(media: media)), Self.url)
        play.connect()
        play.answer()
        #expect(play.actions.failure == RTSPClientFailure(.noTracks, .announce))
    }

    @Test("After a new connection everything is announced again")
    func again() throws {
        var play = try ClientPlay(.record(pictureAndSound), Self.url)
        play.connect()
        play.answer()
        play.answer(.movedTemporarily, ("Location", "rtsp://other/live/a"))
        play.connect()
        play.answer()
        #expect(play.actions.methods == [.announce])
        #expect(play.actions.requests[0].uri == "rtsp://other/live/a")
    }

    @Test(
        "What a server asks is answered",
        arguments: [
            (.options, "", .ok), (.getParameter, "", .ok), (.getParameter, "x", .parameterNotUnderstood),
            (.setParameter, "", .ok),
            (.announce, "v=0\r\n", .ok), (.play, "", .notImplemented),
            (RTSPMethod(rawValue: "PLAY_NOTIFY"), "", .notImplemented),
        ] as [(RTSPMethod, String, RTSPStatus)]
    )
    func serverRequests(_ method: RTSPMethod, _ body: String, _ status: RTSPStatus) throws {
        var play = try ClientPlay()
        play.start()
        play.ask(request(method, "*", ("Session", "12345678"), cSeq: 77, body: body))
        guard case .respond(let response) = play.actions.first, play.actions.count == 1 else {
            Issue.record("\(play.actions)")
            return
        }
        #expect(response.status == status)
        #expect(response.headers.cSeq == 77)
        #expect(response.headers[.session] == "12345678")
        #expect(play.session.isRunning)
    }

    @Test("A server may send its client elsewhere, or end the session")
    func elsewhere() throws {
        var play = try ClientPlay()
        play.start()
        play.ask(request(.redirect, camera, ("Location", "rtsp://other/x")))
        #expect(play.actions.methods == [.teardown])
        #expect(play.actions.last == .reconnect(try RTSPURL(parsing: "rtsp://other/x")))
        play = try ClientPlay()
        play.start()
        play.ask(request(.teardown, camera))
        #expect(play.actions.last == .ended)
        #expect(play.session.isFinished)
        #expect(play.session.connectionClosed() == [])
    }

    @Test("Before there is a connection nothing is answered")
    func disconnected() throws {
        var play = try ClientPlay()
        play.ask(request(.options))
        #expect(play.actions == [])
        play.answer()
        #expect(play.actions == [])
        play.pass(to: .seconds(1_000))
        #expect(play.actions == [])
        #expect(play.session.connectionClosed() == [])
    }
}
