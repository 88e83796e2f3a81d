import Media
import NIOCore

/// Lets a busy event loop rest between two rounds of reads, so that one wake-up serves what came on many connections
/// meanwhile: waking up for each frame of each stream costs about as much as handling the frame.
///
/// A loop is busy when its rounds follow each other faster than `interval`; the rest is what is left of the interval, so
/// a loop that has enough to do never rests, and neither does one with a single stream. It delays what arrives by no
/// more than the interval.
final class EventLoopPacer: Sendable {
    static let interval = Duration.milliseconds(4)

    private struct State {
        var previousRound = MonotonicTime.zero
        var isRestDue = false
    }

    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    init(loop: any EventLoop) {
        self.loop = loop
        state = .makeBoxSendingValue(State(), eventLoop: loop)
    }

    /// A connection of the loop was read from.
    func readEnded() {
        guard !state.value.isRestDue else { return }
        let now = MonotonicTime.now()
        let isBusy = now < state.value.previousRound.advanced(by: Self.interval)
        state.value.previousRound = now
        guard isBusy else { return }
        state.value.isRestDue = true
        // Behind what the round's reads have given the loop to do.
        loop.execute {
            self.loop.execute { self.rest(until: now.advanced(by: Self.interval)) }
        }
    }

    private func rest(until end: MonotonicTime) {
        end.sleep()
        state.value.previousRound = .now()
        state.value.isRestDue = false
    }
}

/// First in the pipeline of a connection that media comes on.
final class PacedReadHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let pacer: EventLoopPacer

    init(_ pacer: EventLoopPacer) {
        self.pacer = pacer
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        pacer.readEnded()
        context.fireChannelReadComplete()
    }
}
