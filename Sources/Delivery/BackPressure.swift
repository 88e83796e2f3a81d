package import NIOCore

/// Keeps a peer from filling the memory with what it does not take: nothing is read from it meanwhile, so that there is
/// nothing more to answer, and it is given up when it takes nothing at all for too long. Lives on the event loop.
package final class BackPressure {
    /// What the handlers behind the one that watches are told, as an inbound user event.
    package enum Event: Sendable {
        /// Nothing is to be read from the peer.
        case held
        /// What the peer sends is read again.
        case released
    }

    /// How often a peer that does not take all it is sent is looked at.
    private static let interval = TimeAmount.milliseconds(500)

    private let limit: TimeAmount
    private var nextLook: Scheduled<Void>?
    private var isHeld = false
    /// Whether what the peer sends is read.
    package private(set) var isReading = true
    private var hasEnded = false

    /// - Parameter limit: how long a peer may take nothing at all.
    package init(limit: Duration) {
        self.limit = TimeAmount(limit)
    }

    /// To be called when the channel can be written to again, or no longer.
    ///
    /// - Parameter onStall: called later on the event loop, unless `end` comes first.
    package func writabilityChanged(_ context: ChannelHandlerContext, onStall: @escaping () -> Void) {
        guard !hasEnded else { return }
        nextLook?.cancel()
        if !context.channel.isWritable { look(context, former: 0, since: context.eventLoop.now, onStall) }
        updateReading(context)
    }

    /// From a peer that is held nothing is read, whatever it takes.
    package func setHeld(_ isHeld: Bool, _ context: ChannelHandlerContext) {
        guard !hasEnded else { return }
        self.isHeld = isHeld
        updateReading(context)
    }

    /// The connection is gone, or is being closed.
    package func end() {
        hasEnded = true
        nextLook?.cancel()
        nextLook = nil
    }

    private func updateReading(_ context: ChannelHandlerContext) {
        let isReading = !isHeld && context.channel.isWritable
        guard isReading != self.isReading else { return }
        self.isReading = isReading
        context.channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
        context.fireUserInboundEventTriggered(isReading ? Event.released : Event.held)
    }

    /// - Parameters:
    ///   - former: what waited for the peer when it was last looked at, in bytes.
    ///   - since: from when on it has been seen to take nothing.
    private func look(
        _ context: ChannelHandlerContext,
        former: Int,
        since: NIODeadline,
        _ onStall: @escaping () -> Void
    ) {
        let now = context.eventLoop.now
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        // A peer that reads, however slowly, has not stalled.
        let since = waiting < former ? now : since
        guard now - since <= limit else { return onStall() }
        let bound = NIOLoopBound((self, context, onStall), eventLoop: context.eventLoop)
        nextLook = context.eventLoop.scheduleTask(in: min(Self.interval, limit)) {
            let (pressure, context, onStall) = bound.value
            pressure.look(context, former: waiting, since: since, onStall)
        }
    }
}
