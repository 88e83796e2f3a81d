import FlowModel
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// Turns a request into an answer: access, route, method, snapshot.
struct StatusResponder: HTTPResponder {
    let snapshots: SnapshotCache
    let hls: (any HLSSource)?
    let events: EventHistory
    let feed: StatusFeed
    let token: BearerToken?
    /// Whether only loopback names may stand in `Host`.
    let checkHost: Bool
    let deliveryTimeout: Duration
    let logger: Logger
    let planSlots = PlanSlots()

    func respond(to request: Request, context: StatusRequestContext) async -> Response {
        // A plan's body may be large: who asks is looked at before it is read.
        let takesBody = StatusRoute(path: request.uri.path) == .plan
        if !takesBody, await body(of: request, upTo: StatusServerLimits.maximumBodyBytes, context) == nil {
            // Ends the connection once the answer is out, instead of reading all that the client goes on to send.
            context.channel.close(mode: .input, promise: nil)
            return response(.error("only a plan needs a body", status: .contentTooLarge), to: request, context)
        }
        do {
            let answer = try await answer(request, context)
            if takesBody, answer.status != .ok { context.channel.close(mode: .input, promise: nil) }
            return response(answer, to: request, context)
        } catch {
            logger.error("A status request failed", metadata: ["error": "\(error)"])
            let answer = StatusAnswer.error("the status could not be encoded", status: .internalServerError)
            return response(answer, to: request, context)
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
            return .eventStream(EventStream(history: events, lastID: lastID ?? 0, flow: wanted).body)
        case .hls(let flow, let name):
            guard let hls else { return .notFound() }
            let client = context.channel.remoteAddress?.ipAddress ?? "unknown"
            let query = request.uri.query ?? ""
            // What is held must not hold a shutdown.
            return .hls(
                await cancelWhenGracefulShutdown {
                    await hls.answer(name, query: query, ofFlow: flow, to: client)
                }
            )
        case .feed:
            return await feedAnswer(to: request)
        case .history:
            return try .json(await feed.bitrateHistory())
        case .flowHistory(let name):
            guard let history = await feed.history(of: name) else {
                return .error("no such flow", status: .notFound)
            }
            return try .json(history)
        case .page(let file):
            return .page(file)
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
        case .plan:
            return try await plan(request, context)
        }
    }

    /// Who asks for JSON gets the document that a stream begins with.
    private func feedAnswer(to request: Request) async -> StatusAnswer {
        let topic = request.uri.queryParameters["flow"].map { StatusFeed.Topic.flow(String($0)) } ?? .list
        guard request.headers[.accept]?.contains("application/json") != true else {
            return await feed.document(of: topic)
        }
        guard let signals = feed.listeners.join(topic) else {
            return .error("too many clients follow the status", status: .serviceUnavailable)
        }
        return .eventStream(FeedStream(feed: feed, topic: topic, signals: signals).body)
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
            isPosted: route?.isPosted ?? false,
            isProbe: route?.isProbe ?? false
        )
        guard let token, route?.needsToken ?? true else {
            return AccessPolicy.verdict(head, token: nil, checkHost: checkHost)
        }
        do {
            return AccessPolicy.verdict(head, token: try token.read(), checkHost: checkHost)
        } catch {
            logger.error("Nobody is let in: \(error)")
            return .unauthorized
        }
    }

    /// Nil when the body is larger, or has not come in time. Its memory follows the bytes that came.
    func body(of request: Request, upTo limit: Int, _ context: StatusRequestContext) async -> [UInt8]? {
        let deadline = context.channel.eventLoop.scheduleTask(in: TimeAmount(StatusServerLimits.bodyDeadline)) {
            context.channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        var bytes: [UInt8] = []
        do {
            for try await buffer in request.body {
                guard buffer.readableBytes <= limit - bytes.count else { return nil }
                bytes += buffer.readableBytesView
            }
        } catch {
            return nil
        }
        return bytes
    }

    private func response(
        _ answer: StatusAnswer,
        to request: Request,
        _ context: StatusRequestContext
    ) -> Response {
        let whole = body(of: answer, on: context.channel)
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        if let length = whole.contentLength { headers[.contentLength] = "\(length)" }
        headers[.cacheControl] = answer.entityTag == nil ? answer.cacheControl : "no-cache"
        SecurityHeaders.add(to: &headers, isPage: answer.entityTag != nil)
        if let tag = answer.entityTag {
            headers[.eTag] = tag
            if EntityTag.matches(tag, condition: request.headers[.ifNoneMatch]) {
                headers[.contentType] = nil
                headers[.contentLength] = nil
                return Response(status: .notModified, headers: headers)
            }
        }
        if !answer.allow.isEmpty { headers[.allow] = answer.allow.joined(separator: ", ") }
        if answer.challenges { headers[.wwwAuthenticate] = "Bearer realm=\"headgate\"" }
        let body = request.method == .head ? ResponseBody() : whole
        return Response(status: answer.status, headers: headers, body: body)
    }

    private func body(of answer: StatusAnswer, on channel: any Channel) -> ResponseBody {
        if let stream = answer.stream { return stream }
        guard !answer.pieces.isEmpty else { return ResponseBody(byteBuffer: answer.body) }
        let pieces = answer.pieces
        return ResponseBody(contentLength: pieces.reduce(0) { $0 + $1.readableBytes }) { writer in
            let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(deliveryTimeout)) {
                channel.close(promise: nil)
            }
            // For the last piece the connection's idle timeout holds.
            defer { deadline.cancel() }
            try await writer.write(contentsOf: pieces)
            try await writer.finish(nil)
        }
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
