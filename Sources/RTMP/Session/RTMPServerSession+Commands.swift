import Media

/// What a client may call once it is connected.
extension RTMPServerSession {
    mutating func call(_ command: RTMPCommand, at now: MonotonicTime) -> [RTMPServerAction] {
        switch command.name {
        case "createStream": return createStream(command)
        case "publish": return request(.publish, command)
        case "play": return request(.play, command)
        case "deleteStream":
            // The stream is an argument; the message itself belongs to the connection.
            guard let streamID = command[1]?.streamID else { return Self.answer(command, []) }
            return end(streamID, deletes: true, at: now)
        case "closeStream": return end(command.streamID, deletes: false, at: now)
        case "FCUnpublish":
            let notice = RTMPCommand(
                "onFCUnpublish",
                [.null, RTMPCommand.information("status", "NetStream.Unpublish.Success", "Publishing ended.")]
            )
            return Self.answer(command, [.null, .undefined]) + [Self.send(notice)] + endPublishing(at: now)
        case "FCPublish":
            let notice = RTMPCommand(
                "onFCPublish",
                [.null, RTMPCommand.information("status", "NetStream.Publish.Start", "Go on with publish.")]
            )
            return Self.answer(command, [.null, .undefined]) + [Self.send(notice)]
        case "FCSubscribe":
            let notice = RTMPCommand(
                "onFCSubscribe",
                [.null, RTMPCommand.information("status", "NetStream.Play.Start", "Go on with play.")]
            )
            return Self.answer(command, [.null, .undefined]) + [Self.send(notice)]
        case "releaseStream", "FCUnsubscribe", "_checkbw", "checkBandwidth", "setPeerInfo":
            return Self.answer(command, [.null, .undefined])
        case "getStreamLength":
            // Live: no length.
            return Self.answer(command, [.null, .number(0)])
        case "pause", "pauseRaw", "seek", "receiveAudio", "receiveVideo", "onStatus", "_result", "_error", "close":
            // Live goes on; and what answers nothing of ours.
            return []
        default: return Self.fail(command)
        }
    }

    private mutating func createStream(_ command: RTMPCommand) -> [RTMPServerAction] {
        guard let streamID = addStream() else { return Self.fail(command) }
        return Self.answer(command, [.null, .number(Double(streamID))])
    }

    /// The lowest number that is free; nil when there are too many.
    private mutating func addStream() -> UInt32? {
        func added(_ application: inout Application) -> UInt32? {
            guard application.streams.count < limits.streams else { return nil }
            let taken = application.streams
            guard let free = (1...UInt32(clamping: limits.streams)).first(where: { !taken.contains($0) }) else {
                return nil
            }
            application.streams.insert(free)
            return free
        }
        switch state {
        case .connected(var application):
            let streamID = added(&application)
            state = .connected(application)
            return streamID
        case .deciding(var application, let request, let held):
            let streamID = added(&application)
            state = .deciding(application, request, held: held)
            return streamID
        case .publishing(var application, let running):
            let streamID = added(&application)
            state = .publishing(application, streamID: running)
            return streamID
        case .playing(var application, let running):
            let streamID = added(&application)
            state = .playing(application, streamID: running)
            return streamID
        case .awaitingConnect, .closed: return nil
        }
    }

    private mutating func request(_ role: Role, _ command: RTMPCommand) -> [RTMPServerAction] {
        switch state {
        case .connected(let application):
            guard application.streams.contains(command.streamID) else {
                return refuseUncreated(role, command)
            }
            let name = RTMPStreamName(
                application: application.name,
                streamName: command[1]?.string ?? "",
                applicationURL: application.url
            )
            guard let name else {
                let code = role == .publish ? "NetStream.Publish.BadName" : "NetStream.Play.StreamNotFound"
                let why = "The address names no flow, or is too long. It is rtmp://HOST/FLOW/KEY."
                return [Self.send(.status("error", code, why, streamID: command.streamID))]
                    + close(.refused(.unknownStreamKey))
            }
            state = .deciding(application, Request(role: role, streamID: command.streamID), held: [])
            return [role == .publish ? .publishRequested(name) : .playRequested(name)]
        case .deciding, .publishing, .playing:
            let code = role == .publish ? "NetStream.Publish.BadName" : "NetStream.Play.Failed"
            let why = "This connection has a stream already; use another one."
            return [Self.send(.status("error", code, why, streamID: command.streamID))]
        case .awaitingConnect, .closed: return []
        }
    }

    private mutating func refuseUncreated(_ role: Role, _ command: RTMPCommand) -> [RTMPServerAction] {
        let code = role == .publish ? "NetStream.Publish.BadName" : "NetStream.Play.Failed"
        let status = RTMPCommand.status("error", code, "createStream comes first.", streamID: command.streamID)
        return [Self.send(status)] + close(.commandOutOfOrder(command.name))
    }

    /// The client is done with a message stream.
    private mutating func end(_ streamID: UInt32, deletes: Bool, at now: MonotonicTime) -> [RTMPServerAction] {
        switch state {
        case .connected(var application):
            if deletes { application.streams.remove(streamID) }
            state = .connected(application)
            return []
        case .deciding(_, let request, _) where request.streamID == streamID: return close(.withdrawn)
        case .deciding(var application, let request, let held):
            if deletes { application.streams.remove(streamID) }
            state = .deciding(application, request, held: held)
            return []
        case .publishing(var application, let running):
            if deletes { application.streams.remove(streamID) }
            guard running == streamID else {
                state = .publishing(application, streamID: running)
                return []
            }
            connected(application, at: now)
            let code = "NetStream.Unpublish.Success"
            return [Self.send(.status("status", code, "Publishing ended.", streamID: streamID)), .publishEnded]
        case .playing(var application, let running):
            if deletes { application.streams.remove(streamID) }
            guard running == streamID else {
                state = .playing(application, streamID: running)
                return []
            }
            connected(application, at: now)
            return [.playEnded]
        case .awaitingConnect, .closed: return []
        }
    }

    /// `FCUnpublish` names the key, not the stream: it is the one that is published.
    private mutating func endPublishing(at now: MonotonicTime) -> [RTMPServerAction] {
        guard case .publishing(_, let streamID) = state else { return [] }
        return end(streamID, deletes: false, at: now)
    }

    /// Nothing for calls that want no answer.
    private static func answer(_ command: RTMPCommand, _ arguments: [AMFValue]) -> [RTMPServerAction] {
        guard command.transaction != 0, !arguments.isEmpty else { return [] }
        return [
            send(RTMPCommand("_result", transaction: command.transaction, streamID: command.streamID, arguments))
        ]
    }

    private static func fail(_ command: RTMPCommand) -> [RTMPServerAction] {
        guard command.transaction != 0 else { return [] }
        let information = RTMPCommand.information(
            "error",
            "NetConnection.Call.Failed",
            "\(shown(command.name)): not possible here."
        )
        return [
            send(
                RTMPCommand(
                    "_error",
                    transaction: command.transaction,
                    streamID: command.streamID,
                    [.null, information]
                )
            )
        ]
    }
}
