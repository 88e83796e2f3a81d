import Media
import NIOCore
import Testing

@testable import RTMP

/// What widespread encoders and players say, in the order in which they say it.
@Suite("RTMP server session: transcripts of clients")
struct RTMPTranscriptTests {
    struct Transcript: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isPublisher: Bool
        /// Up to and with `publish` or `play`.
        var opening: [RTMPMessage]
        /// Names of the calls that must have been answered by then.
        var answered: [Double]
        var ending: [RTMPMessage]
    }

    private static let key = AMFValue.string("key")
    private static let delete = command("deleteStream", 0, .null, .number(1))

    private static let publishers: [Transcript] = [
        Transcript(
            testDescription: "ffmpeg",
            isPublisher: true,
            opening: [
                command(
                    "connect",
                    1,
                    object(
                        ("app", .string("stadium")),
                        ("type", .string("nonprivate")),
                        ("flashVer", .string("FMLE/3.0 (compatible; Lavf59.27.100)")),
                        ("tcUrl", .string("rtmp://127.0.0.1:1935/stadium"))
                    )
                ),
                control(.windowAcknowledgementSize(2_500_000)),
                command("releaseStream", 2, .null, key), command("FCPublish", 3, .null, key),
                command("createStream", 4, .null),
                command("publish", 5, .null, key, .string("live"), stream: 1),
            ],
            answered: [1, 2, 3, 4],
            ending: [command("FCUnpublish", 6, .null, key), command("deleteStream", 7, .null, .number(1))]
        ),
        Transcript(
            testDescription: "OBS (librtmp)",
            isPublisher: true,
            opening: [
                command(
                    "connect",
                    1,
                    object(
                        ("app", .string("stadium")),
                        ("type", .string("nonprivate")),
                        ("flashVer", .string("FMLE/3.0 (compatible; FMSc/1.0)")),
                        ("swfUrl", .string("rtmp://127.0.0.1/stadium")),
                        ("tcUrl", .string("rtmp://127.0.0.1/stadium")),
                        ("fourCcList", .strictArray([.string("av01"), .string("hvc1")]))
                    )
                ),
                control(.setChunkSize(65_536)), control(.windowAcknowledgementSize(2_500_000)),
                command("releaseStream", 2, .null, key), command("FCPublish", 3, .null, key),
                command("createStream", 4, .null), command("publish", 5, .null, key, .string("live"), stream: 1),
            ],
            answered: [1, 2, 3, 4],
            ending: [command("FCUnpublish", 6, .null, key), command("deleteStream", 7, .null, .number(1))]
        ),
        Transcript(
            testDescription: "GStreamer rtmp2sink",
            isPublisher: true,
            opening: [
                control(.setChunkSize(128)),
                command(
                    "connect",
                    1,
                    object(
                        ("app", .string("stadium")),
                        ("type", .string("nonprivate")),
                        ("flashVer", .string("LNX 10,0,32,18")),
                        ("tcUrl", .string("rtmp://127.0.0.1:1935/stadium")),
                        ("fpad", .boolean(false)),
                        ("capabilities", .number(239)),
                        ("audioCodecs", .number(3_575)),
                        ("videoCodecs", .number(252)),
                        ("videoFunction", .number(1))
                    )
                ),
                control(.windowAcknowledgementSize(2_500_000)),
                command("releaseStream", 2, .null, key), command("FCPublish", 3, .null, key),
                command("createStream", 4, .null), command("publish", 5, .null, key, .string("live"), stream: 1),
            ],
            answered: [1, 2, 3, 4],
            ending: [delete]
        ),
        Transcript(
            testDescription: "Flash Media Live Encoder and Wirecast",
            isPublisher: true,
            opening: [
                command(
                    "connect",
                    1,
                    object(
                        ("app", .string("stadium/")),
                        ("flashVer", .string("FMLE/3.0 (compatible; FMSc/1.0)")),
                        ("swfUrl", .string("rtmp://127.0.0.1/stadium/")),
                        ("tcUrl", .string("rtmp://127.0.0.1/stadium/")),
                        ("objectEncoding", .number(0))
                    )
                ),
                command("releaseStream", 2, .null, key), command("FCPublish", 3, .null, key),
                command("createStream", 4, .null), command("publish", 0, .null, key, .string("live"), stream: 1),
            ],
            answered: [1, 2, 3, 4],
            ending: [
                command("FCUnpublish", 0, .null, key), command("closeStream", 0, .null, stream: 1), delete,
            ]
        ),
    ]

    private static let players: [Transcript] = [
        Transcript(
            testDescription: "ffplay",
            isPublisher: false,
            opening: [
                command(
                    "connect",
                    1,
                    object(
                        ("app", .string("stadium")),
                        ("flashVer", .string("LNX 9,0,124,2")),
                        ("tcUrl", .string("rtmp://127.0.0.1:1935/stadium")),
                        ("fpad", .boolean(false)),
                        ("capabilities", .number(15)),
                        ("audioCodecs", .number(4_071)),
                        ("videoCodecs", .number(252)),
                        ("videoFunction", .number(1))
                    )
                ),
                control(.windowAcknowledgementSize(2_500_000)), command("createStream", 2, .null),
                command("getStreamLength", 3, .null, key),
                command("play", 4, .null, key, .number(-2_000), stream: 1),
                control(.setBufferLength(streamID: 1, milliseconds: 3_000)),
            ],
            answered: [1, 2, 3],
            ending: [command("deleteStream", 5, .null, .number(1))]
        ),
        Transcript(
            testDescription: "rtmpdump and VLC (librtmp)",
            isPublisher: false,
            opening: [
                command(
                    "connect",
                    1,
                    object(
                        ("app", .string("stadium")),
                        ("flashVer", .string("LNX 10,0,32,18")),
                        ("tcUrl", .string("rtmp://127.0.0.1:1935/stadium")),
                        ("fpad", .boolean(false)),
                        ("capabilities", .number(15)),
                        ("audioCodecs", .number(3_191)),
                        ("videoCodecs", .number(252)),
                        ("videoFunction", .number(1))
                    )
                ),
                control(.windowAcknowledgementSize(5_000_000)),
                control(.setBufferLength(streamID: 0, milliseconds: 300)),
                command("createStream", 2, .null), command("_checkbw", 3, .null),
                command("play", 4, .null, key, .number(-1_000), stream: 1),
                control(.setBufferLength(streamID: 1, milliseconds: 36_000_000)),
            ],
            answered: [1, 2, 3],
            ending: [delete]
        ),
    ]

    @Test(
        "Each client gets the answers that it waits for, and its stream starts and ends",
        arguments: publishers + players
    )
    func transcript(_ transcript: Transcript) {
        var session = RTMPServerSession(at: .zero)
        var actions: [RTMPServerAction] = []
        for message in transcript.opening { actions += session.messageReceived(message, at: .zero) }
        let name = RTMPStreamName(flow: "stadium", key: "key", address: "rtmp://127.0.0.1/stadium")
        let request: RTMPServerAction = transcript.isPublisher ? .publishRequested(name) : .playRequested(name)
        #expect(actions.others == [.setOutgoingChunkSize(65_536), request])
        let results = actions.commands.filter { $0.name == "_result" }.map(\.transaction)
        #expect(Set(transcript.answered).isSubset(of: results))
        #expect(!actions.commands.contains { $0.name == "_error" })
        let accepted = transcript.isPublisher ? session.acceptPublish(at: .zero) : session.acceptPlay(at: .zero)
        #expect(accepted.code == (transcript.isPublisher ? "NetStream.Publish.Start" : "NetStream.Play.Start"))
        let ended = transcript.ending.flatMap { session.messageReceived($0, at: .zero) }
        #expect(ended.others == [transcript.isPublisher ? .publishEnded : .playEnded])
        #expect(!session.isClosed)
    }

    @Test(
        "Our own client and our own server understand each other",
        arguments: [RTMPClientSession.Role.publish, .play]
    )
    func together(_ role: RTMPClientSession.Role) throws {
        let url = try RTMPURL(parsing: "rtmp://127.0.0.1/stadium/key?x=y")
        var client = RTMPClientSession(role: role, url: url)
        var server = RTMPServerSession(at: .zero)
        var toServer = client.start(at: .zero).messages
        var ready: [RTMPClientAction] = []
        while !toServer.isEmpty {
            var answers: [RTMPServerAction] = []
            for message in toServer {
                for action in server.messageReceived(message, at: .zero) {
                    answers.append(action)
                    switch action {
                    case .publishRequested(let name), .playRequested(let name):
                        #expect(name.key == "key" && name.flow == "stadium" && name.query == "x=y")
                        answers += role == .publish ? server.acceptPublish(at: .zero) : server.acceptPlay(at: .zero)
                    default: break
                    }
                }
            }
            let actions = answers.messages.flatMap { client.messageReceived($0, at: .zero) }
            toServer = actions.messages
            ready += actions.others
        }
        #expect(ready.contains(.ready(streamID: 1)))
        let ending = client.finish().messages.flatMap { server.messageReceived($0, at: .zero) }
        #expect(ending.others == [role == .publish ? .publishEnded : .playEnded])
    }
}
