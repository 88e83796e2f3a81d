import Media
import NIOCore
import NetworkAddress
import Testing

@testable import RTSP

@Suite("RTSP server session: what is refused, and how")
struct ServerRefusalTests {
    private static let undecided = ServerPhase.allCases.filter { !ServerPhase.deciding.contains($0) && $0 != .closed }

    @Test("Without CSeq, or with one that is no number, a request is bad", arguments: undecided)
    func sequence(_ phase: ServerPhase) {
        var session = makeServer(phase)
        for headers in [RTSPHeaders(), headers(("CSeq", "x"))] {
            let actions = session.requestReceived(RTSPRequest(.options, "*", headers: headers), at: .zero)
            #expect(actions.statuses == [.badRequest])
            #expect(actions.responses[0].headers.cSeq == nil)
        }
        #expect(!session.isClosed)
    }

    @Test("Clients of RFC 7826 are told to speak the older version", arguments: undecided)
    func version(_ phase: ServerPhase) {
        var session = makeServer(phase)
        var options = request(.options)
        options.version = .v2
        let actions = session.requestReceived(options, at: .zero)
        #expect(actions.statuses == [.versionNotSupported])
        #expect(actions.responses[0].version == .v1)
        #expect(actions.responses[0].headers.cSeq == 7)
    }

    @Test("Unknown methods are not implemented", arguments: ["REDIRECT", "PLAY_NOTIFY", "options", "X"])
    func unknownMethod(_ name: String) {
        for phase in Self.undecided {
            var session = makeServer(phase)
            let actions = session.requestReceived(request(RTSPMethod(rawValue: name)), at: .zero)
            #expect(actions.statuses == [.notImplemented])
            #expect(actions.header(.public)?.contains("DESCRIBE") == true)
        }
    }

    @Test("Options that must be supported are not")
    func required() {
        var session = makeServer()
        let actions = session.requestReceived(
            request(.describe, stadium, ("Require", "www.onvif.org/ver20/backchannel, x"), ("Proxy-Require", "y")),
            at: .zero
        )
        #expect(actions.statuses == [.optionNotSupported])
        #expect(actions.header(.unsupported) == "www.onvif.org/ver20/backchannel, x, y")
        #expect(session.requestReceived(request(.options, "*", ("Require", "")), at: .zero).statuses == [.ok])
    }

    @Test(
        "Methods in the wrong state, each by its own word",
        arguments: [
            (.open, [.play, .pause, .record, .teardown]), (.described, [.play, .pause, .record, .teardown]),
            (.announced, [.play, .pause, .record, .teardown, .describe]), (.ready, [.record, .announce]),
            (.playing, [.record, .announce, .setup]), (.readyToRecord, [.play, .announce, .describe]),
            (.recording, [.play, .announce, .describe, .setup]),
        ] as [(ServerPhase, [RTSPMethod])]
    )
    func wrongState(_ phase: ServerPhase, _ methods: [RTSPMethod]) {
        for method in methods {
            var session = makeServer(phase)
            let body = method == .announce ? announcement : ""
            let actions = session.requestReceived(request(method, stadium, tcpTransport, body: body), at: .zero)
            #expect(actions.statuses == [.methodNotValidInThisState], "\(method)")
            #expect(actions.others == [], "\(method)")
        }
    }

    @Test(
        "Repeated methods are no mistake",
        arguments: [
            (.playing, .play), (.recording, .record), (.ready, .pause), (.playing, .describe), (.ready, .describe),
            (.playing, .options), (.playing, .getParameter), (.recording, .setParameter),
        ] as [(ServerPhase, RTSPMethod)]
    )
    func repeated(_ phase: ServerPhase, _ method: RTSPMethod) {
        var session = makeServer(phase)
        let actions = session.requestReceived(request(method), at: .zero)
        #expect(actions.statuses == [.ok])
        #expect(actions.others == [])
    }

