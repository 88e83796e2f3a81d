import Media
import Testing

@testable import RTSP

@Suite("RTSP client session: signs of life, challenges, redirects")
struct ClientKeepAliveTests {
    private static let user = RTSPCredentials(username: "user", password: "pw")

    @Test(
        "At half the time that the server gives, by what it knows",
        arguments: [
            ("1;timeout=40", "OPTIONS, GET_PARAMETER", 20, .getParameter),
            ("1;timeout=40", "OPTIONS, PLAY", 20, .options),
            ("1", "options, get_parameter", 30, .getParameter), ("1;timeout=0", "", 30, .options),
            ("1;timeout=1", "", 1, .options), ("1;timeout=4294967295", "", 30, .options),
        ] as [(String, String, Double, RTSPMethod)]
    )
    func interval(_ text: String, _ publicMethods: String, _ seconds: Double, _ method: RTSPMethod) throws {
        var play = try ClientPlay()
        play.start(session: text, publicMethods: publicMethods)
        #expect(play.session.packetReceived(channel: 0, at: .zero) != nil)
        #expect(play.session.nextDeadline == .seconds(seconds))
        play.pass(to: .seconds(seconds - 0.1))
        #expect(play.actions == [])
        play.session.mediaReceived(at: .seconds(seconds))
        play.pass(to: .seconds(seconds))
        #expect(play.actions.methods == [method])
        #expect(play.actions.header(.session) == "1")
        #expect(play.actions.requests[0].uri == camera + "/")
        play.answer(at: .seconds(seconds))
        #expect(play.actions == [])
        #expect(play.session.nextDeadline == .seconds(seconds * 2))
    }

    @Test("A server that does not answer them, or does not know them, is not given up")
    func tolerant() throws {
        var play = try ClientPlay()
        play.start()
        for time in [20.0, 40] {
            play.session.mediaReceived(at: .seconds(time))
            play.pass(to: .seconds(time))
            #expect(play.actions.methods == [.getParameter])
        }
        play.answer(.notImplemented, at: .seconds(41))
        #expect(play.actions == [])
        play.session.mediaReceived(at: .seconds(60))
        play.pass(to: .seconds(60))
        #expect(play.actions.methods == [.options])
    }

    @Test("What is told late of packets over UDP makes the silence no longer")
    func toldLate() throws {
        var play = try ClientPlay()
        play.start(session: "1;timeout=600")
        #expect(play.session.packetReceived(channel: 0, at: .seconds(20)) != nil)
        play.session.mediaReceived(at: .seconds(10))
        play.pass(to: .seconds(49))
        #expect(play.actions.failure == nil)
    }

    @Test("A session that the server does not know any more has failed")
    func lost() throws {
        var play = try ClientPlay()
        play.start()
        play.pass(to: .seconds(20))
        play.answer(.sessionNotFound)
        #expect(play.actions.failure == RTSPClientFailure(.refused(.sessionNotFound), .media))
    }

