import Media
import NIOCore
import Testing

@testable import RTMP

/// Every event in every state: what is out of order, what is tolerated, and what happens after the end.
@Suite("RTMP server session: every event in every state")
struct RTMPServerOrderTests {
    private static let open: [ServerPhase] = [.connected, .decidingPublish, .decidingPlay, .publishing, .playing]

    @Test("Before connect any other command closes", arguments: ["createStream", "publish", "play", "FCPublish", "x"])
    func beforeConnect(_ name: String) {
        var session = makeSession()
        #expect(session.messageReceived(command(name, 1, .null), at: .zero) == [.close(.commandOutOfOrder(name))])
    }

    @Test("A second connect closes", arguments: open)
    func secondConnect(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.messageReceived(connect(), at: .zero).last == .close(.commandOutOfOrder("connect")))
    }

    @Test("Commands that nobody knows are answered if they want it, and never close", arguments: open)
    func unknown(_ phase: ServerPhase) {
        var session = makeSession(phase)
        let actions = session.messageReceived(command("teleport\n", 9, .null), at: .zero)
        #expect(actions.sent == [.command("_error", code: "NetConnection.Call.Failed")])
        #expect(actions.commands.last?.transaction == 9)
        #expect(actions.words == "teleport: not possible here.")
        #expect(session.messageReceived(command("teleport", 0, .null), at: .zero) == [])
        #expect(!session.isClosed)
    }

    @Test(
        "Courtesies of encoders are answered in every state",
        arguments: ["releaseStream", "FCPublish", "FCSubscribe", "_checkbw", "getStreamLength"]
    )
    func courtesies(_ name: String) {
        for phase in Self.open {
            var session = makeSession(phase)
            let answer = session.messageReceived(command(name, 7, .null, .string("key")), at: .zero)
            #expect(answer.commands.first?.name == "_result")
            #expect(answer.commands.first?.transaction == 7)
            #expect(answer.others == [])
        }
    }

    @Test("FCPublish and FCSubscribe are followed by what encoders wait for")
    func notices() {
        var session = makeSession(.connected)
        let published = session.messageReceived(command("FCPublish", 3, .null, .string("key")), at: .zero)
        #expect(published.sent.last == .command("onFCPublish", code: "NetStream.Publish.Start"))
        let subscribed = session.messageReceived(command("FCSubscribe", 0, .null, .string("key")), at: .zero)
        #expect(subscribed.sent == [.command("onFCSubscribe", code: "NetStream.Play.Start")])
    }

    @Test(
        "What a live server need not do is tolerated",
        arguments: ["pause", "pauseRaw", "seek", "receiveAudio", "receiveVideo", "_result", "_error", "onStatus"]
    )
    func tolerated(_ name: String) {
        for phase in Self.open {
            var session = makeSession(phase)
            #expect(session.messageReceived(command(name, 5, .null, .boolean(true), stream: 1), at: .zero) == [])
        }
    }

    @Test(
        "Decisions that nobody asked for do nothing",
        arguments: [ServerPhase.awaitingConnect, .connected, .playing, .publishing]
    )
    func uncalledDecisions(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.acceptPublish(at: .zero) == [])
        #expect(session.acceptPlay(at: .zero) == [])
    }

    @Test("Publishers are not accepted as players, nor players as publishers")
    func wrongDecision() {
        var session = makeSession(.decidingPublish)
        #expect(session.acceptPlay(at: .zero) == [])
        session = makeSession(.decidingPlay)
        #expect(session.acceptPublish(at: .zero) == [])
    }

    @Test("Streams may be created and deleted beside the one that runs", arguments: open)
    func sideStreams(_ phase: ServerPhase) {
        var session = makeSession(phase)
        let created = session.messageReceived(command("createStream", 5, .null), at: .zero)
        #expect(created.commands.first?[1] == .number(2))
        for name in ["deleteStream", "closeStream"] {
            let end = command(name, 0, .null, .number(2), stream: 2)
            #expect(session.messageReceived(end, at: .zero) == [])
        }
        #expect(!session.isClosed)
    }

    @Test("After the end nothing happens any more")
    func afterTheEnd() {
        var session = makeSession(.closed)
        #expect(session.isClosed)
        for message in [connect(), command("publish", 1, stream: 1), aacFrame(), control(.pingRequest(1))] {
            #expect(session.messageReceived(message, at: .zero) == [])
        }
        #expect(session.timePassed(at: .seconds(1_000)) == [])
        #expect(session.refuse(.overBandwidth, at: .zero) == [])
        #expect(session.endPlay(at: .zero) == [])
        #expect(session.acceptPublish(at: .zero) == [])
        #expect(session.acceptPlay(at: .zero) == [])
        #expect(session.bytesReceived(.max) == [])
        #expect(session.nextDeadline == nil)
    }

    @Test("Pings are answered in every state", arguments: ServerPhase.allCases.dropLast())
    func pings(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.messageReceived(control(.pingRequest(77)), at: .zero).sent == [.control(.pingResponse(77))])
    }

    @Test(
        "Other control messages are taken in silence",
        arguments: [
            RTMPControl.setChunkSize(4_096), .acknowledgement(9), .setPeerBandwidth(1, .hard), .pingResponse(1),
            .setBufferLength(streamID: 1, milliseconds: 3_000), .streamBegin(1), .abort(chunkStreamID: 3),
        ]
    )
    func controls(_ value: RTMPControl) {
        for phase in ServerPhase.allCases {
            var session = makeSession(phase)
            #expect(session.messageReceived(control(value), at: .zero) == [])
        }
    }

    @Test("The client's window is kept; 0 is none")
    func window() {
        var session = makeSession(.connected)
        _ = session.messageReceived(control(.windowAcknowledgementSize(5_000)), at: .zero)
        _ = session.messageReceived(control(.windowAcknowledgementSize(0)), at: .zero)
        #expect(session.acknowledgementWindow == 5_000)
    }

    @Test("Malformed messages close", arguments: ServerPhase.allCases.dropLast())
    func malformed(_ phase: ServerPhase) {
        var session = makeSession(phase)
        let broken = RTMPMessage(type: .commandAMF0, payload: ByteBuffer(bytes: [2, 0, 9]))
        #expect(session.messageReceived(broken, at: .zero).last == .close(.malformedCommand))
        session = makeSession(phase)
        let short = RTMPMessage(type: .userControl, payload: ByteBuffer(bytes: [0]))
        #expect(session.messageReceived(short, at: .zero).last == .close(.malformedControl))
    }

    @Test("Commands in the envelope of AMF3 are read")
    func envelope() {
        var session = makeSession()
        var message = connect()
        message.type = .commandAMF3
        message.payload = ByteBuffer(bytes: [0] + Array(message.payload.readableBytesView))
        #expect(session.messageReceived(message, at: .zero).code == "NetConnection.Connect.Success")
    }
}
