import Delivery
import NIOCore
import NIOPosix

/// The event loops of everything on TCP, each with its rounds of reading.
final class EventLoops: Sendable {
    /// A loop moves many gigabits, and a stream whose ends are on different loops costs a wake-up more for each frame:
    /// few loops, and room beside them for the threads of SRT and RTP.
    private static let count = max(1, min(4, System.coreCount / 2))

    /// Buffers that a channel reads at once: a large picture.
    static let readsAtOnce: UInt = 16

    let group: MultiThreadedEventLoopGroup
    /// None for a loop that the system granted no descriptors: its connections are read one by one.
    private let rounds: [ObjectIdentifier: NIOLoopBoundBox<ReadRounds>]

    init() {
        group = MultiThreadedEventLoopGroup(numberOfThreads: Self.count)
        rounds = Dictionary(
            uniqueKeysWithValues: group.makeIterator().compactMap { loop in
                guard let rounds = try? ReadRounds(loop: loop) else { return nil }
                return (ObjectIdentifier(loop), .makeBoxSendingValue(rounds, eventLoop: loop))
            }
        )
    }

    /// Makes the pipeline of a connection that media may come on; on its loop.
    ///
    /// - Parameters:
    ///   - security: encrypts, when the connection is encrypted.
    ///   - handler: moves the media.
    func addHandlers(_ security: (any ChannelHandler)?, _ handler: any ChannelHandler, to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        if let security { try pipeline.addHandler(security) }
        try pipeline.addHandler(handler)
        guard let rounds = rounds[ObjectIdentifier(channel.eventLoop)]?.value else { return }
        let reader = security == nil ? handler as? any SocketReader : nil
        try pipeline.addHandler(RoundReadHandler(rounds, for: reader))
    }
}
