import Media
import NIOCore
import Testing

@testable import RTSP

@Suite("RTSP server session: players")
struct ServerPlayTests {
    private let path = RTSPPath(flow: "stadium", name: "studio")

    @Test("OPTIONS tells what there is, and asks nobody", arguments: ["*", stadium, "rtsp://gateway/"])
    func options(_ uri: String) {
        var session = makeServer()
        let actions = session.requestReceived(request(.options, uri, cSeq: 1), at: .zero)
        #expect(actions.statuses == [.ok])
        #expect(actions.responses[0].headers.cSeq == 1)
        #expect(actions.responses[0].headers[.session] == nil)
        #expect(actions.responses[0].headers.list(.public).contains("GET_PARAMETER"))
    }

    @Test("DESCRIBE asks the owner, and tells the tracks below an address with a slash")
    func describe() throws {
        var session = makeServer()
        let asked = session.requestReceived(request(.describe, stadium, ("Accept", "application/sdp")), at: .zero)
        #expect(asked == [.decideAccess(RTSPAccessRequest(role: .play, path: path))])
        let actions = session.allow(pictureAndSound, at: .zero)
        #expect(actions.statuses == [.ok])
        #expect(actions.header(.contentBase) == stadium + "/")
        #expect(actions.header(.contentType) == "application/sdp")
        let told = try SessionDescription(parsing: actions.responses[0].body)
        #expect(told.control == "*")
        #expect(told.range == .now)
        #expect(told.media.map(\.control) == ["trackID=0", "trackID=1"])
        #expect(told.media.map(\.stream) == pictureAndSound.media.map(\.stream))
    }

    @Test("The base does not tell the credentials of the client's address")
    func base() {
        var session = makeServer()
        _ = session.requestReceived(request(.describe, "rtsp://user:secret@gateway/stadium/studio/"), at: .zero)
        #expect(session.allow(pictureAndSound, at: .zero).header(.contentBase) == "rtsp://gateway/stadium/studio/")
    }

