import Media
import Testing

@testable import RTSP

@Suite("RTSP client session: UDP and TCP")
struct ClientTransportTests {
    @Test("A server without UDP is asked for TCP on the same connection")
    func refused() throws {
        var play = try ClientPlay(transport: .automatic)
        play.describe()
        play.choose()
        play.open(7_000)
        play.answer(.unsupportedTransport)
        #expect(play.actions.methods == [.setup])
        #expect(play.actions.header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1")
    }

    @Test("Who asked for UDP by name gets nothing else")
    func named() throws {
        var play = try ClientPlay(transport: .udp)
        play.describe()
        play.choose()
        play.open(7_000)
        play.answer(.unsupportedTransport)
        #expect(play.actions.failure == RTSPClientFailure(.refused(.unsupportedTransport), .setup))
        play = try ClientPlay(transport: .udp)
        play.startUDP()
        play.fallBack()
        #expect(play.actions == [])
        play.pass(to: .seconds(4))
        #expect(play.actions == [])
    }

    @Test(
        "A way that was not asked for, or that involves somebody else, is left for TCP on a new connection",
        arguments: [
            "RTP/AVP/TCP;interleaved=0-1", "RTP/AVP;multicast;destination=239.0.0.1;port=5000-5001",
            "RTP/AVP;unicast;destination=239.0.0.1;client_port=7000-7001;server_port=1-2",
            "RTP/AVP;unicast;client_port=7000-7001;server_port=8000-8001;source=198.51.100.1",
            "RTP/AVP;unicast;client_port=7000-7001;server_port=8000-8001;source=media.example",
        ]
    )
    func unsuitable(_ transport: String) throws {
        var play = try ClientPlay(transport: .automatic)
        play.describe()
        play.choose()
        play.open(7_000)
        play.answer(.ok, ("Session", "1"), ("Transport", transport))
        #expect(play.actions.methods == [.teardown])
        #expect(play.actions.last == .reconnect(try RTSPURL(parsing: camera)))
        play.describe()
        play.choose()
        #expect(play.actions.header(.transport)?.hasPrefix("RTP/AVP/TCP") == true)
        play = try ClientPlay(transport: .udp)
        play.describe()
        play.choose()
        play.open(7_000)
        play.answer(.ok, ("Session", "1"), ("Transport", transport))
        #expect(play.actions.methods == [.teardown])
        #expect(play.actions.failure == RTSPClientFailure(.unsupportedTransport, .setup))
    }

    @Test(
        "Sources that are the server's own, or none, are taken",
        arguments: ["192.0.2.9", "0.0.0.0", "", "::ffff:192.0.2.9"]
    )
    func source(_ source: String) throws {
        var play = try ClientPlay(transport: .udp)
        play.describe()
        play.choose([0])
        play.open(7_000)
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP;unicast;source=\(source);client_port=7000-7001"))
        let track = RTSPClientTrack(index: 0, transport: .udp(own: RTPPortPair(rtp: 7_000, rtcp: 7_001), peer: nil))
        #expect(play.actions.others == [.setUp(track)])
    }

    @Test("A refusal of the second track begins anew over TCP")
    func secondTrack() throws {
        var play = try ClientPlay(transport: .automatic)
        play.describe()
        play.choose()
        play.open(7_000)
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP;client_port=7000-7001;server_port=1-2"))
        play.open(7_002)
        play.answer(.unsupportedTransport)
        #expect(play.actions.methods == [.teardown])
        #expect(play.actions.last == .reconnect(try RTSPURL(parsing: camera)))
    }

    @Test("Without a packet over UDP for 3 seconds a new connection for TCP is asked for, once")
    func noPacket() throws {
        var play = try ClientPlay(transport: .automatic)
        play.startUDP()
        #expect(play.session.nextDeadline == .seconds(3))
        play.pass(to: .seconds(3))
        #expect(play.actions.methods == [.teardown])
        #expect(play.actions.header(.session) == "12345678")
        #expect(play.actions.others == [.reconnect(try RTSPURL(parsing: camera))])
        // The old connection goes, which is as it should be.
        #expect(play.session.connectionClosed() == [])
        #expect(play.session.fallBackToTCP() == [])
        play.start()
        #expect(play.session.nextDeadline == .seconds(20))
    }

    @Test("With packets there is no need, unless the owner sees one")
    func packets() throws {
        var play = try ClientPlay(transport: .automatic)
        play.startUDP()
        play.session.mediaReceived(at: .seconds(2))
        play.pass(to: .seconds(4))
        #expect(play.actions == [])
        play.fallBack()
        #expect(play.actions.last == .reconnect(try RTSPURL(parsing: camera)))
    }

    @Test("Without media for 30 seconds the session has failed")
    func silence() throws {
        var play = try ClientPlay()
        play.start(session: "1;timeout=600")
        #expect(play.session.packetReceived(channel: 0, at: .seconds(5)) != nil)
        #expect(play.session.packetReceived(channel: 1, at: .seconds(20)) != nil)
        play.pass(to: .seconds(34))
        #expect(play.actions.methods == [.getParameter])
        play.answer(at: .seconds(34))
        play.pass(to: .seconds(35))
        #expect(play.actions.methods == [.teardown])
        #expect(play.actions.failure == RTSPClientFailure(.timeout, .media))
    }

    @Test("An encrypted connection carries the packets, too")
    func encrypted() throws {
        var play = try ClientPlay(.play, "rtsps://camera/stream", transport: .automatic)
        play.describe()
        play.choose()
        #expect(play.actions.header(.transport)?.hasPrefix("RTP/AVP/TCP") == true)
    }

    @Test("Channels that another track has are no way", arguments: ["0-1", "1-2", "3-0"])
    func channels(_ channels: String) throws {
        var play = try ClientPlay()
        play.describe()
        play.choose()
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;interleaved=0-1"))
        play.answer(.ok, ("Session", "1"), ("Transport", "RTP/AVP/TCP;interleaved=\(channels)"))
        #expect(play.actions.failure == RTSPClientFailure(.unsupportedTransport, .setup))
    }

    @Test("Ports that nobody asked for do nothing")
    func uncalled() throws {
        var play = try ClientPlay(transport: .udp)
        play.open(7_000)
        #expect(play.actions == [])
        play.describe()
        play.open(7_000)
        #expect(play.actions == [])
        play.choose([0])
        play.choose([1])
        #expect(play.actions == [])
        play.open(7_000)
        #expect(play.actions.methods == [.setup])
    }
}
