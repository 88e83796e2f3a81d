import NIOCore

extension ChannelHandlerContext {
    /// How long a peer has to take what is still waiting for it.
    private static var farewellLimit: TimeAmount { .seconds(1) }

    /// Closes when what waits was sent, and at the latest after a second: a peer that does not read cannot keep the
    /// connection.
    func closeWhenSent() {
        let channel = channel
        let deadline = eventLoop.scheduleTask(in: Self.farewellLimit) { channel.close(promise: nil) }
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in
            deadline.cancel()
            channel.close(promise: nil)
        }
    }
}
