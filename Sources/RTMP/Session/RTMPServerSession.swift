package import Media

/// The conversation with one client after the handshake, RTMP 1.0 §7.2, as encoders and players in use lead it.
///
/// A client says `connect`, is told windows, chunk size and success, creates a message stream, and asks to publish or to
/// play. The owner decides; then media flows until the client deletes the stream, leaves, or falls silent. Encoders say
/// more on the way (`releaseStream`, `FCPublish`, `_checkbw`): they get the answers that they wait for. A command that
/// nobody knows is answered with an error if it wants an answer, and never ends the connection. What does: any command
/// before `connect`, a second `connect`, publishing or playing on a stream that was not created, and the deadlines.
///
/// One stream at a time is published or played on a connection. The owner hands in every whole message, and calls
/// `timePassed` at `nextDeadline`. After `close` every call returns nothing.
package struct RTMPServerSession: Sendable {
    /// What `connect` said.
    struct Application: Sendable {
        var name = ""
        var url = ""
        var streams: Set<UInt32> = []
    }

    enum Role: Hashable, Sendable {
        case publish
        case play
    }

    /// What a client asked for, on which stream.
    struct Request: Sendable {
        var role: Role
        var streamID: UInt32
    }

    enum State: Sendable {
        /// Can transition to: connected, closed.
        case awaitingConnect
        /// Can transition to: deciding, closed.
        case connected(Application)
        /// Can transition to: publishing, playing, closed.
        case deciding(Application, Request, held: [RTMPMessage])
        /// Can transition to: connected, closed.
        case publishing(Application, streamID: UInt32)
        /// Can transition to: connected, closed.
        case playing(Application, streamID: UInt32)
        case closed
    }

    let limits: RTMPSessionLimits
    /// The clients that this connection may not be, whatever it asks for: said in answer to `connect`.
    private let refusal: Refusal?
    var state = State.awaitingConnect
    /// When the client must have asked to publish or play.
    private var requestDeadline: MonotonicTime
    private var lastMedia: MonotonicTime
    private var lastHeard: MonotonicTime
    private var unprovedBytes = 0
    /// After how many received bytes the client wants an acknowledgement: for `ChunkReader.acknowledgementDue`.
    package internal(set) var acknowledgementWindow = RTMPSessionLimits.acknowledgementWindow

    /// A session that begins now, after the handshake. With a `refusal` the client hears of it in answer to `connect`.
    package init(limits: RTMPSessionLimits = .default, refusal: Refusal? = nil, at now: MonotonicTime) {
        self.limits = limits
        self.refusal = refusal
        requestDeadline = now.advanced(by: limits.request)
        lastMedia = now
        lastHeard = now
    }

    /// The message stream for what is sent to a player; nil when nobody plays.
    package var playingStreamID: UInt32? {
        if case .playing(_, let streamID) = state { streamID } else { nil }
    }

    package var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    // MARK: - Events

    /// Counts bytes as they arrive: a client that was not let in may send only so many.
    package mutating func bytesReceived(_ count: Int) -> [RTMPServerAction] {
        switch state {
        case .awaitingConnect, .connected, .deciding:
            unprovedBytes = unprovedBytes.addingReportingOverflow(max(0, count)).partialValue
            guard unprovedBytes > limits.unprovedBytes || unprovedBytes < 0 else { return [] }
            return close(.tooManyUnprovedBytes)
        case .publishing, .playing, .closed: return []
        }
    }

    /// Whether this is media of the running publication, to be read and nothing else: spares the list of actions.
    package mutating func mediaReceived(_ message: RTMPMessage, at now: MonotonicTime) -> Bool {
        guard case .publishing(_, let streamID) = state, message.streamID == streamID, Self.isMedia(message.type)
        else { return false }
        lastHeard = now
        if message.type == .audio || message.type == .video { lastMedia = now }
        return true
    }

    package mutating func messageReceived(_ message: RTMPMessage, at now: MonotonicTime) -> [RTMPServerAction] {
        if case .closed = state { return [] }
        if mediaReceived(message, at: now) { return [.media(message)] }
        lastHeard = now
        switch message.type {
        case .commandAMF0, .commandAMF3:
            guard let command = RTMPCommand(message) else { return close(.malformedCommand) }
            return received(command, at: now)
        case .audio, .video, .dataAMF0, .dataAMF3:
            hold(message)
            return []
        default:
            do {
                guard let control = try RTMPControl(message) else { return [] }
                return received(control)
            } catch {
                return close(.malformedControl)
            }
        }
    }

    package mutating func timePassed(at now: MonotonicTime) -> [RTMPServerAction] {
        switch state {
        case .awaitingConnect, .connected:
            return now >= requestDeadline ? close(.requestTimeout) : []
        case .publishing where now >= lastMedia.advanced(by: limits.mediaIdle): return close(.mediaTimeout)
        case .publishing, .playing, .deciding:
            guard now >= lastHeard.advanced(by: limits.pingInterval) else { return [] }
            // A ping counts as heard until the next one is due; TCP finds peers that are gone.
            lastHeard = now
            return [Self.send(.pingRequest(UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000)))]
        case .closed: return []
        }
    }

    /// When to call `timePassed`; nil when there is nothing to wait for.
    package var nextDeadline: MonotonicTime? {
        switch state {
        case .awaitingConnect, .connected: requestDeadline
        case .deciding, .playing: lastHeard.advanced(by: limits.pingInterval)
        case .publishing:
            min(lastMedia.advanced(by: limits.mediaIdle), lastHeard.advanced(by: limits.pingInterval))
        case .closed: nil
        }
    }

    // MARK: - Decisions of the owner

    /// Lets the publisher in. What it sent in the meantime follows as media. Raise the chunk reader's limits now.
    package mutating func acceptPublish(at now: MonotonicTime) -> [RTMPServerAction] {
        guard case .deciding(let application, let request, let held) = state, request.role == .publish else {
            return []
        }
        state = .publishing(application, streamID: request.streamID)
        lastMedia = now
        let streamID = request.streamID
        return [
            Self.send(.streamBegin(streamID)),
            Self.send(.status("status", "NetStream.Publish.Start", "Publishing started.", streamID: streamID)),
        ] + held.filter { $0.streamID == streamID }.map { .media($0) }
    }

    /// Lets the player in. Media goes to `playingStreamID` from now on.
    package mutating func acceptPlay(at now: MonotonicTime) -> [RTMPServerAction] {
        guard case .deciding(let application, let request, _) = state, request.role == .play else { return [] }
        state = .playing(application, streamID: request.streamID)
        let streamID = request.streamID
        let access = RTMPCommand.dataMessage("|RtmpSampleAccess", [.boolean(true), .boolean(true)], streamID: streamID)
        return [
            Self.send(.streamBegin(streamID)),
            Self.send(.status("status", "NetStream.Play.Reset", "Playing from the beginning.", streamID: streamID)),
            Self.send(.status("status", "NetStream.Play.Start", "Playing started.", streamID: streamID)),
            .send(access, chunkStreamID: RTMPChunkStream.streamCommand),
        ]
    }

    /// Turns the client away, or ends a stream that runs (over bandwidth, malformed): tells it why, then closes.
    package mutating func refuse(_ refusal: Refusal, at now: MonotonicTime) -> [RTMPServerAction] {
        switch state {
        case .deciding(_, let request, _):
            return [Self.send(RefusalText.status(refusal, request.role, streamID: request.streamID))]
                + close(.refused(refusal))
        case .publishing(_, let streamID):
            return [Self.send(RefusalText.status(refusal, .publish, streamID: streamID))] + close(.refused(refusal))
        case .playing(_, let streamID):
            return [Self.send(RefusalText.status(refusal, .play, streamID: streamID))] + close(.refused(refusal))
        case .awaitingConnect, .connected: return close(.refused(refusal))
        case .closed: return []
        }
    }

    /// What the player plays came to its end. The player may ask for something else, within the time of a new client.
    package mutating func endPlay(at now: MonotonicTime) -> [RTMPServerAction] {
        guard case .playing(let application, let streamID) = state else { return [] }
        connected(application, at: now)
        return [
            Self.send(.streamEOF(streamID)),
            Self.send(.status("status", "NetStream.Play.UnpublishNotify", "The stream ended.", streamID: streamID)),
            .playEnded,
        ]
    }

    // MARK: - Steps

    private mutating func received(_ control: RTMPControl) -> [RTMPServerAction] {
        switch control {
        case .windowAcknowledgementSize(let window):
            if window > 0 { acknowledgementWindow = window }
            return []
        case .pingRequest(let time): return [Self.send(.pingResponse(time))]
        // The chunk reader obeys the first two; the rest needs no answer.
        case .setChunkSize, .abort, .acknowledgement, .setPeerBandwidth, .streamBegin, .streamEOF, .streamDry,
            .setBufferLength, .streamIsRecorded, .pingResponse, .unknownEvent:
            return []
        }
    }

    private mutating func received(_ command: RTMPCommand, at now: MonotonicTime) -> [RTMPServerAction] {
        switch state {
        case .awaitingConnect:
            guard command.name == "connect" else { return close(.commandOutOfOrder(Self.shown(command.name))) }
            return connect(command, at: now)
        case .connected, .deciding, .publishing, .playing:
            guard command.name != "connect" else { return close(.commandOutOfOrder("connect")) }
            return call(command, at: now)
        case .closed: return []
        }
    }

    private mutating func connect(_ command: RTMPCommand, at now: MonotonicTime) -> [RTMPServerAction] {
        if let refusal {
            let answer = RTMPCommand(
                "_error",
                transaction: command.transaction,
                [
                    .null,
                    RTMPCommand.information("error", "NetConnection.Connect.Rejected", RefusalText.sentence(refusal)),
                ]
            )
            return [Self.send(answer)] + close(.refused(refusal))
        }
        var application = Application()
        application.name = command[0]?["app"]?.string ?? ""
        application.url = command[0]?["tcUrl"]?.string ?? ""
        state = .connected(application)
        return ConnectAnswer.actions(to: command)
    }

    /// Waits for a request, for as long as a new client may take.
    mutating func connected(_ application: Application, at now: MonotonicTime) {
        state = .connected(application)
        requestDeadline = now.advanced(by: limits.request)
        unprovedBytes = 0
    }

    mutating func close(_ reason: RTMPCloseReason) -> [RTMPServerAction] {
        let before = state
        state = .closed
        switch before {
        case .publishing: return [.publishEnded, .close(reason)]
        case .playing: return [.playEnded, .close(reason)]
        case .deciding(_, let request, _):
            // The owner, if it does not decide just now, is told that it need not.
            if case .refused = reason { return [.close(reason)] }
            return [request.role == .publish ? .publishEnded : .playEnded, .close(reason)]
        case .awaitingConnect, .connected: return [.close(reason)]
        case .closed: return []
        }
    }

    /// Encoders that do not wait for the answer to `publish` send their configuration now, and only now.
    private mutating func hold(_ message: RTMPMessage) {
        guard case .deciding(let application, let request, var held) = state, request.role == .publish,
            held.count < limits.heldMessages
        else { return }
        state = .closed  // so that the list has one owner and grows in place
        held.append(message)
        state = .deciding(application, request, held: held)
    }

    static func isMedia(_ type: RTMPMessageType) -> Bool {
        switch type {
        case .audio, .video, .dataAMF0, .dataAMF3: true
        default: false
        }
    }

    static func send(_ command: RTMPCommand) -> RTMPServerAction {
        .send(command.message, chunkStreamID: command.chunkStreamID)
    }

    static func send(_ control: RTMPControl) -> RTMPServerAction {
        .send(control.message, chunkStreamID: RTMPChunkStream.control)
    }

    /// A command's name for a log.
    static func shown(_ name: String) -> String { String(PeerText.clean(name).prefix(32)) }
}
