package import Media

/// The conversation with a server after the handshake: connect, create a message stream, publish or play.
///
/// The owner calls `start`, hands in every whole message, and calls `timePassed` at `nextDeadline`. After `ended`,
/// `redirect` or `failed` every call returns nothing.
package struct RTMPClientSession: Sendable {
    package enum Role: Hashable, Sendable {
        case publish
        case play
    }

    private enum State {
        /// Can transition to: connecting.
        case idle
        /// Can transition to: creating, finished.
        case connecting(deadline: MonotonicTime)
        /// Can transition to: starting, finished.
        case creating(deadline: MonotonicTime)
        /// Can transition to: running, finished.
        case starting(streamID: UInt32, deadline: MonotonicTime)
        /// Can transition to: finished.
        case running(streamID: UInt32, lastMedia: MonotonicTime)
        case finished
    }

    /// The numbers of our calls.
    private enum Transaction {
        static let connect = 1.0
        static let releaseStream = 2.0
        static let announce = 3.0
        static let createStream = 4.0
        static let start = 5.0
    }

    private let role: Role
    private let url: RTMPURL
    private let limits: RTMPSessionLimits
    private var state = State.idle
    /// After how many received bytes the server wants an acknowledgement: for `ChunkReader.acknowledgementDue`.
    package private(set) var acknowledgementWindow = RTMPSessionLimits.acknowledgementWindow

    package init(role: Role, url: RTMPURL, limits: RTMPSessionLimits = .default) {
        self.role = role
        self.url = url
        self.limits = limits
    }

    /// The message stream that runs.
    package var streamID: UInt32? {
        if case .running(let streamID, _) = state { streamID } else { nil }
    }

    package var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    package var nextDeadline: MonotonicTime? {
        switch state {
        case .idle, .finished: nil
        case .connecting(let deadline), .creating(let deadline), .starting(_, let deadline): deadline
        case .running(_, let lastMedia): role == .play ? lastMedia.advanced(by: limits.mediaIdle) : nil
        }
    }

    // MARK: - Events

    /// Begins, after the handshake.
    package mutating func start(at now: MonotonicTime) -> [RTMPClientAction] {
        guard case .idle = state else { return [] }
        state = .connecting(deadline: now.advanced(by: limits.clientStep))
        return [Self.send(RTMPCommand("connect", transaction: Transaction.connect, [connectObject]))]
    }

    package mutating func timePassed(at now: MonotonicTime) -> [RTMPClientAction] {
        guard let deadline = nextDeadline, now >= deadline, let step else { return [] }
        return fail(RTMPClientFailure(.timeout, step))
    }

    /// Whether this is media of the running stream, to be read and nothing else: spares the list of actions.
    package mutating func mediaReceived(_ message: RTMPMessage, at now: MonotonicTime) -> Bool {
        guard role == .play, case .running(let streamID, let last) = state, message.streamID == streamID else {
            return false
        }
        switch message.type {
        case .audio, .video: state = .running(streamID: streamID, lastMedia: now)
        case .dataAMF0, .dataAMF3: state = .running(streamID: streamID, lastMedia: last)
        default: return false
        }
        return true
    }

    package mutating func messageReceived(_ message: RTMPMessage, at now: MonotonicTime) -> [RTMPClientAction] {
        switch state {
        case .idle, .finished: return []
        case .connecting, .creating, .starting, .running: break
        }
        if mediaReceived(message, at: now) { return [.media(message)] }
        switch message.type {
        case .audio, .video, .dataAMF0, .dataAMF3: return mediaBegan(message, at: now)
        case .commandAMF0, .commandAMF3:
            guard let command = RTMPCommand(message) else { return malformed() }
            return received(command, at: now)
        default:
            do {
                guard let control = try RTMPControl(message) else { return [] }
                return received(control)
            } catch {
                return malformed()
            }
        }
    }

    /// Ends in good order: what to send before the connection is closed.
    package mutating func finish() -> [RTMPClientAction] {
        defer { state = .finished }
        switch state {
        case .idle, .connecting, .creating, .finished: return []
        case .starting(let streamID, _), .running(let streamID, _):
            let delete = RTMPCommand("deleteStream", [.null, .number(Double(streamID))])
            guard role == .publish else { return [Self.send(delete)] }
            return [Self.send(RTMPCommand("FCUnpublish", [.null, .string(streamName)])), Self.send(delete)]
        }
    }

    // MARK: - Steps

    private mutating func received(_ control: RTMPControl) -> [RTMPClientAction] {
        switch control {
        case .windowAcknowledgementSize(let window):
            if window > 0 { acknowledgementWindow = window }
            return []
        case .setPeerBandwidth(let window, _):
            return [Self.send(.windowAcknowledgementSize(window))]
        case .pingRequest(let time): return [Self.send(.pingResponse(time))]
        case .streamEOF(let ended):
            guard role == .play, ended == streamID else { return [] }
            state = .finished
            return [.ended]
        case .setChunkSize, .abort, .acknowledgement, .streamBegin, .streamDry, .setBufferLength, .streamIsRecorded,
            .pingResponse, .unknownEvent:
            return []
        }
    }

    private mutating func mediaBegan(_ message: RTMPMessage, at now: MonotonicTime) -> [RTMPClientAction] {
        guard role == .play, case .starting(let streamID, _) = state, message.streamID == streamID,
            message.type == .audio || message.type == .video
        else { return [] }
        // Servers that send before they say so.
        state = .running(streamID: streamID, lastMedia: now)
        return [.ready(streamID: streamID), .media(message)]
    }

    private mutating func received(_ command: RTMPCommand, at now: MonotonicTime) -> [RTMPClientAction] {
        switch (state, command.name, command.transaction) {
        case (.connecting, "_result", Transaction.connect): return connected(at: now)
        case (.connecting, "_error", Transaction.connect): return refusedConnection(command)
        case (.creating, "_result", Transaction.createStream):
            guard let streamID = command[1]?.streamID else { return malformed() }
            return created(streamID, at: now)
        // `releaseStream` and `FCPublish` are courtesies: many servers do not know them.
        case (.creating, "_error", Transaction.createStream), (.starting, "_error", Transaction.start):
            return fail(refusal(command))
        case (_, "onStatus", _): return status(command, at: now)
        default: return unknown(command)
        }
    }

    private mutating func connected(at now: MonotonicTime) -> [RTMPClientAction] {
        state = .creating(deadline: now.advanced(by: limits.clientStep))
        let create = Self.send(RTMPCommand("createStream", transaction: Transaction.createStream, [.null]))
        guard role == .publish else { return [create] }
        let name = AMFValue.string(streamName)
        return [
            Self.send(.setChunkSize(RTMPSessionLimits.chunkSize)),
            .setOutgoingChunkSize(Int(RTMPSessionLimits.chunkSize)),
            Self.send(RTMPCommand("releaseStream", transaction: Transaction.releaseStream, [.null, name])),
            Self.send(RTMPCommand("FCPublish", transaction: Transaction.announce, [.null, name])),
            create,
        ]
    }

    private mutating func created(_ streamID: UInt32, at now: MonotonicTime) -> [RTMPClientAction] {
        state = .starting(streamID: streamID, deadline: now.advanced(by: limits.clientStep))
        let name = AMFValue.string(streamName)
        switch role {
        case .publish:
            return [
                Self.send(
                    RTMPCommand(
                        "publish",
                        transaction: Transaction.start,
                        streamID: streamID,
                        [.null, name, .string("live")]
                    )
                )
            ]
        case .play:
            // A live stream, or a recorded one if there is no live one.
            let start = AMFValue.number(-2)
            return [
                Self.send(
                    RTMPCommand("play", transaction: Transaction.start, streamID: streamID, [.null, name, start])
                ),
                Self.send(.setBufferLength(streamID: streamID, milliseconds: Self.bufferMilliseconds)),
            ]
        }
    }

    private mutating func status(_ command: RTMPCommand, at now: MonotonicTime) -> [RTMPClientAction] {
        guard let information = command.information, let code = information["code"]?.string else { return [] }
        let isError = information["level"]?.string == "error"
        switch (state, role, code) {
        case (.starting(let streamID, _), .publish, "NetStream.Publish.Start"),
            (.starting(let streamID, _), .play, "NetStream.Play.Start"):
            state = .running(streamID: streamID, lastMedia: now)
            return [.ready(streamID: streamID)]
        case (.running, .play, "NetStream.Play.UnpublishNotify"), (.running, .play, "NetStream.Play.Stop"),
            (.running, .play, "NetStream.Play.Complete"), (.running, .publish, "NetStream.Unpublish.Success"):
            state = .finished
            return [.ended]
        case (_, _, "NetConnection.Connect.Closed"), (_, _, "NetConnection.Connect.AppShutdown"):
            return fail(refusal(command))
        default: return isError ? fail(refusal(command)) : []
        }
    }

    private mutating func refusedConnection(_ command: RTMPCommand) -> [RTMPClientAction] {
        let redirect = 302.0
        if let details = command.information?["ex"], details["code"]?.number == redirect,
            let text = details["redirect"]?.string, let target = redirected(to: text)
        {
            state = .finished
            return [.redirect(target)]
        }
        return fail(refusal(command))
    }

    /// The address of an application, to which the stream's name is to be added if it is not there already.
    private func redirected(to text: String) -> RTMPURL? {
        guard var target = try? RTMPURL(parsing: text, streamName: streamName) else { return nil }
        let tail = "/" + streamName
        if !streamName.isEmpty, target.application.utf8.suffix(tail.utf8.count).elementsEqual(tail.utf8) {
            target.application = String(decoding: target.application.utf8.dropLast(tail.utf8.count), as: UTF8.self)
        }
        return target
    }

    /// A server may call its client (`onBWDone`, `_checkbw`): answered if an answer is wanted.
    private func unknown(_ command: RTMPCommand) -> [RTMPClientAction] {
        switch command.name {
        case "_result", "_error": return []
        default:
            guard command.transaction != 0 else { return [] }
            let information = RTMPCommand.information("error", "NetConnection.Call.Failed", "Not possible here.")
            return [Self.send(RTMPCommand("_error", transaction: command.transaction, [.null, information]))]
        }
    }

    private mutating func malformed() -> [RTMPClientAction] {
        fail(RTMPClientFailure(.malformedMessage, step ?? .connect))
    }

    private mutating func fail(_ failure: RTMPClientFailure) -> [RTMPClientAction] {
        state = .finished
        return [.failed(failure)]
    }

    // MARK: - Values

    private static let bufferMilliseconds: UInt32 = 3_000

    private var streamName: String { url.streamName ?? "" }

    private var step: RTMPClientFailure.Step? {
        switch state {
        case .idle, .finished: nil
        case .connecting: .connect
        case .creating: .createStream
        case .starting: role == .publish ? .publish : .play
        case .running: .media
        }
    }

    private func refusal(_ command: RTMPCommand) -> RTMPClientFailure {
        let information = command.information ?? command.arguments.last
        let kind: RTMPClientFailure.Kind = if case .running = state { .ended } else { .refused }
        return RTMPClientFailure(
            kind,
            step ?? .connect,
            code: cleaned(information?["code"]),
            description: cleaned(information?["description"])
        )
    }

    private func cleaned(_ value: AMFValue?) -> String {
        PeerText.clean(value?.string ?? "", redacting: secrets)
    }

    /// What must not come back in a far side's words: the key with and without its query, and the query alone.
    private var secrets: [String] {
        let (path, query) = RTMPURL.split(streamName)
        let (_, applicationQuery) = RTMPURL.split(url.application)
        return [streamName, path, String(query.dropFirst()), String(applicationQuery.dropFirst()), url.userInfo ?? ""]
    }

    private var connectObject: AMFValue {
        var properties = [
            AMFProperty("app", .string(url.application)),
            AMFProperty("type", .string("nonprivate")),
            AMFProperty("flashVer", .string(role == .publish ? "FMLE/3.0 (compatible; Headgate)" : "LNX 9,0,124,2")),
            AMFProperty("tcUrl", .string(url.applicationURL)),
        ]
        if role == .play {
            properties += [
                AMFProperty("fpad", .boolean(false)),
                AMFProperty("capabilities", .number(15)),
                AMFProperty("audioCodecs", .number(4_071)),
                AMFProperty("videoCodecs", .number(252)),
                AMFProperty("videoFunction", .number(1)),
            ]
        }
        properties.append(EnhancedCapabilities.codeList)
        return .object(properties)
    }

    private static func send(_ command: RTMPCommand) -> RTMPClientAction {
        .send(command.message, chunkStreamID: command.chunkStreamID)
    }

    private static func send(_ control: RTMPControl) -> RTMPClientAction {
        .send(control.message, chunkStreamID: RTMPChunkStream.control)
    }
}
