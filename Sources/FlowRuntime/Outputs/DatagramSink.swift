import MPEGTS
import Media
import PacketIO
import RTP
import Synchronization

/// Sends what it takes to one UDP destination, plain or in RTP, straight from where it lies.
final class DatagramSink: PacketSink {
    enum Framing: Hashable, Sendable {
        /// A payload a datagram, as it came.
        case plain
        /// Whole TS packets, up to seven a datagram (RFC 2250 §2).
        case rtp
    }

    /// The longest payload that goes out undivided: with IP, UDP and RTP headers it fits an Ethernet frame.
    static let maximumPayload = 1_456

    private struct State: ~Copyable {
        var packetizer = RTPPacketizer.random()
        var aligner = TSAligner()
        /// Set once the stream turned out to ignore packet borders; then every payload goes through the aligner.
        var isUnaligned = false
    }

    let sender: UDPSender
    private let framing: Framing
    private let state = Mutex(State())

    init(sender: UDPSender, framing: Framing) {
        self.sender = sender
        self.framing = framing
    }

    func consume(_ batch: PacketBatch) {
        switch framing {
        case .plain:
            if batch.payloads.allSatisfy({ $0.count <= Self.maximumPayload }) {
                sender.send(batch.payloads)
            } else {
                for payload in batch.payloads { sendChunks(of: payload) { sender.send($0) } }
            }
        case .rtp:
            state.withLock { sendRTP(batch, in: &$0) }
        }
    }

    private func sendRTP(_ batch: PacketBatch, in state: inout State) {
        if !state.isUnaligned, batch.payloads.allSatisfy({ $0.count.isMultiple(of: TSPacket.byteCount) }) {
            if batch.payloads.allSatisfy({ $0.count <= Self.maximumPayload }) {
                send(batch.payloads, at: batch.arrival, &state.packetizer)
            } else {
                for payload in batch.payloads {
                    sendChunks(of: payload) { send($0, at: batch.arrival, &state.packetizer) }
                }
            }
            return
        }
        state.isUnaligned = true
        var aligner = TSAligner()
        swap(&aligner, &state.aligner)
        for payload in batch.payloads {
            aligner.append(payload) { run in
                sendChunks(of: run) { send($0, at: batch.arrival, &state.packetizer) }
            }
        }
        swap(&aligner, &state.aligner)
    }

    private func send(
        _ payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>,
        at arrival: MonotonicTime,
        _ packetizer: inout RTPPacketizer
    ) {
        sender.send(payloads, headerLength: RTPPacketizer.headerByteCount) { _, header in
            packetizer.writeHeader(into: header, at: arrival)
        }
    }

    /// Divides a payload that is too long for one datagram on TS packet borders.
    private func sendChunks(
        of payload: UnsafeRawBufferPointer,
        _ send: (UnsafeBufferPointer<UnsafeRawBufferPointer>) -> Void
    ) {
        guard payload.count > Self.maximumPayload else {
            withUnsafePointer(to: payload) { send(UnsafeBufferPointer(start: $0, count: 1)) }
            return
        }
        for index in 0..<RTPPacketizer.chunkCount(of: payload) {
            let chunk = RTPPacketizer.chunk(index, of: payload)
            withUnsafePointer(to: chunk) { send(UnsafeBufferPointer(start: $0, count: 1)) }
        }
    }
}
