import Media
import NIOCore

@testable import RTMP

extension MonotonicTime {
    static func seconds(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(seconds * 1_000_000_000))
    }
}

/// A command as a peer sends it.
func command(_ name: String, _ transaction: Double, _ arguments: AMFValue..., stream: UInt32 = 0) -> RTMPMessage {
    RTMPCommand(name, transaction: transaction, streamID: stream, arguments).message
}

func object(_ properties: (String, AMFValue)...) -> AMFValue {
    .object(properties.map { AMFProperty($0.0, $0.1) })
}

func connect(_ app: String = "stadium", url: String = "rtmp://gateway:1935/stadium", more: AMFProperty...)
    -> RTMPMessage
{
    command("connect", 1, .object([AMFProperty("app", .string(app)), AMFProperty("tcUrl", .string(url))] + more))
}

func control(_ control: RTMPControl) -> RTMPMessage { control.message }

func status(_ level: String, _ code: String, _ description: String = "", stream: UInt32 = 1) -> RTMPMessage {
    RTMPCommand.status(level, code, description, streamID: stream).message
}

/// What was sent, in a form that reads easily: commands by name with the code that they carry, controls as themselves.
enum Sent: Hashable {
    case command(String, code: String?)
    case control(RTMPControl)
    case data(String)
    case other(RTMPMessageType)

    init(_ message: RTMPMessage) {
        if let command = RTMPCommand(message), message.type == .commandAMF0 {
            self = .command(command.name, code: command.information?["code"]?.string)
        } else if let control = try? RTMPControl(message) {
            self = .control(control)
        } else if let name = RTMPCommand(message)?.name {
            self = .data(name)
        } else {
            self = .other(message.type)
        }
    }
}

extension [RTMPServerAction] {
    var messages: [RTMPMessage] { compactMap { if case .send(let message, _) = $0 { message } else { nil } } }
    var sent: [Sent] { messages.map { Sent($0) } }
    var commands: [RTMPCommand] { messages.compactMap { RTMPCommand($0) } }
    /// All but what is sent.
    var others: [RTMPServerAction] { filter { if case .send = $0 { false } else { true } } }
    /// The code of the last status that was sent.
    var code: String? { commands.compactMap { $0.information?["code"]?.string }.last }
    var words: String? { commands.compactMap { $0.information?["description"]?.string }.last }
}

extension [RTMPClientAction] {
    var messages: [RTMPMessage] { compactMap { if case .send(let message, _) = $0 { message } else { nil } } }
    var sent: [Sent] { messages.map { Sent($0) } }
    var commands: [RTMPCommand] { messages.compactMap { RTMPCommand($0) } }
    var others: [RTMPClientAction] { filter { if case .send = $0 { false } else { true } } }
    var failure: RTMPClientFailure? {
        for case .failed(let failure) in self { return failure }
        return nil
    }
}

/// A state of the server session, by the way there.
enum ServerPhase: CaseIterable {
    case awaitingConnect
    case connected
    case decidingPublish
    case decidingPlay
    case publishing
    case playing
    case closed
}

/// A server session at time 0 in a state; with a stream 1 once it is connected.
func makeSession(
    _ phase: ServerPhase = .awaitingConnect,
    limits: RTMPSessionLimits = .default,
    refusal: Refusal? = nil
) -> RTMPServerSession {
    var session = RTMPServerSession(limits: limits, refusal: refusal, at: .zero)
    func send(_ messages: RTMPMessage...) {
        for message in messages { _ = session.messageReceived(message, at: .zero) }
    }
    let create = command("createStream", 2, .null)
    let publish = command("publish", 3, .null, .string("key"), .string("live"), stream: 1)
    let play = command("play", 3, .null, .string("key"), stream: 1)
    switch phase {
    case .awaitingConnect: break
    case .connected: send(connect(), create)
    case .decidingPublish: send(connect(), create, publish)
    case .decidingPlay: send(connect(), create, play)
    case .publishing:
        send(connect(), create, publish)
        _ = session.acceptPublish(at: .zero)
    case .playing:
        send(connect(), create, play)
        _ = session.acceptPlay(at: .zero)
    case .closed: send(command("play", 1))
    }
    return session
}