    @Test("A session that is not this connection's is not found")
    func foreignSession() {
        let methods: [RTSPMethod] = [.setup, .play, .pause, .record, .teardown, .getParameter, .setParameter]
        for phase in Self.undecided {
            for method in methods {
                for id in ["0123456789abcdef", " ", "x;timeout=1"] {
                    var session = makeServer(phase)
                    let actions = session.requestReceived(
                        request(method, stadium, ("Session", id), tcpTransport),
                        at: .zero
                    )
                    // Where there is no session, an empty name is that of none.
                    guard !(id == " " && session.setup == nil) else { continue }
                    #expect(actions.statuses == [.sessionNotFound], "\(phase) \(method)")
                    #expect(actions.header(.session) == nil)
                }
            }
        }
    }

    @Test("The session's own name is found, with or without its timeout")
    func ownSession() throws {
        var session = makeServer(.ready)
        let id = try #require(session.setup?.id)
        #expect(id.utf8.count == 16)
        for text in [id, "\(id);timeout=60"] {
            let actions = session.requestReceived(request(.getParameter, stadium, ("session", text)), at: .zero)
            #expect(actions.statuses == [.ok])
            #expect(actions.header(.session) == "\(id);timeout=60")
        }
    }

    @Test("Parameters are not understood, only their absence is")
    func parameters() {
        var session = makeServer(.playing)
        for method in [RTSPMethod.getParameter, .setParameter] {
            let actions = session.requestReceived(request(method, body: "volume\r\n"), at: .zero)
            #expect(actions.statuses == [.parameterNotUnderstood])
        }
    }

    @Test(
        "Paths that are none",
        arguments: [
            ("rtsp://h/stadium/../studio", .badRequest), ("rtsp://h/stadium/%2e%2e/studio", .badRequest),
            ("rtsp://h/stadium//studio", .badRequest), ("rtsp://h/stadium/studio?token=1", .badRequest),
            ("*", .badRequest),
            ("rtsp://h/stadium", .notFound), ("rtsp://h/", .notFound), ("rtsp://h/a/b/c/d", .notFound),
        ] as [(String, RTSPStatus)]
    )
    func paths(_ uri: String, _ status: RTSPStatus) {
        for method in [RTSPMethod.describe, .announce, .setup, .play, .pause, .record, .teardown] {
            for phase in [ServerPhase.open, .described, .ready, .playing, .recording] {
                var session = makeServer(phase)
                let actions = session.requestReceived(request(method, uri, tcpTransport, body: announcement), at: .zero)
                #expect(actions.statuses == [status], "\(method) \(phase)")
                #expect(actions.others == [])
            }
        }
    }

    @Test("Another stream than the one that runs is not found", arguments: [RTSPMethod.play, .pause, .teardown])
    func otherStream(_ method: RTSPMethod) {
        var session = makeServer(.playing)
        #expect(session.requestReceived(request(method, "rtsp://h/stadium/other"), at: .zero).statuses == [.notFound])
        #expect(session.requestReceived(request(method, stadium + "/trackID=1"), at: .zero).statuses != [.notFound])
    }

    @Test(
        "Transports that cannot be had",
        arguments: [
            (nil, .badRequest), ("", .unsupportedTransport), ("RTP/AVP;multicast", .unsupportedTransport),
            ("RTP/AVP;unicast", .unsupportedTransport), ("RTP/SAVP;unicast;client_port=1-2", .unsupportedTransport),
            ("RTP/AVP;client_port=0-1", .unsupportedTransport),
            ("RTP/AVP;unicast;client_port=5000-5001;destination=192.0.2.2", .destinationProhibited),
            ("RTP/AVP;unicast;client_port=5000-5001;source=192.0.2.2", .destinationProhibited),
            ("RTP/AVP;unicast;client_port=5000-5001;destination=name", .destinationProhibited),
            ("RTP/AVP/TCP;destination=192.0.2.2", .destinationProhibited),
            ("RTP/AVP;client_port=5000-5001;destination=1.1.1.1,RTP/AVP;multicast", .destinationProhibited),
        ] as [(String?, RTSPStatus)]
    )
    func transports(_ transport: String?, _ status: RTSPStatus) {
        var session = makeServer(.described)
        var setup = request(.setup, stadium + "/trackID=0")
        setup.headers[.transport] = transport
        let actions = session.requestReceived(setup, at: .zero)
        #expect(actions.statuses == [status])
        #expect(actions.others == [])
    }

