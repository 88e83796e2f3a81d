package import Media
package import NIOCore

/// A channel handler that has something to do when time has passed.
package protocol DeadlineHandler: AnyObject {
    func timePassed(_ context: ChannelHandlerContext)
}

/// Calls a channel handler when the next of its deadlines is due. Used on the event loop alone.
package final class DeadlineTimer {
    /// What is due already waits this long, so that nothing goes round and round: 1 ms.
    private static let leastDelay: Int64 = 1_000_000

    private var scheduled: Scheduled<Void>?

    package init() {}

    package var isSet: Bool { scheduled != nil }

    /// In place of what it was set to before.
    package func set(
        to deadline: MonotonicTime?,
        for handler: any DeadlineHandler,
        _ context: ChannelHandlerContext
    ) {
        cancel()
        guard let deadline else { return }
        let delay = max(Self.leastDelay, deadline.nanoseconds(since: .now()))
        let bound = NIOLoopBound((self, handler, context), eventLoop: context.eventLoop)
        scheduled = context.eventLoop.scheduleTask(in: .nanoseconds(delay)) {
            let (timer, handler, context) = bound.value
            timer.scheduled = nil
            handler.timePassed(context)
        }
    }

    package func cancel() {
        scheduled?.cancel()
        scheduled = nil
    }
}
