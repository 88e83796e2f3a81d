import FlowModel
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Turns a request into an answer: access, route, method, snapshot.
struct StatusResponder: HTTPResponder {
    let snapshots: SnapshotCache
    let events: EventHistory
    let token: BearerToken?
    /// Whether only loopback names may stand in `Host`.
    let checkHost: Bool
    let logger: Logger

    func respond(to request: Request, context: StatusRequestContext) async -> Response {
        let deadline = context.channel.eventLoop.scheduleTask(in: TimeAmount(StatusServerLimits.bodyDeadline)) {
            context.channel.close(promise: nil)
        }
        let isSmall = await bodyIsSmall(request)
        deadline.cancel()
        guard isSmall else {
            // Ends the connection once the answer is out, instead of reading all that the client goes on to send.
            context.channel.close(mode: .input, promise: nil)
            return response(.error("no request needs a body", status: .contentTooLarge), to: request)
        }
        do {
            return response(try await answer(request, context), to: request)
        } catch {
            logger.error("A status request failed", metadata: ["error": "\(error)"])
            return response(.error("the status could not be encoded", status: .internalServerError), to: request)
        }
    }

    private func answer(_ request: Request, _ context: StatusRequestContext) async throws -> StatusAnswer {
        let route = StatusRoute(path: request.uri.path)
        switch verdict(request, route) {
        case .unauthorized: return .unauthorized()
        case .forbid(let reason): return .error(reason, status: .forbidden)
        case .allow: break
        }
        guard let route else { return .notFound() }
        guard route.allowedMethods.contains(request.method.rawValue) else { return .methodNotAllowed(route) }
        switch route {
        case .addresses:
            guard Self.isLoopback(context.channel.remoteAddress) else {
                return .error("stream keys are shown to clients on the gateway's machine only", status: .forbidden)
            }
            return try .json(StreamAddressList(addresses: await snapshots.streamAddresses()))
        case .events:
            let wanted = request.uri.queryParameters["flow"].map(String.init)
            // HTML Living Standard §9.2.4.
            let lastID = request.headers.first { $0.name.canonicalName == "last-event-id" }.flatMap { UInt64($0.value) }
            guard request.headers[.accept]?.contains("application/json") != true else {
                let events = events.events(after: lastID ?? 0).filter { wanted == nil || $0.flow == wanted }
                return try .json(EventList(events: events))
            }
            guard events.listenerCount < StatusServerLimits.maximumEventListeners else {
                return .error("too many clients listen for events", status: .serviceUnavailable)
            }
            return .stream(EventStream(history: events, lastID: lastID ?? 0, flow: wanted))
        case .health:
            return .text("ok\n")
        case .readiness:
            return Readiness(await snapshots.status()).answer
        case .flows:
            return try .json(FlowList(flows: await snapshots.status().flows))
        case .flow(let name):
            guard let flow = await snapshots.status().flows.first(where: { $0.name == name }) else {
                return .error("no such flow", status: .notFound)
            }
            return try .json(flow)
        case .status:
            return try .json(await snapshots.status())
        case .metrics:
            let format = MetricsFormat(accept: request.headers[.accept])
            return .text(GatewayMetrics.render(await snapshots.status(), format), contentType: format.contentType)
        case .reload:
            return try .json(ReloadResult(await snapshots.reload()))
        }
    }

    /// 127.0.0.0/8, `::1`, and the former in the latter's form.
    static func isLoopback(_ address: SocketAddress?) -> Bool {
        guard let text = address?.ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.lowercased().hasPrefix("::ffff:127.")
    }

    private func verdict(_ request: Request, _ route: StatusRoute?) -> AccessPolicy.Verdict {
        let head = AccessPolicy.Head(
            authority: request.head.authority,
            origin: request.headers[.origin],
            authorization: request.headers[.authorization],
            changesState: route?.changesState ?? false,
            isProbe: route?.isProbe ?? false
        )
        guard let token, !head.isProbe else { return AccessPolicy.verdict(head, token: nil, checkHost: checkHost) }
        do {
            return AccessPolicy.verdict(head, token: try token.read(), checkHost: checkHost)
        } catch {
            logger.error("Nobody is let in: \(error)")
            return .unauthorized
        }
    }

    private func bodyIsSmall(_ request: Request) async -> Bool {
        var count = 0
        do {
            for try await buffer in request.body {
                count += buffer.readableBytes
                guard count <= StatusServerLimits.maximumBodyBytes else { return false }
            }
        } catch {
            return false
        }
        return true
    }

    private func response(_ answer: StatusAnswer, to request: Request) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        if answer.stream == nil { headers[.contentLength] = "\(answer.body.readableBytes)" }
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        if !answer.allow.isEmpty { headers[.allow] = answer.allow.joined(separator: ", ") }
        if answer.challenges { headers[.wwwAuthenticate] = "Bearer realm=\"headgate\"" }
        let whole = answer.stream?.body ?? ResponseBody(byteBuffer: answer.body)
        let body = request.method == .head ? ResponseBody() : whole
        return Response(status: answer.status, headers: headers, body: body)
    }
}

/// Keeps the connection at hand, to end it early.
struct StatusRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.channel = source.channel
    }
}
