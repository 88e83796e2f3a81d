import Media
import NIOCore

/// What clients may ask for.
extension RTSPServerSession {
    private static let supported: [RTSPMethod] = [
        .options, .describe, .announce, .setup, .play, .pause, .record, .teardown, .getParameter, .setParameter,
    ]
    static let methods = supported.map(\.rawValue).joined(separator: ", ")

    mutating func received(_ request: RTSPRequest, at now: MonotonicTime) -> [RTSPServerAction] {
        // Clients that speak RFC 7826 try again with what we speak.
        guard request.version.major == 1 else { return [respond(request, .versionNotSupported)] }
        guard request.headers.cSeq != nil else {
            return [respond(request, .badRequest, reason: "CSeq is missing or no number")]
        }
        let required = request.headers.list(.require) + request.headers.list(.proxyRequire)
        guard required.isEmpty else {
            return [respond(request, .optionNotSupported, [.init(.unsupported, required.joined(separator: ", "))])]
        }
        guard Self.supported.contains(request.method) else {
            return [respond(request, .notImplemented, [.init(.public, Self.methods)])]
        }
        switch request.method {
        case .options: return [respond(request, .ok, [.init(.public, Self.methods)])]
        case .describe, .announce: return receivedOnStream(request, at: now)
        default: break
        }
        // A session that is not this connection's is not found, whether there is one elsewhere or not.
        if let text = request.headers[.session], SessionHeader(text)?.id != setup?.id {
            return [respond(request, .sessionNotFound)]
        }
        switch request.method {
        case .getParameter, .setParameter:
            // Without parameters they only say that the client is there.
            return [respond(request, request.body.readableBytes == 0 ? .ok : .parameterNotUnderstood)]
        default: return receivedOnStream(request, at: now)
        }
    }

    /// Requests whose address must be that of a stream.
    private mutating func receivedOnStream(_ request: RTSPRequest, at now: MonotonicTime) -> [RTSPServerAction] {
        let path: RTSPPath
        do throws(RTSPPath.ParseFailure) {
            path = try RTSPPath(requestURI: request.uri)
        } catch {
            switch error {
            case .malformed: return [respond(request, .badRequest, reason: "The address is malformed")]
            case .hasQuery: return [respond(request, .badRequest, reason: "The address must have no query")]
            case .notAStream:
                return [respond(request, .notFound, reason: "The address is /FLOW/NAME")]
            }
        }
        switch request.method {
        case .describe: return describe(request, path)
        case .announce: return announce(request, path)
        case .setup: return setUp(request, path, at: now)
        default:
            // Of the stream as a whole; that of a track means the same, as some clients name them all in turn.
            if let access, access.path != path.stream { return [respond(request, .notFound)] }
            return control(request, at: now)
        }
    }

    // MARK: - Access

    private mutating func describe(_ request: RTSPRequest, _ path: RTSPPath) -> [RTSPServerAction] {
        let accepted = request.headers.list(.accept)
        let fitting = ["application/sdp", "application/*", "*/*"]
        guard
            accepted.isEmpty || accepted.contains(where: { item in fitting.contains { item.begins(ignoringCase: $0) } })
        else { return [respond(request, .notAcceptable)] }
        switch state {
        case .open(let access):
            guard access?.role != .publish else { return [respond(request, .methodNotValidInThisState)] }
            return ask(RTSPAccessRequest(role: .play, path: path.stream), request)
        case .ready(let access, _), .running(let access, _):
            guard access.role == .play, access.path == path.stream else {
                return [respond(request, .methodNotValidInThisState)]
            }
            return [describe(request, access)]
        case .deciding, .closed: return []
        }
    }

    /// The answer to DESCRIBE.
    func describe(_ request: RTSPRequest, _ access: Access) -> RTSPServerAction {
        // With a slash at the end, so that every client puts the tracks behind it.
        var base = (try? RTSPURL(parsing: request.uri))?.requestURI ?? request.uri
        if !base.hasSuffix("/") { base += "/" }
        let fields: [RTSPHeaders.Field] = [
            .init(.contentBase, base), .init(.contentType, "application/sdp"), .init(.cacheControl, "no-cache"),
        ]
        return respond(request, .ok, fields, body: access.description.body)
    }

    private mutating func announce(_ request: RTSPRequest, _ path: RTSPPath) -> [RTSPServerAction] {
        switch state {
        case .open: break
        case .ready, .running: return [respond(request, .methodNotValidInThisState)]
        case .deciding, .closed: return []
        }
        if let type = request.headers[.contentType], !type.begins(ignoringCase: "application/sdp") {
            return [respond(request, .unsupportedMediaType)]
        }
        guard let description = try? SessionDescription(parsing: request.body), !description.media.isEmpty else {
            return [respond(request, .badRequest, reason: "The description cannot be read, or has no tracks")]
        }
        guard description.media.count <= limits.tracks else {
            return [respond(request, .badRequest, reason: "There are more than \(limits.tracks) tracks")]
        }
        return ask(RTSPAccessRequest(role: .publish, path: path.stream, description: description), request)
    }

    /// Lets the owner decide. What was granted before is over.
    mutating func ask(_ access: RTSPAccessRequest, _ request: RTSPRequest) -> [RTSPServerAction] {
        let endings: [RTSPServerAction] = self.access == nil ? [] : [.ended]
        state = .deciding(.access(access), request, from: .open(nil))
        return endings + [.decideAccess(access)]
    }

    // MARK: - Control

    private mutating func control(_ request: RTSPRequest, at now: MonotonicTime) -> [RTSPServerAction] {
        switch (request.method, state) {
        case (.play, .ready(let access, let setup)) where access.role == .play:
            state = .deciding(.play, request, from: state)
            return [.startPlaying(setup.serverTracks)]
        case (.play, .running(let access, _)) where access.role == .play: return [respond(request, .ok)]
        case (.record, .ready(let access, let setup)) where access.role == .publish:
            state = .running(access, setup)
            startMediaClock(at: now)
            return [.startRecording(setup.serverTracks), respond(request, .ok)]
        case (.record, .running(let access, _)) where access.role == .publish: return [respond(request, .ok)]
        case (.pause, .running(let access, let setup)):
            state = .ready(access, setup)
            return [.pause, respond(request, .ok)]
        case (.pause, .ready): return [respond(request, .ok)]
        case (.teardown, .ready), (.teardown, .running):
            let answer = respond(request, .ok)
            open(nil, at: now)
            return [.ended, answer]
        default: return [respond(request, .methodNotValidInThisState)]
        }
    }

    // MARK: - Responses

    func respond(
        _ request: RTSPRequest,
        _ status: RTSPStatus,
        reason: String? = nil,
        _ fields: [RTSPHeaders.Field] = [],
        body: ByteBuffer = ByteBuffer()
    ) -> RTSPServerAction {
        var headers = RTSPHeaders()
        headers.cSeq = request.headers.cSeq
        headers.add(.server, RTSPSessionLimits.agent)
        if let setup, status != .sessionNotFound {
            let session = SessionHeader(id: setup.id, timeoutSeconds: limits.sessionTimeoutSeconds)
            headers.add(.session, session.description)
        }
        for field in fields { headers.add(field.name, field.value) }
        return .send(RTSPResponse(status, reason: reason, headers: headers, body: body))
    }
}
