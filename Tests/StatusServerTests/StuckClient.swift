import NIOCore
import NIOPosix

/// A client that does not take its answer.
enum StuckClient {
    private final class FirstRead: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answered: EventLoopPromise<Void>
        init(_ answered: EventLoopPromise<Void>) { self.answered = answered }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            answered.succeed()
            context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        }
        func channelInactive(context: ChannelHandlerContext) { answered.fail(ChannelError.eof) }
    }

    /// Sends a request, waits until its answer begins, and reads no further.
    static func connect(port: Int, path: String) async throws -> any Channel {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let answered = loop.makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstRead(answered))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        try await answered.futureResult.get()
        return channel
    }
}
