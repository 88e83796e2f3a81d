import NIOCore
import NIOHTTP1
import NIOSSL

/// Gathers one answer and fulfils its promise, whatever happens to the connection.
final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let server: String
    private let maximumBytes: Int
    private let answer: EventLoopPromise<GatewayResponse>
    private var response: GatewayResponse?

    init(server: String, maximumBytes: Int, answer: EventLoopPromise<GatewayResponse>) {
        self.server = server
        self.maximumBytes = maximumBytes
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // RFC 9110 §15.2: 1xx come before the answer.
            guard head.status.code >= 200 else { return }
            response = GatewayResponse(
                status: Int(head.status.code),
                headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { $1 },
                body: []
            )
        case .body(let buffer):
            guard let count = response?.body.count, buffer.readableBytes <= maximumBytes - count else {
                fail(context, .answerTooLarge(server: server, limit: maximumBytes))
                return
            }
            response?.body.append(contentsOf: buffer.readableBytesView)
        case .end:
            guard let response else { return }
            answer.succeed(response)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError:
            fail(context, .malformedAnswer(server: server, cause: "\(error)"))
        case is NIOSSLError, is NIOSSLExtraError:
            fail(context, .unreachable(server: server, cause: GatewayClient.sentence(error)))
        default:
            fail(context, .connectionClosed(server: server))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(context, .connectionClosed(server: server))
    }

    /// Later results of the same promise are ignored.
    private func fail(_ context: ChannelHandlerContext, _ error: GatewayClientError) {
        answer.fail(error)
        context.close(promise: nil)
    }
}
