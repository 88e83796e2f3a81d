import Media
import NIOCore
import Testing

@testable import RTMP

@Suite("RTMP client session")
struct RTMPClientSessionTests {
    enum Phase: CaseIterable {
        case idle
        case connecting
        case creating
        case starting
        case running
        case finished
    }

    private static let success = command(
        "_result",
        1,
        object(("fmsVer", .string("FMS/3,0"))),
        object(("code", .string("NetConnection.Connect.Success")))
    )
    private static let created = command("_result", 4, .null, .number(1))
    private static let published = status("status", "NetStream.Publish.Start")
    private static let playing = status("status", "NetStream.Play.Start")
    private static let address = "rtmp://far.example/live/topsecret?token=hidden"

    private static func makeSession(
        _ phase: Phase,
        _ role: RTMPClientSession.Role = .publish
    ) throws -> RTMPClientSession {
        var session = RTMPClientSession(role: role, url: try RTMPURL(parsing: address))
        let messages = [success, created, role == .publish ? published : playing]
        let count =
            switch phase {
            case .idle, .connecting: 0
            case .creating: 1
            case .starting: 2
            case .running, .finished: 3
            }
        if phase != .idle { _ = session.start(at: .zero) }
        for message in messages.prefix(count) { _ = session.messageReceived(message, at: .zero) }
        if phase == .finished { _ = session.finish() }
        return session
    }

    @Test("A publisher connects, announces, creates a stream and publishes")
    func publish() throws {
        var session = try Self.makeSession(.idle)
        let start = session.start(at: .zero)
        let connect = try #require(start.commands.first)
        #expect(connect[0]?["app"] == .string("live"))
        #expect(connect[0]?["tcUrl"] == .string("rtmp://far.example/live"))
        let connected = session.messageReceived(Self.success, at: .zero)
        #expect(connected.commands.map(\.name) == ["releaseStream", "FCPublish", "createStream"])
        #expect(connected.commands.map(\.transaction) == [2, 3, 4])
        #expect(connected.others == [.setOutgoingChunkSize(65_536)])
        #expect(connected.sent.first == .control(.setChunkSize(65_536)))
        let created = session.messageReceived(Self.created, at: .zero)
        let publish = try #require(created.commands.first)
        #expect(publish.name == "publish" && publish.streamID == 1)
        #expect(publish.arguments == [.null, .string("topsecret?token=hidden"), .string("live")])
        #expect(session.messageReceived(Self.published, at: .zero) == [.ready(streamID: 1)])
        #expect(session.streamID == 1)
    }

    @Test("A player connects, creates a stream, plays, and hands media on")
    func play() throws {
        var session = try Self.makeSession(.connecting, .play)
        #expect(session.messageReceived(Self.success, at: .zero).commands.map(\.name) == ["createStream"])
        let play = session.messageReceived(Self.created, at: .zero)
        #expect(play.commands.map(\.name) == ["play"])
        #expect(play.sent.last == .control(.setBufferLength(streamID: 1, milliseconds: 3_000)))
        #expect(session.messageReceived(status("status", "NetStream.Play.Reset"), at: .zero) == [])
        #expect(session.messageReceived(Self.playing, at: .zero) == [.ready(streamID: 1)])
        #expect(session.messageReceived(aacFrame(), at: .zero) == [.media(aacFrame())])
    }

    @Test("A server that plays before it says so is believed")
    func hastyServer() throws {
        var session = try Self.makeSession(.starting, .play)
        #expect(session.messageReceived(aacHeader(), at: .zero) == [.ready(streamID: 1), .media(aacHeader())])
        #expect(session.messageReceived(Self.playing, at: .zero) == [])
    }

    @Test("Courtesies that the server does not know do not matter")
    func unknownCourtesies() throws {
        var session = try Self.makeSession(.creating)
        for transaction in [2.0, 3] {
            let error = command("_error", transaction, .null, object(("code", .string("NetConnection.Call.Failed"))))
            #expect(session.messageReceived(error, at: .zero) == [])
        }
        #expect(session.messageReceived(Self.created, at: .zero).commands.map(\.name) == ["publish"])
    }

