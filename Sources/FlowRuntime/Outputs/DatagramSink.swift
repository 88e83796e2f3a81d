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

    /// Where FEC packets go, SMPTE ST 2022-1.
    struct ErrorCorrection: Sendable {
        let columns: UDPSender
        let rows: UDPSender
        let matrix: FECMatrix
    }

    private struct State: ~Copyable {
        var packetizer = RTPPacketizer.random()
        var encoder: FECEncoder?
        /// With FEC, the headers of the packets that were sent last.
        var headers: [UInt8] = []
        var aligner = TSAligner()
        /// Set once the stream turned out to ignore packet borders; then every payload goes through the aligner.
        var isUnaligned = false
    }

    let sender: UDPSender
    private let framing: Framing
    private let correction: ErrorCorrection?
    private let state: Mutex<State>

    /// - Parameter correction: with RTP only.
    init(sender: UDPSender, framing: Framing, correction: ErrorCorrection? = nil) {
        self.sender = sender
        self.framing = framing
        self.correction = correction
        let encoder = correction.map {
            FECEncoder(
                matrix: $0.matrix,
                columnSequence: .random(in: .min ... .max),
                rowSequence: .random(in: .min ... .max)
            )
        }
        state = Mutex(State(encoder: encoder))
    }

    func close() {
        sender.close()
        correction?.columns.close()
        correction?.rows.close()
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
                send(batch.payloads, at: batch.arrival, &state)
            } else {
                for payload in batch.payloads {
                    sendChunks(of: payload) { send($0, at: batch.arrival, &state) }
                }
            }
            return
        }
        state.isUnaligned = true
        var aligner = TSAligner()
        swap(&aligner, &state.aligner)
        for payload in batch.payloads {
            aligner.append(payload) { run in
                sendChunks(of: run) { send($0, at: batch.arrival, &state) }
            }
        }
        swap(&aligner, &state.aligner)
    }

    private func send(
        _ payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>,
        at arrival: MonotonicTime,
        _ state: inout State
    ) {
        guard correction != nil else {
            return sender.send(payloads, headerLength: RTPPacketizer.headerByteCount) { _, header in
                state.packetizer.writeHeader(into: header, at: arrival)
            }
        }
        state.headers.removeAll(keepingCapacity: true)
        sender.send(payloads, headerLength: RTPPacketizer.headerByteCount) { _, header in
            state.packetizer.writeHeader(into: header, at: arrival)
            state.headers.append(contentsOf: header)
        }
        protect(payloads, in: &state)
    }

    /// Sends the FEC packets that are due behind what was sent. Not while it is being sent: senders share their memory.
    private func protect(_ payloads: UnsafeBufferPointer<UnsafeRawBufferPointer>, in state: inout State) {
        guard let correction, var encoder = state.encoder.take() else { return }
        let byteCount = RTPPacketizer.headerByteCount
        state.headers.withUnsafeBytes { headers in
            for index in payloads.indices where (index + 1) * byteCount <= headers.count {
                let header = UnsafeRawBufferPointer(rebasing: headers[index * byteCount..<(index + 1) * byteCount])
                encoder.protect(header, payloads[index]) { stream, packet in
                    let sender = stream == .column ? correction.columns : correction.rows
                    withUnsafePointer(to: packet) { sender.send(UnsafeBufferPointer(start: $0, count: 1)) }
                }
            }
        }
        state.encoder = encoder
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