    @Test("The client's own address may be named, and a later alternative taken")
    func ownAddress() {
        let transport = "RTP/AVP;client_port=5000-5001;destination=192.0.2.1;source=192.0.2.1"
        var session = makeServer(.described)
        let own = request(.setup, stadium + "/trackID=0", ("Transport", transport))
        #expect(session.requestReceived(own, at: .zero) == [.openPorts(track: 0)])
        session = makeServer(.described, peer: nil)
        #expect(session.requestReceived(own, at: .zero).statuses == [.destinationProhibited])
        session = makeServer(.described, allowsUDP: false)
        #expect(session.requestReceived(own, at: .zero).statuses == [.unsupportedTransport])
        let either = request(.setup, stadium + "/trackID=0", ("Transport", transport + ",RTP/AVP/TCP;interleaved=0-1"))
        #expect(session.requestReceived(either, at: .zero).header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1")
    }

    @Test(
        "Tracks that there are not",
        arguments: ["/trackID=2", "/trackID=-1", "/trackID=", "/trackID=99999999999", "/x", "/trackID=00"]
    )
    func tracks(_ tail: String) {
        var session = makeServer(.described)
        #expect(
            session.requestReceived(request(.setup, stadium + tail, tcpTransport), at: .zero).statuses == [.notFound]
        )
    }

    @Test("A client that takes no description gets none")
    func accept() {
        for (value, isAccepted) in [
            ("text/plain", false), ("application/rtsl, application/sdp;level=-2", true), ("*/*", true),
        ] {
            var session = makeServer()
            let actions = session.requestReceived(request(.describe, stadium, ("Accept", value)), at: .zero)
            #expect(actions.statuses == (isAccepted ? [] : [.notAcceptable]))
        }
    }

    @Test("The owner's refusals have a code and a sentence", arguments: Refusal.allCases)
    func refusals(_ refusal: Refusal) {
        for phase in ServerPhase.deciding {
            var session = makeServer(phase)
            let actions = session.refuse(refusal, at: .zero)
            #expect(actions.statuses == [RefusalAnswer.status(refusal)])
            #expect(actions.responses[0].reason == RefusalAnswer.sentence(refusal))
            #expect(actions.others == [])
            #expect((actions.header(.allow) != nil) == (refusal == .wrongDirection))
            #expect(!session.isClosed)
        }
        for phase in [ServerPhase.playing, .recording, .ready, .announced] {
            var session = makeServer(phase)
            #expect(session.refuse(refusal, at: .zero) == [.ended, .close(.refused(refusal))])
        }
    }

    @Test("After a refusal the session is where it was")
    func afterRefusal() {
        var session = makeServer(.openingPorts)
        #expect(session.refuse(.unsupportedTransport, at: .zero).statuses == [.unsupportedTransport])
        let again = session.requestReceived(request(.setup, stadium + "/trackID=0", tcpTransport), at: .zero)
        #expect(again.statuses == [.ok])
        session = makeServer(.startingPlay)
        #expect(session.refuse(.tooManyReceivers, at: .zero).statuses == [.serviceUnavailable])
        #expect(session.requestReceived(request(.play), at: .zero).count == 1)
        session = makeServer(.decidingPlay)
        #expect(session.refuse(.notFound, at: .zero).statuses == [.notFound])
        #expect(session.requestReceived(request(.describe), at: .zero).statuses == [])
    }

    @Test("What is asked for anew makes an end of what was granted")
    func replaced() {
        var session = makeServer(.described)
        let other = request(.describe, "rtsp://gateway/stadium/other")
        let access = RTSPAccessRequest(role: .play, path: RTSPPath(flow: "stadium", name: "other"))
        #expect(session.requestReceived(other, at: .zero) == [.ended, .decideAccess(access)])
        session = makeServer(.ready)
        #expect(session.requestReceived(other, at: .zero).statuses == [.methodNotValidInThisState])
        let setup = request(.setup, "rtsp://gateway/stadium/other/trackID=0", tcpTransport)
        #expect(session.requestReceived(setup, at: .zero).statuses == [.methodNotValidInThisState])
    }
}
