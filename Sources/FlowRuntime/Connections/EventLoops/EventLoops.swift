import NIOCore
import NIOPosix

/// The event loops of everything on TCP, each with what paces its reads.
final class EventLoops: Sendable {
    /// A loop moves many gigabits, and a stream whose ends are on different loops costs a wake-up more for each frame:
    /// few loops, and room beside them for the threads of SRT and RTP.
    private static let count = max(1, min(4, System.coreCount / 2))

    let group: MultiThreadedEventLoopGroup
    private let pacers: [ObjectIdentifier: EventLoopPacer]

    init() {
        group = MultiThreadedEventLoopGroup(numberOfThreads: Self.count)
        pacers = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), EventLoopPacer(loop: $0)) }
        )
    }

    /// What paces the reads of a connection on one of the loops.
    func pacedReads(on loop: any EventLoop) -> PacedReadHandler {
        guard let pacer = pacers[ObjectIdentifier(loop)] else { preconditionFailure("not a loop of this group") }
        return PacedReadHandler(pacer)
    }
}
