import NIOCore
import NIOHTTP1
import NIOPosix

extension GatewayClient {
    /// How a stream of events ended without an error.
    public enum StreamEnd: Sendable {
        /// The gateway ended it, as it does when it stops.
        case ended
        /// There was none: the answer says why.
        case refused(GatewayResponse)
    }

    /// A gateway says something every ten seconds.
    public static let streamIdleTimeout: Duration = .seconds(30)
    /// Bytes of an answer that is no stream.
    private static let maximumRefusalBytes = 64 * 1024

    /// Listens to server-sent events until the gateway ends the stream. Reads on only when an event has been taken.
    ///
    /// - Parameters:
    ///   - lastID: the last event that was seen; the gateway goes on behind it.
    ///   - onOpen: called when the stream has begun.
    /// - Throws: `GatewayClientError`, `CancellationError`, or what `onEvent` throws.
    public func events(
        _ path: String,
        after lastID: String? = nil,
        idleTimeout: Duration = Self.streamIdleTimeout,
        onOpen: () -> Void = {},
        onEvent: (ServerSentEvent) throws -> Void
    ) async throws -> StreamEnd {
        var headers = [(name: "Accept", value: "text/event-stream")]
        if let lastID { headers.append(("Last-Event-ID", lastID)) }
        let head = requestHead(.get, path, headers, bodyLength: 0)
        let stream = try await connectStream(idleTimeout: idleTimeout)
        do {
            return try await stream.executeThenClose { parts in
                stream.channel.write(HTTPClientRequestPart.head(head), promise: nil)
                stream.channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
                return try await read(parts, onOpen: onOpen, onEvent: onEvent)
            }
        } catch let error as HTTPParserError {
            throw GatewayClientError.malformedAnswer(server: server.description, cause: "\(error)")
        } catch is IOError, is ChannelError {
            throw GatewayClientError.connectionClosed(server: server.description)
        }
    }

    private func read(
        _ parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>,
        onOpen: () -> Void,
        onEvent: (ServerSentEvent) throws -> Void
    ) async throws -> StreamEnd {
        var decoder = ServerSentEventDecoder()
        var refusal: GatewayResponse?
        var isOpen = false
        for try await part in parts {
            switch part {
            case .head(let head) where head.status.code < 200:
                continue
            case .head(let head):
                if head.status == .ok {
                    isOpen = true
                    onOpen()
                } else {
                    refusal = GatewayResponse(status: Int(head.status.code), headers: [:], body: [])
                }
            case .body(let buffer):
                if let count = refusal?.body.count {
                    refusal?.body += buffer.readableBytesView.prefix(Self.maximumRefusalBytes - count)
                } else {
                    for event in try events(in: buffer, &decoder) { try onEvent(event) }
                }
            case .end:
                return refusal.map(StreamEnd.refused) ?? .ended
            }
        }
        try Task.checkCancellation()
        // The gateway closes without an end when it is killed, and this end when nothing came for too long.
        guard isOpen else { throw GatewayClientError.connectionClosed(server: server.description) }
        return .ended
    }

    private func events(in buffer: ByteBuffer, _ decoder: inout ServerSentEventDecoder) throws -> [ServerSentEvent] {
        do {
            return try decoder.decode(buffer.readableBytesView)
        } catch {
            throw GatewayClientError.answerTooLarge(
                server: server.description,
                limit: ServerSentEventDecoder.maximumEventBytes
            )
        }
    }

    private func connectStream(
        idleTimeout: Duration
    ) async throws -> NIOAsyncChannel<HTTPClientResponsePart, Never> {
        try Task.checkCancellation()
        do {
            let secure = try securing()
            return try await bootstrap(on: MultiThreadedEventLoopGroup.singleton)
                .connect(host: server.host, port: server.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try secure(channel)
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(IdleStateHandler(readTimeout: TimeAmount(idleTimeout)))
                        try pipeline.addHandler(IdleStreamCloser())
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw GatewayClientError.unreachable(server: server.description, cause: Self.sentence(error))
        }
    }
}

/// Closes a stream on which nothing has come for too long: its other end may be gone without a word.
private final class IdleStreamCloser: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
