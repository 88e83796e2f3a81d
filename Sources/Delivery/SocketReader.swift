package import NIOCore

/// A handler that takes its connection's bytes from whoever read them from the socket: the channel, or on a connection
/// that is not encrypted another, past the pipeline, since the way through it costs a good part of what the system call
/// does.
package protocol SocketReader: ChannelInboundHandler where InboundIn == ByteBuffer {
    /// - Parameter bytes: all of them are taken.
    func read(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext)
}

extension SocketReader {
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        read(&bytes, context)
    }
}
