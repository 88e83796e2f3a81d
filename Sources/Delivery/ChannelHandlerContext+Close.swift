package import NIOCore

extension ChannelHandlerContext {
    /// How long a peer has to take what is still waiting for it.
    private static var farewellLimit: TimeAmount { .seconds(1) }

    /// Closes when what waits was sent, or after a second: a peer that does not read cannot keep the connection, and one
    /// that reads slowly does not get all that waited for it.
    package func closeWhenSent() {
        let channel = channel
        let deadline = eventLoop.scheduleTask(in: Self.farewellLimit) { channel.close(promise: nil) }
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in
            deadline.cancel()
            channel.close(promise: nil)
        }
    }
}
