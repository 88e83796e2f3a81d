import Delivery
import NIOCore

/// One connection that is sent a stream: a player, or a server that the gateway pushes to. Lives on its event loop.
///
/// What its connection does not take is dropped from here by whole frames up to the next keyframe; one that takes
/// nothing at all is closed by its handler. No other receiver notices.
final class RTMPReceiver: DeliveryReceiver {
    /// How much may wait in a connection's buffer before frames are dropped.
    static let bufferLimits = ChannelOptions.Types.WriteBufferWaterMark(low: 1 << 20, high: 4 << 20)

    private let writer: SocketWriter
    private let audience: FLVMetadata.Audience
    private let streamID: UInt32
    private let counters: PeerCounters
    /// Nothing is sent until a decoder can start.
    private var isWaiting = true

    init(
        writer: SocketWriter,
        audience: FLVMetadata.Audience,
        streamID: UInt32,
        counters: PeerCounters
    ) {
        self.writer = writer
        self.audience = audience
        self.streamID = streamID
        self.counters = counters
    }

    /// Sends what a stream that runs begins with, however much it is.
    func begin(with opening: [RTMPFrame]) {
        for frame in opening {
            if frame.isStart { isWaiting = false }
            if frame.isHeader || !isWaiting { write(frame) }
        }
        writer.flush()
    }

    func receive(_ frames: [RTMPFrame], from first: UInt64) {
        guard !writer.isFull else {
            isWaiting = true
            for frame in frames where frame.sequence >= first {
                if frame.isHeader { write(frame) } else { counters.dropped() }
            }
            return
        }
        for frame in frames where frame.sequence >= first {
            if frame.isStart { isWaiting = false }
            if frame.isHeader || !isWaiting {
                write(frame)
            } else {
                counters.dropped()
            }
        }
        writer.flush()
    }

    private func write(_ frame: RTMPFrame) {
        guard let chunks = frame.chunks(for: audience, streamID: streamID) else { return counters.dropped() }
        counters.sent(bytes: chunks.byteCount)
        chunks.head.withUnsafeBytes { writer.write($0, chunks.body) }
    }
}
