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

    /// Decides when to rest. A pure value: time is an argument.
    struct Rhythm {
        private var previousRead = MonotonicTime.zero
        /// The connection that was read from then.
        private var previousReader: ObjectIdentifier?
        private var isRestDue = false

        /// - Returns: Until when to rest, now that a connection was read from; nil to go on.
        mutating func readEnded(by reader: ObjectIdentifier, at now: MonotonicTime) -> MonotonicTime? {
            guard !isRestDue else { return nil }
            isRestDue = previousReader != reader && now < previousRead.advanced(by: EventLoopPacer.interval)
            previousRead = now
            previousReader = reader
            return isRestDue ? now.advanced(by: EventLoopPacer.interval) : nil
        }

        mutating func rested(at now: MonotonicTime) {
            previousRead = now
            isRestDue = false
        }
    }

    private let loop: any EventLoop
    private let rhythm: NIOLoopBoundBox<Rhythm>

    init(loop: any EventLoop) {
        self.loop = loop
        rhythm = .makeBoxSendingValue(Rhythm(), eventLoop: loop)
    }

    /// A connection of the loop was read from.
    func readEnded(by reader: ObjectIdentifier) {
        guard let end = rhythm.value.readEnded(by: reader, at: .now()) else { return }
        // Behind what the reads have given the loop to do.
        loop.execute {
            self.loop.execute { self.rest(until: end) }
        }
    }

    private func rest(until end: MonotonicTime) {
        end.sleep()
        rhythm.value.rested(at: .now())
    }
}

/// Last in the pipeline of a connection that media comes on: behind the handler that takes the bytes, so that these do
/// not pass through it.
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
