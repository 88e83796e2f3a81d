import Media
import NIOCore
import Testing

@testable import RTMP

@Suite("RTMP server session")
struct RTMPServerSessionTests {
    private let key = AMFValue.string("key")

    @Test("connect is answered with windows, chunk size and success, in this order")
    func connectAnswer() throws {
        var session = makeSession()
        let actions = session.messageReceived(connect(), at: .zero)
        #expect(
            actions.sent == [
                .control(.windowAcknowledgementSize(2_500_000)), .control(.setPeerBandwidth(2_500_000, .dynamic)),
                .control(.setChunkSize(65_536)), .command("_result", code: "NetConnection.Connect.Success"),
            ]
        )
        #expect(actions.others == [.setOutgoingChunkSize(65_536)])
        #expect(actions.firstIndex(of: .setOutgoingChunkSize(65_536)) == 3)
        let result = try #require(actions.commands.last)
        #expect(result.transaction == 1)
        #expect(result[0]?["fmsVer"]?.string?.hasPrefix("FMS/") == true)
        #expect(result[1]?["objectEncoding"] == .number(0))
        #expect(result[1]?["fourCcList"] == nil)
    }

    @Test(
        "A client that speaks enhanced RTMP hears what the gateway can",
        arguments: [
            AMFProperty("fourCcList", .strictArray([.string("hvc1")])), AMFProperty("capsEx", .number(1)),
            AMFProperty("videoFourCcInfoMap", .object([AMFProperty("*", .number(4))])),
        ]
    )
    func enhanced(_ property: AMFProperty) throws {
        var session = makeSession()
        let result = try #require(session.messageReceived(connect(more: property), at: .zero).commands.last)
        for place in 0...1 {
            let codes = try #require(result[place]?["fourCcList"])
            guard case .strictArray(let list) = codes else { return #expect(Bool(false), "no list") }
            #expect(list.contains(.string("hvc1")) && list.contains(.string("Opus")))
            #expect(result[place]?["videoFourCcInfoMap"]?["av01"] == .number(4))
            #expect(result[place]?["capsEx"] == .number(4))
        }
    }

    @Test("createStream gives numbers from 1, up to the limit, and again after deleteStream")
    func createStream() {
        var session = makeSession()
        _ = session.messageReceived(connect(), at: .zero)
        func create() -> AMFValue? {
            let answer = session.messageReceived(command("createStream", 4, .null), at: .zero).commands.last
            return answer?.name == "_result" ? answer?[1] : nil
        }
        let limit = RTMPSessionLimits.default.streams
        #expect((1...limit).map { _ in create() } == (1...limit).map { .number(Double($0)) })
        #expect(create() == nil)
        _ = session.messageReceived(command("deleteStream", 0, .null, .number(3)), at: .zero)
        #expect(create() == .number(3))
    }

    @Test("publish asks the owner; accepted, the client hears it")
    func publish() {
        var session = makeSession(.connected)
        let request = command("publish", 5, .null, .string("secret?x=y"), .string("live"), stream: 1)
        let name = RTMPStreamName(flow: "stadium", key: "secret", query: "x=y", address: "rtmp://gateway/stadium")
        #expect(session.messageReceived(request, at: .zero) == [.publishRequested(name)])
        let actions = session.acceptPublish(at: .zero)
        #expect(actions.sent == [.control(.streamBegin(1)), .command("onStatus", code: "NetStream.Publish.Start")])
        #expect(actions.messages.last?.streamID == 1)
    }

    @Test("play asks the owner; accepted, the client hears reset, start and access")
    func play() {
        var session = makeSession(.connected)
        let request = command("play", 5, .null, key, .number(-2_000), stream: 1)
        let name = RTMPStreamName(flow: "stadium", key: "key", address: "rtmp://gateway/stadium")
        #expect(session.messageReceived(request, at: .zero) == [.playRequested(name)])
        let actions = session.acceptPlay(at: .zero)
        #expect(
            actions.sent == [
                .control(.streamBegin(1)), .command("onStatus", code: "NetStream.Play.Reset"),
                .command("onStatus", code: "NetStream.Play.Start"), .data("|RtmpSampleAccess"),
            ]
        )
        #expect(session.playingStreamID == 1)
    }

    @Test(
        "A refused publisher hears why, in words, and the connection closes",
        arguments: [
            (.unknownStreamKey, "NetStream.Publish.BadName", "key is wrong"),
            (.alreadyPublishing, "NetStream.Publish.BadName", "already"),
            (.notInAllowlist, "NetStream.Publish.Denied", "allowlist"),
            (.overBandwidth, "NetStream.Publish.Denied", "bandwidth"),
            (.wrongDirection, "NetStream.Publish.Denied", "input"),
        ] as [(Refusal, String, String)]
    )
    func refusedPublish(_ refusal: Refusal, _ code: String, _ word: String) {
        var session = makeSession(.decidingPublish)
        let actions = session.refuse(refusal, at: .zero)
        #expect(actions.code == code)
        #expect(actions.words?.contains(word) == true)
        #expect(actions.others == [.close(.refused(refusal))])
        #expect(session.isClosed)
    }

    @Test(
        "A refused player hears why",
        arguments: [
            (.unknownStreamKey, "NetStream.Play.StreamNotFound"), (.tooManyReceivers, "NetStream.Play.Failed"),
        ] as [(Refusal, String)]
    )
    func refusedPlay(_ refusal: Refusal, _ code: String) {
        var session = makeSession(.decidingPlay)
        let actions = session.refuse(refusal, at: .zero)
        #expect(actions.code == code)
        #expect(actions.others == [.close(.refused(refusal))])
    }

    @Test("Each refusal has words of its own")
    func refusalWords() {
        #expect(Set(Refusal.allCases.map { RefusalText.sentence($0) }).count == Refusal.allCases.count)
    }

    @Test("A client that may not connect at all hears it in answer to connect")
    func rejected() {
        var session = makeSession(refusal: .tooManyConnections)
        let actions = session.messageReceived(connect(), at: .zero)
        #expect(actions.sent == [.command("_error", code: "NetConnection.Connect.Rejected")])
        #expect(actions.others == [.close(.refused(.tooManyConnections))])
    }

    @Test("A running publisher that goes over its bandwidth is told and closed")
    func refusedLater() {
        var session = makeSession(.publishing)
        let actions = session.refuse(.overBandwidth, at: .zero)
        #expect(actions.code == "NetStream.Publish.Denied")
        #expect(actions.others == [.publishEnded, .close(.refused(.overBandwidth))])
    }

    @Test("Media of the stream goes to the owner, that of others nowhere")
    func media() {
        var session = makeSession(.publishing)
        let own = aacFrame()
        var other = own
        other.streamID = 2
        #expect(session.messageReceived(own, at: .zero) == [.media(own)])
        #expect(session.messageReceived(other, at: .zero) == [])
        #expect([own, other].map { session.mediaReceived($0, at: .zero) } == [true, false])
    }

    @Test("What a hasty publisher sends before it is accepted follows the acceptance, up to a limit")
    func held() {
        var limits = RTMPSessionLimits()
        limits.heldMessages = 2
        var session = makeSession(.decidingPublish, limits: limits)
        let messages = [avcHeader(), aacHeader(), avcPicture()]
        for message in messages { #expect(session.messageReceived(message, at: .zero) == []) }
        #expect(session.acceptPublish(at: .zero).others == messages.prefix(2).map { .media($0) })
    }

    @Test(
        "Media before publish is dropped",
        arguments: [ServerPhase.awaitingConnect, .connected, .decidingPlay, .playing]
    )
    func earlyMedia(_ phase: ServerPhase) {
        var session = makeSession(phase)
        #expect(session.messageReceived(aacFrame(), at: .zero) == [])
        #expect(!session.isClosed)
    }

    @Test("deleteStream and closeStream end what runs, and another request may follow")
    func endPublish() {
        for end in [command("deleteStream", 0, .null, .number(1)), command("closeStream", 0, .null, stream: 1)] {
            var session = makeSession(.publishing)
            let actions = session.messageReceived(end, at: .seconds(100))
            #expect(actions.others == [.publishEnded])
            #expect(actions.code == "NetStream.Unpublish.Success")
            #expect(session.nextDeadline == .seconds(110))
            session = makeSession(.playing)
            #expect(session.messageReceived(end, at: .zero) == [.playEnded])
        }
    }

    @Test("FCUnpublish ends the publication; the deleteStream that follows finds nothing to end")
    func unpublish() {
        var session = makeSession(.publishing)
        let actions = session.messageReceived(command("FCUnpublish", 6, .null, key), at: .zero)
        #expect(actions.others == [.publishEnded])
        #expect(actions.sent.contains(.command("onFCUnpublish", code: "NetStream.Unpublish.Success")))
        #expect(session.messageReceived(command("deleteStream", 7, .null, .number(1)), at: .zero).others == [])
    }

    @Test("A request that is withdrawn before it is decided closes, and a late decision finds nobody")
    func withdrawn() {
        var session = makeSession(.decidingPublish)
        let actions = session.messageReceived(command("deleteStream", 0, .null, .number(1)), at: .zero)
        #expect(actions == [.publishEnded, .close(.withdrawn)])
        #expect(session.acceptPublish(at: .zero) == [])
    }

    @Test("The end of what is played is told to the player")
    func endPlay() {
        var session = makeSession(.playing)
        let actions = session.endPlay(at: .zero)
        #expect(
            actions.sent == [.control(.streamEOF(1)), .command("onStatus", code: "NetStream.Play.UnpublishNotify")]
        )
        #expect(actions.others == [.playEnded])
        #expect(session.nextDeadline == .seconds(10))
    }

    @Test("A second request on a connection is refused, and the first goes on")
    func secondRequest() {
        for phase in [ServerPhase.publishing, .playing, .decidingPublish] {
            var session = makeSession(phase)
            let request = command("publish", 8, .null, key, stream: 1)
            #expect(session.messageReceived(request, at: .zero).code == "NetStream.Publish.BadName")
            #expect(!session.isClosed)
        }
    }

    @Test(
        "Publishing and playing on a stream that was not created is refused and closes",
        arguments: ["publish", "play"]
    )
    func uncreated(_ name: String) {
        for stream: UInt32 in [0, 2] {
            var session = makeSession(.connected)
            let actions = session.messageReceived(command(name, 3, .null, key, stream: stream), at: .zero)
            #expect(actions.others == [.close(.commandOutOfOrder(name))])
            #expect(actions.words == "createStream comes first.")
        }
    }

    @Test("An address that names no flow is refused")
    func noFlow() {
        for name in ["", String(repeating: "x", count: RTMPSessionLimits.nameBytes + 1)] {
            var session = makeSession()
            _ = session.messageReceived(connect("", url: ""), at: .zero)
            _ = session.messageReceived(command("createStream", 2, .null), at: .zero)
            let actions = session.messageReceived(command("publish", 3, .null, .string(name), stream: 1), at: .zero)
            #expect(actions.code == "NetStream.Publish.BadName")
            #expect(actions.others == [.close(.refused(.unknownStreamKey))])
        }
    }

    @Test("Neither actions nor the session show the key when they are described")
    func redaction() {
        var session = makeSession(.connected)
        let request = command("publish", 3, .null, .string("topsecret?token=hidden"), stream: 1)
        let actions = session.messageReceived(request, at: .zero)
        var dumped = ""
        dump(actions, to: &dumped)
        for text in [
            "\(actions)", String(reflecting: actions), dumped, "\(session.refuse(.unknownStreamKey, at: .zero))",
        ] {
            #expect(!text.contains("topsecret") && !text.contains("hidden"))
        }
    }
}