    @Test("A nonce that grew old while the stream ran is replaced")
    func staleKeepAlive() throws {
        var play = try ClientPlay(credentials: Self.user)
        play.start()
        play.pass(to: .seconds(20))
        play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n2\", stale=true"))
        #expect(play.actions.methods == [.getParameter])
        #expect(play.actions.header(.authorization)?.contains("nonce=\"n2\"") == true)
        play.answer()
        #expect(play.session.isRunning)
    }

    @Test("A request is proved once to each challenge, and what it carries stays")
    func proof() throws {
        var play = try ClientPlay(credentials: Self.user)
        play.connect()
        play.answer()
        play.answer(
            .unauthorized,
            ("WWW-Authenticate", "Basic realm=\"r\""),
            ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\"")
        )
        #expect(play.actions.methods == [.describe])
        #expect(play.actions.header(.accept) == "application/sdp")
        #expect(play.actions.header(.authorization)?.hasPrefix("Digest username=\"user\"") == true)
        #expect(play.actions.requests[0].headers.cSeq == 3)
        #expect(play.actions.requests[0].headers.fields.count == 4)
        play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"m\""))
        #expect(play.actions == [.failed(RTSPClientFailure(.unauthorized, .describe))])
    }

    @Test("A stale nonce is another try, a few times")
    func stale() throws {
        var play = try ClientPlay(credentials: Self.user)
        play.connect()
        play.answer()
        for _ in 0..<3 {
            play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", stale=TRUE"))
            #expect(play.actions.methods == [.describe])
        }
        play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", stale=TRUE"))
        #expect(play.actions.failure?.kind == .unauthorized)
    }

    @Test("A camera that changes its nonce for every request is followed")
    func changingNonce() throws {
        var play = try ClientPlay(credentials: Self.user)
        play.connect()
        play.answer()
        play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"1\""))
        play.answer(.ok, body: cameraDescription)
        play.choose([0])
        #expect(play.actions.header(.authorization)?.contains("nonce=\"1\"") == true)
        play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"2\""))
        #expect(play.actions.methods == [.setup])
        #expect(play.actions.header(.authorization)?.contains("nonce=\"2\"") == true)
        #expect(play.actions.header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1")
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;interleaved=0-1"))
        #expect(play.actions.methods == [.play])
    }

    @Test("Without credentials, or a challenge that is of use, there is no proof")
    func noProof() throws {
        var play = try ClientPlay()
        play.connect()
        play.answer()
        play.answer(.unauthorized, ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\""))
        #expect(play.actions == [.failed(RTSPClientFailure(.unauthorized, .describe))])
        play = try ClientPlay(credentials: Self.user)
        play.connect()
        play.answer()
        play.answer(.unauthorized, ("WWW-Authenticate", "Negotiate"))
        #expect(play.actions.failure?.kind == .unauthorized)
    }

    @Test(
        "Redirects are followed to a new connection, without anybody else's credentials",
        arguments: [301, 302, 303, 305, 307, 308] as [UInt16]
    )
    func redirect(_ code: UInt16) throws {
        var play = try ClientPlay(credentials: Self.user)
        play.connect()
        play.answer()
        play.answer(RTSPStatus(rawValue: code), ("Location", "rtsp://x:y@other:8554/new"))
        #expect(play.actions == [.reconnect(try RTSPURL(parsing: "rtsp://other:8554/new"))])
        play.connect()
        #expect(play.actions.requests.map(\.uri) == ["rtsp://other:8554/new"])
        #expect(play.actions.header(.authorization) == nil)
        play.answer()
        // The password itself does not go to another server.
        play.answer(.unauthorized, ("WWW-Authenticate", "Basic realm=\"r\""))
        #expect(play.actions.failure?.kind == .unauthorized)
    }

    @Test("A redirect of a session that was set up tears it down")
    func redirectLate() throws {
        var play = try ClientPlay()
        play.describe()
        play.choose([0])
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;interleaved=0-1"))
        play.answer(.movedTemporarily, ("Location", "rtsp://other/"))
        #expect(play.actions.methods == [.teardown])
        #expect(play.actions.last == .reconnect(try RTSPURL(parsing: "rtsp://other/")))
        play.connect()
        #expect(play.actions.header(.session) == nil)
    }

    @Test("Redirects end after five, and begin anew once something played")
    func redirectLimit() throws {
        var play = try ClientPlay()
        func redirect(times: Int) {
            for number in 0..<times {
                play.connect()
                play.answer(.movedTemporarily, ("Location", "rtsp://camera/\(number)"))
                #expect(play.actions.count == 1)
                #expect(play.actions.failure == nil)
            }
        }
        redirect(times: 5)
        play.start()
        play.ask(request(.redirect, camera, ("Location", camera)))
        redirect(times: 4)
        play.connect()
        play.answer(.movedTemporarily, ("Location", camera))
        #expect(play.actions.failure == RTSPClientFailure(.tooManyRedirects, .options))
    }

    @Test("A redirect to nowhere fails", arguments: [nil, "", "/path", "http://h/", "rtsp://"] as [String?])
    func redirectNowhere(_ location: String?) throws {
        var play = try ClientPlay()
        play.connect()
        if let location {
            play.answer(.movedTemporarily, ("Location", location))
        } else {
            play.answer(.movedTemporarily)
        }
        #expect(play.actions.failure == RTSPClientFailure(.malformedResponse, .options))
    }

    @Test("From an encrypted connection no redirect leads to one that is not; the other way round is fine")
    func encryption() throws {
        var play = try ClientPlay(.play, "rtsps://camera/a")
        play.connect()
        play.answer(.movedTemporarily, ("Location", "rtsp://camera/a"))
        #expect(play.actions.failure == RTSPClientFailure(.insecureRedirect, .options))
        play = try ClientPlay(transport: .automatic)
        play.connect()
        play.answer(.movedTemporarily, ("Location", "rtsps://camera/a"))
        play.describe()
        play.choose()
        #expect(play.actions.header(.transport)?.hasPrefix("RTP/AVP/TCP") == true)
    }
}
