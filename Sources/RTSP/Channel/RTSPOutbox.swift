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
    private let pressure: BackPressure
    private var holdEnd: Scheduled<Void>?

    /// - Parameter stallLimit: how long the peer may take nothing of what it is sent.
    init(stallLimit: Duration) {
        pressure = BackPressure(limit: stallLimit)
    }

    /// - Parameter isSecured: Whether the pipeline encrypts.
    func open(_ channel: any Channel, isSecured: Bool) {
        writer = SocketWriter(channel, isSecured: isSecured)
    }

    var isHeld: Bool { holdEnd != nil }
    /// Whether what the peer sends is read.
    var isReading: Bool { pressure.isReading }

    func flush() {
        guard messages.readableBytes > 0, !isHeld else { return }
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
            outbox.pressure.setHeld(false, context)
            whenOver(context)
        }
        pressure.setHeld(true, context)
    }

    /// To be called when the channel can be written to again, or no longer.
    ///
    /// - Parameter onStall: called later on the event loop; not after `close`.
    func writabilityChanged(_ context: ChannelHandlerContext, onStall: @escaping () -> Void) {
        pressure.writabilityChanged(context, onStall: onStall)
    }

    /// The connection is gone, or is being closed.
    func close() {
        pressure.end()
        holdEnd?.cancel()
        holdEnd = nil
        messages = ByteBuffer()
    }
}