    @Test(
        "A no is a failure with the far side's words",
        arguments: [
            (Phase.connecting, RTMPClientFailure.Step.connect), (.creating, .createStream), (.starting, .publish),
        ]
    )
    func refused(_ phase: Phase, _ step: RTMPClientFailure.Step) throws {
        var session = try Self.makeSession(phase)
        let information = object(
            ("level", .string("error")),
            ("code", .string("Some.Code")),
            ("description", .string("No."))
        )
        let transaction: Double = phase == .connecting ? 1 : phase == .creating ? 4 : 5
        let failure = session.messageReceived(command("_error", transaction, .null, information), at: .zero).failure
        #expect(failure == RTMPClientFailure(.refused, step, code: "Some.Code", description: "No."))
        #expect(session.isFinished)
    }

    @Test("An error status is a failure too, before and after the start")
    func errorStatus() throws {
        let no = status("error", "NetStream.Publish.BadName", "In use.")
        var session = try Self.makeSession(.starting)
        let failure = RTMPClientFailure(.refused, .publish, code: "NetStream.Publish.BadName", description: "In use.")
        #expect(session.messageReceived(no, at: .zero) == [.failed(failure)])
        session = try Self.makeSession(.running)
        #expect(session.messageReceived(no, at: .zero).failure?.kind == .ended)
    }

    @Test(
        "The far side's words are cleaned, cut, and lose the key",
        arguments: [
            ("a\u{1b}[31mb\n\u{202e}c", "a[31mbc"),
            (String(repeating: "x", count: 300), String(repeating: "x", count: 200)),
            ("no topsecret?token=hidden here", "no *** here"),
            ("topsecret and hidden token=hidden", "*** and hidden ***"),
        ]
    )
    func cleaning(_ text: String, _ cleaned: String) throws {
        var session = try Self.makeSession(.starting)
        let failure = session.messageReceived(status("error", "X", text), at: .zero).failure
        #expect(failure?.description == cleaned)
    }

    @Test("A redirect names the new server, application and the old stream")
    func redirect() throws {
        for text in ["rtmp://other.example:1936/edge", "rtmp://other.example:1936/edge/topsecret?token=hidden"] {
            var session = try Self.makeSession(.connecting)
            let information = object(
                ("level", .string("error")),
                ("code", .string("NetConnection.Connect.Rejected")),
                ("ex", object(("code", .number(302)), ("redirect", .string(text))))
            )
            let url = RTMPURL(
                scheme: .rtmp,
                host: "other.example",
                port: 1936,
                application: "edge",
                streamName: "topsecret?token=hidden"
            )
            #expect(session.messageReceived(command("_error", 1, .null, information), at: .zero) == [.redirect(url)])
            #expect(session.isFinished)
        }
    }

    @Test("A redirect to nowhere is a refusal")
    func badRedirect() throws {
        var session = try Self.makeSession(.connecting)
        let information = object(
            ("code", .string("NetConnection.Connect.Rejected")),
            ("ex", object(("code", .number(302)), ("redirect", .string("http://other.example/"))))
        )
        let failure = session.messageReceived(command("_error", 1, .null, information), at: .zero).failure
        #expect(failure?.code == "NetConnection.Connect.Rejected")
    }

    @Test(
        "Each step has ten seconds",
        arguments: [
            (Phase.connecting, RTMPClientFailure.Step.connect), (.creating, .createStream), (.starting, .publish),
        ]
    )
    func deadlines(_ phase: Phase, _ step: RTMPClientFailure.Step) throws {
        var session = try Self.makeSession(phase)
        #expect(session.nextDeadline == .seconds(10))
        #expect(session.timePassed(at: .seconds(9.9)) == [])
        #expect(session.timePassed(at: .seconds(10)) == [.failed(RTMPClientFailure(.timeout, step))])
    }

