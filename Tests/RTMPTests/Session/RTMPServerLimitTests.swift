import Media
import Testing

@testable import RTMP

@Suite("RTMP server session: deadlines and limits")
struct RTMPServerLimitTests {
    @Test("The defaults are those that were agreed")
    func defaults() {
        let limits = RTMPSessionLimits.default
        #expect(limits.handshake == .seconds(5))
        #expect(limits.request == .seconds(10))
        #expect(limits.mediaIdle == .seconds(30))
        #expect(limits.unprovedBytes == 1_048_576)
    }

    @Test("A client has ten seconds in all to publish or play", arguments: [ServerPhase.awaitingConnect, .connected])
    func requestDeadline(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.nextDeadline == .seconds(10))
        #expect(session.timePassed(at: .seconds(9.999)) == [])
        #expect(session.timePassed(at: .seconds(10)) == [.close(.requestTimeout)])
    }

    @Test("Commands do not stretch the ten seconds")
    func noStretching() {
        var session = makeSession()
        _ = session.messageReceived(connect(), at: .seconds(8))
        _ = session.messageReceived(command("createStream", 2, .null), at: .seconds(9))
        #expect(session.nextDeadline == .seconds(10))
    }

    @Test("A decision that takes long is the owner's affair", arguments: [ServerPhase.decidingPublish, .decidingPlay])
    func slowDecision(_ phase: ServerPhase) {
        var session = makeSession(phase)
        _ = session.timePassed(at: .seconds(1_000))
        #expect(!session.isClosed)
    }

    @Test("A publisher without audio or video for thirty seconds is closed, whatever else it says")
    func mediaIdle() {
        var session = makeSession(.publishing)
        _ = session.messageReceived(aacFrame(), at: .seconds(5))
        var time = 5.0
        while time < 34.9 {
            _ = session.messageReceived(control(.acknowledgement(1)), at: .seconds(time))
            #expect(session.timePassed(at: .seconds(time)) == [])
            time += 10
        }
        #expect(session.nextDeadline == .seconds(35))
        #expect(session.timePassed(at: .seconds(35)) == [.publishEnded, .close(.mediaTimeout)])
    }

    @Test("A silent peer is pinged, again and again", arguments: [ServerPhase.playing, .publishing])
    func ping(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.nextDeadline == .seconds(20))
        #expect(session.timePassed(at: .seconds(19)) == [])
        #expect(session.timePassed(at: .seconds(20)).sent == [.control(.pingRequest(20_000))])
        #expect(session.timePassed(at: .seconds(21)) == [])
        if phase == .playing {
            #expect(session.nextDeadline == .seconds(40))
            #expect(session.timePassed(at: .seconds(40)).sent == [.control(.pingRequest(40_000))])
        }
    }

    @Test(
        "A peer that was not let in may send 1 MiB",
        arguments: [ServerPhase.awaitingConnect, .connected, .decidingPublish, .decidingPlay]
    )
    func unprovedBytes(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.bytesReceived(1_000_000) == [])
        #expect(session.bytesReceived(48_576) == [])
        #expect(session.bytesReceived(1).last == .close(.tooManyUnprovedBytes))
    }

    @Test("A peer that was let in may send what it likes", arguments: [ServerPhase.publishing, .playing])
    func provedBytes(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.bytesReceived(.max) == [])
        #expect(!session.isClosed)
    }

    @Test("A count that overflows is too much, not a trap")
    func overflow() {
        var session = makeSession()
        #expect(session.bytesReceived(.max) == [.close(.tooManyUnprovedBytes)])
    }
}