    @Test("Tracks are set up over TCP with the client's channels, or with ours where it names none or used ones")
    func channels() {
        var session = makeServer(.described)
        func setUp(_ track: Int, _ transport: String) -> [RTSPServerAction] {
            session.requestReceived(request(.setup, stadium + "/trackID=\(track)", ("Transport", transport)), at: .zero)
        }
        let first = setUp(0, "RTP/AVP/TCP;unicast;interleaved=2-3")
        #expect(first.header(.transport) == "RTP/AVP/TCP;unicast;interleaved=2-3")
        #expect(
            first.others == [
                .setUp(RTSPServerTrack(index: 0, transport: .interleaved(RTPChannelPair(rtp: 2, rtcp: 3))))
            ]
        )
        #expect(first.header(.session)?.hasSuffix(";timeout=60") == true)
        #expect(
            setUp(1, "RTP/AVP/TCP;unicast;interleaved=3-4").header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1"
        )
        #expect(setUp(1, "RTP/AVP/TCP").header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1")
        #expect(setUp(1, "RTP/AVP/TCP;interleaved=8-9").header(.session) == first.header(.session))
    }

    @Test("A track over UDP waits for ports of ours")
    func ports() {
        var session = makeServer(.described)
        let uri = stadium + "/trackID=0"
        let asked = session.requestReceived(
            request(.setup, uri, ("Transport", "RTP/AVP/UDP;unicast;client_port=5000-5001")),
            at: .zero
        )
        #expect(asked == [.openPorts(track: 0)])
        let ours = RTPPortPair(rtp: 6_000, rtcp: 6_001)
        let actions = session.openedPorts(ours, at: .zero)
        #expect(actions.header(.transport) == "RTP/AVP/UDP;unicast;client_port=5000-5001;server_port=6000-6001")
        let transport = RTSPTrackTransport.udp(own: ours, peer: RTPPortPair(rtp: 5_000, rtcp: 5_001))
        #expect(actions.others == [.setUp(RTSPServerTrack(index: 0, transport: transport))])
    }

    @Test("PLAY starts, and tells the tracks under the names that the client gave them")
    func play() {
        var session = makeServer(.ready)
        let asked = session.requestReceived(request(.play, stadium + "/", ("Range", "npt=0.000-")), at: .zero)
        guard case .startPlaying(let tracks) = asked.first else {
            Issue.record("\(asked)")
            return
        }
        #expect(tracks.map(\.index) == [0, 1])
        let actions = session.startedPlaying(at: .zero)
        #expect(actions.statuses == [.ok])
        #expect(actions.header(.range) == "npt=now-")
        #expect(actions.header(.rtpInfo) == "url=\(stadium)/trackID=0,url=\(stadium)/trackID=1")
    }

    @Test("Of a player's packets only RTCP is let through, to its track")
    func packets() {
        var session = makeServer(.playing)
        #expect(session.packetReceived(channel: 1, at: .zero) == RTSPPacketTarget(track: 0, isControl: true))
        #expect(session.packetReceived(channel: 3, at: .zero) == RTSPPacketTarget(track: 1, isControl: true))
        for channel: UInt8 in [0, 2, 4, 255] { #expect(session.packetReceived(channel: channel, at: .zero) == nil) }
        for phase in ServerPhase.allCases where phase != .playing && phase != .recording {
            session = makeServer(phase)
            #expect(session.packetReceived(channel: 1, at: .zero) == nil)
        }
    }

    @Test("SETUP without DESCRIBE asks the owner, too")
    func setUpFirst() {
        var session = makeServer()
        let asked = session.requestReceived(request(.setup, stadium + "/trackID=1", tcpTransport), at: .zero)
        #expect(asked == [.decideAccess(RTSPAccessRequest(role: .play, path: path))])
        let actions = session.allow(pictureAndSound, at: .zero)
        #expect(actions.statuses == [.ok])
        #expect(actions.header(.transport) == "RTP/AVP/TCP;unicast;interleaved=0-1")
    }

    @Test("ffmpeg pauses and sets up again over TCP, without naming the session")
    func fallBack() {
        var session = makeServer(.playingUDP)
        #expect(session.requestReceived(request(.pause), at: .zero).others == [.pause])
        let actions = session.requestReceived(request(.setup, stadium + "/trackID=0", tcpTransport), at: .zero)
        #expect(actions.statuses == [.ok])
        #expect(session.requestReceived(request(.play), at: .zero).count == 1)
        #expect(session.startedPlaying(at: .zero).statuses == [.ok])
        #expect(session.packetReceived(channel: 1, at: .zero) != nil)
    }

    @Test("The whole of a single track may be set up by the address of the stream; of several it may not")
    func aggregate() {
        var session = makeServer()
        _ = session.requestReceived(request(.describe), at: .zero)
        var single = pictureAndSound
        single.media.removeLast()
        _ = session.allow(single, at: .zero)
        #expect(session.requestReceived(request(.setup, stadium, tcpTransport), at: .zero).statuses == [.ok])
        session = makeServer(.described)
        let actions = session.requestReceived(request(.setup, stadium + "/", tcpTransport), at: .zero)
        #expect(actions.statuses == [.aggregateOperationNotAllowed])
    }

    @Test(
        "TEARDOWN ends the session and leaves the connection",
        arguments: [ServerPhase.ready, .playing, .playingUDP, .recording]
    )
    func teardown(_ phase: ServerPhase) {
        var session = makeServer(phase)
        let actions = session.requestReceived(request(.teardown), at: .zero)
        #expect(actions.others == [.ended])
        #expect(actions.statuses == [.ok])
        #expect(session.requestReceived(request(.play), at: .zero).statuses == [.methodNotValidInThisState])
        #expect(session.requestReceived(request(.describe), at: .zero).count == 1)
        #expect(session.nextDeadline == nil)
    }

    @Test("Players are not told of more tracks than a session may have")
    func trackLimit() throws {
        var session = makeServer()
        _ = session.requestReceived(request(.describe), at: .zero)
        let many = SessionDescription(media: Array(repeating: pictureAndSound.media[0], count: 9))
        let told = try SessionDescription(parsing: session.allow(many, at: .zero).responses[0].body)
        #expect(told.media.count == 8)
    }

    @Test("A description without tracks is none")
    func empty() {
        var session = makeServer(.decidingPlay)
        #expect(session.allow(SessionDescription(), at: .zero).statuses == [.notFound])
    }

    @Test("What is played may end")
    func end() {
        var session = makeServer(.playing)
        #expect(session.endPlay(at: .zero) == [.ended, .close(.streamEnded)])
        session = makeServer(.recording)
        #expect(session.endPlay(at: .zero) == [])
        session = makeServer(.open)
        #expect(session.endPlay(at: .zero) == [])
    }
}
