package import NIOCore

/// Keeps a peer from filling the memory with answers that it does not take: nothing is read from it meanwhile, and it is
/// given up when it takes nothing at all for too long. Lives on the event loop.
package final class BackPressure {
    /// How often a peer that is not read from is looked at.
    private static let interval = TimeAmount.milliseconds(500)

    private let limit: Duration
    private var stall: StallWatch
    private var check: Scheduled<Void>?

    /// - Parameter limit: how long a peer may take nothing at all.
    package init(limit: Duration) {
        self.limit = limit
        stall = StallWatch(limit: limit)
    }

    /// To be called when the channel can be written to again, or no longer.
    ///
    /// - Parameter onStall: called on the event loop, unless `end` comes first.
    package func writabilityChanged(_ context: ChannelHandlerContext, onStall: @escaping () -> Void) {
        let isWritable = context.channel.isWritable
        context.channel.setOption(.autoRead, value: isWritable).whenFailure { _ in }
        end()
        guard !isWritable else { return }
        stall = StallWatch(limit: limit)
        look(context, onStall)
    }

    /// The connection is gone.
    package func end() {
        check?.cancel()
        check = nil
    }

    private func look(_ context: ChannelHandlerContext, _ onStall: @escaping () -> Void) {
        let waiting = (try? context.channel.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)) ?? 0
        guard !stall.isFull(waitingBytes: waiting, at: .now()) else { return onStall() }
        let bound = NIOLoopBound((self, context, onStall), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(in: min(Self.interval, TimeAmount(limit))) {
            let (pressure, context, onStall) = bound.value
            pressure.look(context, onStall)
        }
    }
}
