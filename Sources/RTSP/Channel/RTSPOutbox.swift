import Delivery
import NIOCore

/// The messages on their way to the peer of one connection, held back while the peer has to wait. Lives on the event loop.
///
/// Nothing is read from a peer that has to wait, nor from one that does not take what it is sent: answers to requests that
/// come faster than they are read would fill the memory.
final class RTSPOutbox {
    /// What goes out with the next `flush`.
    var messages = ByteBuffer()
    /// From when the connection is active.
    private(set) var writer: SocketWriter?
    private var holdEnd: Scheduled<Void>?

    /// - Parameter isSecured: Whether the pipeline encrypts.
    func open(_ channel: any Channel, isSecured: Bool) {
        writer = SocketWriter(channel, isSecured: isSecured)
    }

    var isHeld: Bool { holdEnd != nil }

    func flush() {
        guard !isHeld else { return }
        writer?.writeOut(messages.takeAll())
    }

    /// Sends nothing for so long, from now on.
    ///
    /// - Parameter whenOver: called on the event loop, with the same context; not after `close`.
    func hold(
        for delay: Duration,
        _ context: ChannelHandlerContext,
        whenOver: @escaping (ChannelHandlerContext) -> Void
    ) {
        holdEnd?.cancel()
        let bound = NIOLoopBound((self, context, whenOver), eventLoop: context.eventLoop)
        holdEnd = context.eventLoop.scheduleTask(in: TimeAmount(delay)) {
            let (outbox, context, whenOver) = bound.value
            outbox.holdEnd = nil
            whenOver(context)
            outbox.updateReading(context)
        }
        updateReading(context)
    }

    /// To be called when the channel can be written to again, or no longer.
    func updateReading(_ context: ChannelHandlerContext) {
        let isReading = !isHeld && context.channel.isWritable
        context.channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
    }

    /// The connection is gone.
    func close() {
        holdEnd?.cancel()
        holdEnd = nil
        messages = ByteBuffer()
    }
}
