import Media
import NIOCore

/// Lets a busy event loop rest between reads, so that one wake-up serves what came on many connections meanwhile: waking
/// up for each frame of each stream costs about as much as handling the frame.
///
/// A loop is busy when reads of different connections follow each other faster than `interval`; the rest is what is left
/// of the interval since the last of them. So a loop that has enough to do never rests, and neither does one with a single
/// stream. What a connection has to read beyond `readsPerRound` buffers waits for the next round.
final class EventLoopPacer: Sendable {
    static let interval = Duration.milliseconds(4)
    /// How many buffers a paced connection should read at once: a large picture.
    static let readsPerRound: UInt = 16

    private struct State {
        var previousRead = MonotonicTime.zero
        /// The connection that was read from then.
        var previousReader: ObjectIdentifier?
        var isRestDue = false
    }

    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    init(loop: any EventLoop) {
        self.loop = loop
        state = .makeBoxSendingValue(State(), eventLoop: loop)
    }

    /// A connection of the loop was read from.
    func readEnded(by reader: ObjectIdentifier) {
        guard !state.value.isRestDue else { return }
        let now = MonotonicTime.now()
        let isBusy = state.value.previousReader != reader && now < state.value.previousRead.advanced(by: Self.interval)
        state.value.previousRead = now
        state.value.previousReader = reader
        guard isBusy else { return }
        state.value.isRestDue = true
        // Behind what the reads have given the loop to do.
        loop.execute {
            self.loop.execute { self.rest(until: now.advanced(by: Self.interval)) }
        }
    }

    private func rest(until end: MonotonicTime) {
        end.sleep()
        state.value.previousRead = .now()
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
        pacer.readEnded(by: ObjectIdentifier(self))
        context.fireChannelReadComplete()
    }
}
