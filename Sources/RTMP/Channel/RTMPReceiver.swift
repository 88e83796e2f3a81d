import Media
import NIOCore
import Synchronization

/// One connection that is sent a stream: a player, or a server that the gateway pushes to. Lives on its event loop.
///
/// What its connection does not take is dropped from here by whole frames up to the next keyframe; a connection that
/// takes nothing for the stall limit is closed. No other receiver notices.
final class RTMPReceiver {
    /// How much may wait in a connection's buffer before frames are dropped.
    static let bufferLimits = ChannelOptions.Types.WriteBufferWaterMark(low: 1 << 20, high: 4 << 20)

    private let channel: any Channel
    private let writer: SocketWriter
    private let audience: FLVMetadata.Audience
    private let streamID: UInt32
    private let counters: RTMPPeerCounters
    private let stallLimit: TimeAmount
    private let onStall: () -> Void
    /// Nothing is sent until a decoder can start.
    private var isWaiting = true
    private var stalledSince: NIODeadline?
    /// What waited for the peer when it was last looked at while it stalled.
    private var waitingBytes = 0

    init(
        channel: any Channel,
        isSecured: Bool,
        audience: FLVMetadata.Audience,
        streamID: UInt32,
        counters: RTMPPeerCounters,
        stallLimit: Duration,
        onStall: @escaping () -> Void
    ) {
        self.channel = channel
        writer = SocketWriter(channel, isSecured: isSecured)
        self.audience = audience
        self.streamID = streamID
        self.counters = counters
        self.stallLimit = TimeAmount(stallLimit)
        self.onStall = onStall
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
        guard channel.isWritable else {
            drop(frames)
            return
        }
        stalledSince = nil
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

    private func drop(_ frames: [RTMPFrame]) {
        isWaiting = true
        for frame in frames {
            if frame.isHeader { write(frame) } else { counters.dropped() }
        }
        let now = NIODeadline.now()
        let waiting = writer.waitingBytes
        // A peer that reads, however slowly, has not stalled.
        let since = waiting < waitingBytes ? now : stalledSince ?? now
        waitingBytes = waiting
        stalledSince = since
        if now - since > stallLimit { onStall() }
    }

    private func write(_ frame: RTMPFrame) {
        let bytes = frame.bytes(for: audience, streamID: streamID)
        counters.sent(bytes.readableBytes)
        writer.write(bytes)
    }
}

/// What a receiver was sent: written on its event loop, read by status.
package final class RTMPPeerCounters: Sendable {
    private let bytesSent = Atomic<UInt64>(0)
    private let messagesSent = Atomic<UInt64>(0)
    private let messagesDropped = Atomic<UInt64>(0)

    package init() {}

    package var bytes: UInt64 { bytesSent.load(ordering: .relaxed) }
    package var messages: UInt64 { messagesSent.load(ordering: .relaxed) }
    package var droppedMessages: UInt64 { messagesDropped.load(ordering: .relaxed) }

    func sent(_ byteCount: Int) {
        bytesSent.wrappingAdd(UInt64(byteCount), ordering: .relaxed)
        messagesSent.wrappingAdd(1, ordering: .relaxed)
    }

    func dropped() {
        messagesDropped.wrappingAdd(1, ordering: .relaxed)
    }
}
