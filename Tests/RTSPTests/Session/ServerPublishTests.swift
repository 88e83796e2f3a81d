import Media
import NIOCore
import Testing

@testable import RTSP

@Suite("RTSP server session: publishers")
struct ServerPublishTests {
    @Test("ANNOUNCE, SETUP and RECORD, as ffmpeg says them")
    func ffmpeg() {
        var session = makeServer()
        let asked = session.requestReceived(
            request(.announce, stadium, ("Content-Type", "application/sdp"), body: announcement),
            at: .zero
        )
        guard case .decideAccess(let access) = asked.first else {
            Issue.record("\(asked)")
            return
        }
        #expect(access.role == .publish)
        #expect(access.path == RTSPPath(flow: "stadium", name: "studio"))
        #expect(access.description?.media.map(\.kind) == ["video", "audio"])
        #expect(session.allow(at: .zero).statuses == [.ok])
        for index in 0..<2 {
            let transport = "RTP/AVP/TCP;unicast;interleaved=\(index * 2)-\(index * 2 + 1);mode=record"
            let actions = session.requestReceived(
                request(.setup, "\(stadium)/streamid=\(index)", ("Transport", transport)),
                at: .zero
            )
            #expect(actions.header(.transport) == transport)
        }
        let actions = session.requestReceived(request(.record, stadium, ("Range", "npt=0.000-")), at: .zero)
        #expect(actions.statuses == [.ok])
        guard case .startRecording(let tracks) = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(tracks.map(\.index) == [0, 1])
        #expect(session.packetReceived(channel: 0, at: .zero) == RTSPPacketTarget(track: 0, isControl: false))
        #expect(session.packetReceived(channel: 3, at: .zero) == RTSPPacketTarget(track: 1, isControl: true))
        #expect(session.packetReceived(channel: 4, at: .zero) == nil)
        #expect(session.requestReceived(request(.teardown), at: .zero).others == [.ended])
    }

    @Test(
        "How publishers name their tracks",
        arguments: [
            ("streamid=0", "/streamid=0", .ok), ("stream=0", "/stream=0", .ok), ("/trackID=1", "/trackID=1", .ok),
            ("rtsp://elsewhere/stadium/studio/video", "/video", .ok),
            ("rtsp://elsewhere/stadium/studio/video", "/audio", .notFound),
            ("streamid=0", "/streamid=1", .notFound), ("streamid=0", "/other", .notFound), ("*", "", .ok),
            ("", "", .ok),
            ("streamid=0", "", .ok),
        ] as [(String, String, RTSPStatus)]
    )
    func names(_ control: String, _ tail: String, _ status: RTSPStatus) {
        var session = makeServer()
        let body = "v=0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:\(control)\n"
        _ = session.requestReceived(request(.announce, body: body), at: .zero)
        _ = session.allow(at: .zero)
        #expect(session.requestReceived(request(.setup, stadium + tail, tcpTransport), at: .zero).statuses == [status])
    }

    @Test(
        "An announcement that cannot be read is said to be one",
        arguments: [
            ("", "application/sdp", .badRequest), ("v=0\n", "application/sdp", .badRequest),
            ("m=x\n", "application/sdp", .badRequest),
            (announcement, "text/plain", .unsupportedMediaType),
            (String(repeating: "m=video 0 RTP/AVP 96\n", count: 9), "application/sdp", .badRequest),
        ] as [(String, String, RTSPStatus)]
    )
    func unreadable(_ body: String, _ type: String, _ status: RTSPStatus) {
        var session = makeServer()
        let actions = session.requestReceived(
            request(.announce, stadium, ("Content-Type", type), body: body),
            at: .zero
        )
        #expect(actions.statuses == [status])
        #expect(actions.others == [])
    }

    @Test("A publisher that pauses may go on")
    func pause() {
        var session = makeServer(.recording)
        #expect(session.requestReceived(request(.pause), at: .zero).others == [.pause])
        #expect(session.packetReceived(channel: 0, at: .zero) == nil)
        #expect(session.requestReceived(request(.record), at: .zero).statuses == [.ok])
        #expect(session.packetReceived(channel: 0, at: .zero) != nil)
    }

    @Test("A new announcement before SETUP takes the place of the old one")
    func announceAgain() {
        var session = makeServer(.announced)
        let actions = session.requestReceived(request(.announce, body: announcement), at: .zero)
        #expect(actions.count == 2)
        #expect(actions.first == .ended)
        #expect(session.allow(at: .zero).statuses == [.ok])
    }

    @Test("Tracks are set up where they were announced only")
    func otherPath() {
        var session = makeServer(.announced)
        let other = request(.setup, "rtsp://gateway/stadium/other/streamid=0", tcpTransport)
        #expect(session.requestReceived(other, at: .zero).statuses == [.notFound])
    }

    @Test("Without an announcement there is nothing to record")
    func unannounced() {
        var session = makeServer()
        let setup = request(.setup, stadium + "/trackID=0", ("Transport", "RTP/AVP/TCP;mode=record"))
        #expect(session.requestReceived(setup, at: .zero).statuses == [.methodNotValidInThisState])
        #expect(session.requestReceived(request(.record), at: .zero).statuses == [.methodNotValidInThisState])
    }
}
