import Delivery
import Media
import NIOCore
import RTP

/// One connection that is sent a stream between its messages: a player, or a server that the gateway pushes to. Lives on
/// its event loop.
///
/// What its connection does not take is dropped from here by whole samples up to the next keyframe; one that takes
/// nothing at all is closed by its handler. No other receiver notices.
final class RTSPReceiver: DeliveryReceiver {
    /// How much may wait in a connection's buffer before samples are dropped.
    static let bufferLimits = ChannelOptions.Types.WriteBufferWaterMark(low: 1 << 20, high: 4 << 20)

    private let writer: SocketWriter
    /// For each track that was set up.
    private let channels: [Int: RTPChannelPair]
    private let generation: UInt64
    private let counters: PeerCounters
    /// Nothing is sent until a decoder can start.
    private var isWaiting = true
    /// What comes before the first keyframe is not lost on the way.
    private var hasBegun = false

    init(
        writer: SocketWriter,
        channels: [Int: RTPChannelPair],
        generation: UInt64,
        counters: PeerCounters
    ) {
        self.writer = writer
        self.channels = channels
        self.generation = generation
        self.counters = counters
    }

    /// Sends the reports that a session begins with.
    func begin(with reports: [RTSPFrame]) {
        for frame in reports { send(frame) }
        writer.flush()
    }

    func receive(_ frames: [RTSPFrame], from first: UInt64) {
        guard !writer.isFull else {
            isWaiting = true
            for frame in frames where frame.sequence >= first { countDropped(frame) }
            return
        }
        for frame in frames where frame.sequence >= first { send(frame) }
        writer.flush()
    }

    private func send(_ frame: RTSPFrame) {
        guard frame.generation == generation else { return }
        if frame.isStart { (isWaiting, hasBegun) = (false, true) }
        guard let channels = channels[frame.track] else { return }
        switch frame.content {
        case .packets(let packets):
            guard !isWaiting else {
                countDropped(frame)
                return
            }
            let bytes = packets.interleaved(onChannel: channels.rtp)
            counters.sent(bytes: bytes.readableBytes, packets: packets.count)
            writer.write(bytes)
        case .report(let packet):
            var bytes = ByteBuffer()
            InterleavedFrame(channel: channels.rtcp, payload: packet).write(into: &bytes)
            writer.write(bytes)
        }
    }

    private func countDropped(_ frame: RTSPFrame) {
        guard hasBegun, case .packets(let packets) = frame.content, frame.generation == generation,
            channels[frame.track] != nil
        else { return }
        counters.dropped(packets: packets.count)
    }
}