    @Test("A player without media for thirty seconds gives up; a publisher waits for nothing")
    func mediaIdle() throws {
        var session = try Self.makeSession(.running, .play)
        _ = session.messageReceived(aacFrame(), at: .seconds(7))
        #expect(session.nextDeadline == .seconds(37))
        #expect(session.timePassed(at: .seconds(37)) == [.failed(RTMPClientFailure(.timeout, .media))])
        #expect(try Self.makeSession(.running).nextDeadline == nil)
    }

    @Test(
        "The regular end of what is played",
        arguments: [
            status("status", "NetStream.Play.UnpublishNotify"), status("status", "NetStream.Play.Stop"),
            control(.streamEOF(1)),
        ]
    )
    func ended(_ message: RTMPMessage) throws {
        var session = try Self.makeSession(.running, .play)
        #expect(session.messageReceived(message, at: .zero) == [.ended])
        #expect(session.messageReceived(aacFrame(), at: .zero) == [])
    }

    @Test("Pings and bandwidth are answered in every state that is open", arguments: Phase.allCases)
    func controls(_ phase: Phase) throws {
        var session = try Self.makeSession(phase)
        let isOpen = phase != .idle && phase != .finished
        let pong = session.messageReceived(control(.pingRequest(5)), at: .zero)
        #expect(pong.sent == (isOpen ? [.control(.pingResponse(5))] : []))
        let window = session.messageReceived(control(.setPeerBandwidth(9_000, .hard)), at: .zero)
        #expect(window.sent == (isOpen ? [.control(.windowAcknowledgementSize(9_000))] : []))
        _ = session.messageReceived(control(.windowAcknowledgementSize(700)), at: .zero)
        #expect(session.acknowledgementWindow == (isOpen ? 700 : 2_500_000))
    }

    @Test("Answers out of turn do nothing", arguments: Phase.allCases)
    func outOfTurn(_ phase: Phase) throws {
        let turns: [(Phase, RTMPMessage)] = [
            (.connecting, Self.success), (.creating, Self.created), (.starting, Self.published),
        ]
        for (turn, message) in turns where turn != phase {
            var session = try Self.makeSession(phase)
            #expect(session.messageReceived(message, at: .zero) == [])
        }
        var session = try Self.makeSession(phase)
        #expect(session.messageReceived(aacFrame(), at: .zero) == [])
    }

    @Test(
        "Calls of the server are answered if they want an answer",
        arguments: [Phase.connecting, .creating, .running]
    )
    func calls(_ phase: Phase) throws {
        var session = try Self.makeSession(phase)
        #expect(session.messageReceived(command("onBWDone", 0, .null), at: .zero) == [])
        let answer = session.messageReceived(command("_onbwcheck", 12, .null), at: .zero).commands.first
        #expect(answer?.name == "_error")
        #expect(answer?.transaction == 12)
    }

    @Test(
        "A stream number that is none is malformed",
        arguments: [AMFValue.number(0), .number(-1), .number(1.5), .number(.nan), .number(1e12), .null]
    )
    func badStream(_ value: AMFValue) throws {
        var session = try Self.makeSession(.creating)
        let failure = session.messageReceived(command("_result", 4, .null, value), at: .zero).failure
        #expect(failure == RTMPClientFailure(.malformedMessage, .createStream))
    }

    @Test("Malformed messages are failures", arguments: [Phase.connecting, .creating, .starting, .running])
    func malformed(_ phase: Phase) throws {
        for type in [RTMPMessageType.commandAMF0, .userControl] {
            var session = try Self.makeSession(phase)
            let broken = RTMPMessage(type: type, payload: ByteBuffer(bytes: [9]))
            #expect(session.messageReceived(broken, at: .zero).failure?.kind == .malformedMessage)
        }
    }

    @Test("Finishing says goodbye once there is a stream", arguments: Phase.allCases)
    func finish(_ phase: Phase) throws {
        var session = try Self.makeSession(phase)
        let isStarted = phase == .starting || phase == .running
        #expect(session.finish().commands.map(\.name) == (isStarted ? ["FCUnpublish", "deleteStream"] : []))
        #expect(session.isFinished)
        #expect(session.finish() == [])
        #expect(session.start(at: .zero) == [])
    }
}
