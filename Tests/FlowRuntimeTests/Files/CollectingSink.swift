import MPEGTS
import Media
import Synchronization

/// Keeps what a player passes on.
final class CollectingSink: InputSink {
    struct State {
        var bytes: [UInt8] = []
        var arrivals: [(byteCount: Int, time: MonotonicTime)] = []
        var connections: [String] = []
        var disconnections: [String] = []
        var largestPayload = 0
    }

    private let state = Mutex(State())

    var snapshot: State { state.withLock { $0 } }
    var byteCount: Int { state.withLock { $0.bytes.count } }

    func consume(_ batch: PacketBatch) {
        state.withLock { state in
            for payload in batch.payloads {
                state.bytes += payload
                state.largestPayload = max(state.largestPayload, payload.count)
            }
            state.arrivals.append((batch.byteCount, batch.arrival))
        }
    }

    func peerConnected(_ remote: String) {
        state.withLock { $0.connections.append(remote) }
    }

    func peerDisconnected(_ reason: String) {
        state.withLock { $0.disconnections.append(reason) }
    }
}

/// Sends payloads to a sink, each as a batch.
func send(_ bytes: [UInt8], to sink: any PacketSink, payload: Int = 1316, at arrival: MonotonicTime = .now()) {
    bytes.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: payload) {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + payload, bytes.count)])
            withUnsafePointer(to: piece) {
                sink.consume(PacketBatch(payloads: UnsafeBufferPointer(start: $0, count: 1), arrival: arrival))
            }
        }
    }
}
