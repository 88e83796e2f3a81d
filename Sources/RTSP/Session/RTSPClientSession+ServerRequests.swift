package import Media
import NIOCore

/// What servers ask of their clients, RFC 2326 §10.
extension RTSPClientSession {
    private static let methods = "OPTIONS, GET_PARAMETER, SET_PARAMETER, ANNOUNCE, REDIRECT, TEARDOWN"

    /// The server asks something of its client.
    package mutating func requestReceived(_ request: RTSPRequest, at now: MonotonicTime) -> [RTSPClientAction] {
        switch state {
        case .disconnected, .finished: return []
        case .exchanging, .choosing, .openingPorts, .running: break
        }
        switch request.method {
        case .options: return [respond(request, .ok, [.init(.public, Self.methods)])]
        case .getParameter, .setParameter:
            return [respond(request, request.body.readableBytes == 0 ? .ok : .parameterNotUnderstood)]
        // A new description of what runs: what changes in earnest ends the session.
        case .announce: return [respond(request, .ok)]
        case .redirect:
            return [respond(request, .ok)] + redirect(to: request.headers[.location], .media)
        case .teardown:
            let answer = respond(request, .ok)
            state = .finished
            return [answer, .ended]
        default: return [respond(request, .notImplemented, [.init(.public, Self.methods)])]
        }
    }

    private func respond(
        _ request: RTSPRequest,
        _ status: RTSPStatus,
        _ fields: [RTSPHeaders.Field] = []
    ) -> RTSPClientAction {
        var headers = RTSPHeaders()
        headers.cSeq = request.headers.cSeq
        headers.add(.userAgent, RTSPSessionLimits.agent)
        if let session = request.headers[.session] { headers.add(.session, session) }
        for field in fields { headers.add(field.name, field.value) }
        return .respond(RTSPResponse(status, headers: headers))
    }
}
