import Media
import Testing

@testable import RTSP

@Suite("RTSP server session: deadlines and amounts")
struct ServerTimeTests {
    @Test(
        "Without a session there is time for 10 seconds in all",
        arguments: [ServerPhase.open, .described, .announced]
    )
    func requestDeadline(_ phase: ServerPhase) {
        var session = makeServer(phase)
        _ = session.requestReceived(request(.options), at: .seconds(9))
        #expect(session.nextDeadline == .seconds(10))
        #expect(session.timePassed(at: .seconds(9.9)) == [])
        let ending: [RTSPServerAction] = phase == .open ? [] : [.ended]
        #expect(session.timePassed(at: .seconds(10)) == ending + [.close(.requestTimeout)])
    }

    @Test("Who is let in late has the time of a new client from then on")
    func lateDecision() {
        var session = makeServer(.decidingPlay)
        _ = session.allow(pictureAndSound, at: .seconds(60))
        #expect(session.nextDeadline == .seconds(70))
        session = makeServer(.decidingPlay)
        _ = session.refuse(.notFound, at: .seconds(9))
        #expect(session.nextDeadline == .seconds(10))
    }

    @Test("While the owner decides, the client is not to blame", arguments: ServerPhase.deciding)
    func deciding(_ phase: ServerPhase) {
        var session = makeServer(phase)
        #expect(session.nextDeadline == nil)
        #expect(session.timePassed(at: .seconds(1_000)) == [])
    }

    @Test("A message must not take more than 5 seconds, however it is dripped")
    func slowMessage() {
        var session = makeServer(.playing)
        #expect(session.bytesReceived(1, messageUnderWay: 3, at: .seconds(1)) == [])
        #expect(session.bytesReceived(1, messageUnderWay: 3, at: .seconds(5)) == [])
        #expect(session.nextDeadline == .seconds(6))
        // The next one has its own time.
        #expect(session.bytesReceived(1, messageUnderWay: 4, at: .seconds(5.5)) == [])
        #expect(session.timePassed(at: .seconds(10)) == [])
        #expect(session.bytesReceived(1, messageUnderWay: nil, at: .seconds(10)) == [])
        #expect(session.nextDeadline == nil)
        #expect(session.bytesReceived(1, messageUnderWay: 5, at: .seconds(20)) == [])
        #expect(session.timePassed(at: .seconds(25)) == [.ended, .close(.messageTimeout)])
    }

    @Test("A message that drags on closes while something is decided, too")
    func slowMessageWhileDeciding() {
        var session = makeServer(.decidingPlay)
        #expect(session.bytesReceived(1, messageUnderWay: 1, at: .zero) == [])
        #expect(session.timePassed(at: .seconds(5)) == [.ended, .close(.messageTimeout)])
    }

    @Test(
        "Over UDP, and before PLAY, a client must show that it is alive",
        arguments: [ServerPhase.playingUDP, .ready, .readyUDP, .readyToRecord]
    )
    func sessionTimeout(_ phase: ServerPhase) {
        var session = makeServer(phase)
        #expect(session.nextDeadline == .seconds(65))
        session.peerAlive(at: .seconds(30))
        #expect(session.nextDeadline == .seconds(95))
        _ = session.requestReceived(request(.getParameter), at: .seconds(60))
        #expect(session.timePassed(at: .seconds(124)) == [])
        #expect(session.timePassed(at: .seconds(125)) == [.ended, .close(.sessionTimeout)])
    }

    @Test("Over TCP a player need not speak")
    func silentPlayer() {
        var session = makeServer(.playing)
        #expect(session.nextDeadline == nil)
        #expect(session.timePassed(at: .seconds(100_000)) == [])
    }

    @Test("A publisher must send media; RTCP and requests are none")
    func mediaTimeout() {
        var session = makeServer(.recording)
        #expect(session.nextDeadline == .seconds(30))
        #expect(session.packetReceived(channel: 2, at: .seconds(10)) != nil)
        #expect(session.packetReceived(channel: 1, at: .seconds(20)) != nil)
        _ = session.requestReceived(request(.options), at: .seconds(30))
        session.peerAlive(at: .seconds(30))
        #expect(session.nextDeadline == .seconds(40))
        session.mediaReceived(at: .seconds(35))
        #expect(session.timePassed(at: .seconds(64)) == [])
        #expect(session.timePassed(at: .seconds(65)) == [.ended, .close(.mediaTimeout)])
    }

    @Test("What is told late of packets over UDP makes nobody older than its requests and packets do")
    func toldLate() {
        var session = makeServer(.playingUDP)
        _ = session.requestReceived(request(.options), at: .seconds(60))
        session.peerAlive(at: .seconds(10))
        #expect(session.nextDeadline == .seconds(125))
        session = makeServer(.recording)
        #expect(session.packetReceived(channel: 0, at: .seconds(20)) != nil)
        session.mediaReceived(at: .seconds(10))
        #expect(session.nextDeadline == .seconds(50))
    }

    @Test("After TEARDOWN the time of a new client runs")
    func afterTeardown() {
        var session = makeServer(.playing)
        _ = session.requestReceived(request(.teardown), at: .seconds(100))
        #expect(session.nextDeadline == .seconds(110))
    }

    @Test("Before it is let in a client may send a mebibyte, and as much as it likes after that")
    func unproved() {
        for phase in [ServerPhase.open, .decidingPlay, .decidingPublish] {
            var session = makeServer(phase)
            #expect(session.bytesReceived(1 << 20, messageUnderWay: nil, at: .zero) == [])
            let actions = session.bytesReceived(1, messageUnderWay: nil, at: .zero)
            #expect(actions.last == .close(.tooManyUnprovedBytes))
            session = makeServer(phase)
            #expect(session.bytesReceived(.max, messageUnderWay: nil, at: .zero).last == .close(.tooManyUnprovedBytes))
        }
        for phase in [ServerPhase.announced, .recording, .playing] {
            var session = makeServer(phase)
            #expect(session.bytesReceived(.max, messageUnderWay: nil, at: .zero) == [])
            #expect(session.bytesReceived(.max, messageUnderWay: nil, at: .zero) == [])
        }
    }

    @Test(
        "What cannot be read is told, where the peer may understand it, and closes",
        arguments: [
            (.malformedHeader, [.badRequest]), (.lineTooLong, [.badRequest]), (.invalidContentLength, [.badRequest]),
            (.bodyTooLarge, [.requestEntityTooLarge]), (.notRTSP, []),
        ] as [(RTSPWireError, [RTSPStatus])]
    )
    func unreadable(_ error: RTSPWireError, _ statuses: [RTSPStatus]) {
        for phase in ServerPhase.allCases where phase != .closed {
            var session = makeServer(phase)
            let actions = session.decodingFailed(error, at: .zero)
            #expect(actions.statuses == statuses)
            #expect(actions.last == .close(.malformed(error)))
        }
    }
}
