import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Delivery

@Suite("The way out of a connection", .serialized)
struct SocketWriterTests {
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    @Test(
        "What the socket does not take waits in the channel: the bytes come in order, past the queue or through it",
        .timeLimit(.minutes(5))
    )
    func order() async throws {
        let received = AsyncStream.makeStream(of: ByteBuffer.self)
        let peer = Mutex<(any Channel)?>(nil)
        let accepted = AsyncStream.makeStream(of: Void.self)
        let listener = try await ServerBootstrap(group: Self.loops)
            .childChannelOption(ChannelOptions.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    peer.withLock { $0 = channel }
                    try channel.pipeline.syncOperations.addHandler(Collector(received.continuation))
                    accepted.continuation.yield()
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let channel = try await ClientBootstrap(group: Self.loops)
            .connect(host: "127.0.0.1", port: listener.localAddress?.port ?? 0).get()
        for await _ in accepted.stream.prefix(1) {}

        let writer = try await channel.eventLoop.submit {
            NIOLoopBound(SocketWriter(channel, isSecured: false), eventLoop: channel.eventLoop)
        }.get()
        var all = received.stream.makeAsyncIterator()
        // Twice: the second time the queue was full and is empty again.
        for round in 0..<2 {
            let pieces = (0..<400).map { ByteBuffer(repeating: UInt8(truncatingIfNeeded: $0 + round), count: 65_536) }
            try await peer.withLock { $0 }?.setOption(ChannelOptions.autoRead, value: false).get()
            let waiting = try await channel.eventLoop.submit { () -> Int in
                for (index, piece) in pieces.enumerated() {
                    // Some are kept in two places.
                    if index % 3 == 2 {
                        let head = piece.readableBytesView.prefix(20)
                        head.withUnsafeBytes {
                            writer.value.write($0, ByteBuffer(bytes: piece.readableBytesView.dropFirst(20)))
                        }
                    } else {
                        writer.value.write(piece)
                    }
                    writer.value.flush()
                }
                return try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
            }.get()
            #expect(waiting > 0, "the sockets took all of it: nothing was tried")
            try await peer.withLock { $0 }?.setOption(ChannelOptions.autoRead, value: true).get()
            var came = ByteBuffer()
            while came.readableBytes < pieces.count * 65_536, let bytes = await all.next() {
                came.writeImmutableBuffer(bytes)
            }
            for piece in pieces { #expect(came.readSlice(length: 65_536) == piece) }
        }
        try await channel.close().get()
        try await listener.close().get()
    }

    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
    }
}
