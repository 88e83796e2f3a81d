import Delivery
import Media
import NIOCore
import Synchronization

@testable import RTMP

/// Lets everybody publish, and play what has not begun yet.
final class TestServer: RTMPServerDelegate {
    final class Sink: SampleSink, PeerSink {
        func consume(_ track: MediaTrack) {}
        let samples = AsyncStream.makeStream(of: Void.self)

        func consume(_ sample: MediaSample) { samples.continuation.yield() }
        func peerConnected(_ remote: String) {}
        func peerDisconnected(_ reason: String) { farewells.continuation.yield(reason) }
        let farewells = AsyncStream.makeStream(of: String.self)
    }

    let sink = Sink()
    let misbehaviour = AsyncStream.makeStream(of: String.self)
    let fanOut = RTMPFanOut()
    let channel = Mutex<(any Channel)?>(nil)
    /// How many connections there are, and how many play.
    let present = Mutex((connections: 0, players: 0))
    let player = Mutex<PeerConnection?>(nil)
    let limits: RTMPSessionLimits

    init(limits: RTMPSessionLimits = .default) {
        self.limits = limits
    }

    func connected(_ address: SocketAddress?) -> Refusal? {
        present.withLock { $0.connections += 1 }
        return nil
    }
    func disconnected(_ address: SocketAddress?) { present.withLock { $0.connections -= 1 } }
    func publish(
        _ name: RTMPStreamName,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<any SampleSink & PeerSink, RTMPRefusal> { .success(sink) }
    func publishEnded(_ connection: PeerConnection) {}
    func play(
        _ name: RTMPStreamName,
        from address: SocketAddress?,
        _ connection: PeerConnection
    ) -> Result<RTMPFanOut, RTMPRefusal> {
        present.withLock { $0.players += 1 }
        player.withLock { $0 = connection }
        return .success(fanOut)
    }
    func playEnded(_ connection: PeerConnection) { present.withLock { $0.players -= 1 } }
    func misbehaved(_ message: String, _ connection: PeerConnection) { misbehaviour.continuation.yield(message) }
    func stalled(_ connection: PeerConnection) { misbehaviour.continuation.yield("stalled") }
    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {}
}

/// Notes what it hears.
final class TestClient: RTMPClientDelegate {
    /// nil: the stream runs.
    let events = AsyncStream.makeStream(of: RTMPClientEnd?.self)
    let connection = Mutex<PeerConnection?>(nil)
    let arrivals = Mutex(0)
    let ends = Mutex(0)

    func ready(_ connection: PeerConnection) {
        self.connection.withLock { $0 = connection }
        events.continuation.yield(nil)
    }
    func mediaArrives(_ connection: PeerConnection) { arrivals.withLock { $0 += 1 } }
    func ended(_ end: RTMPClientEnd) {
        ends.withLock { $0 += 1 }
        events.continuation.yield(end)
    }
    func unsupportedCodec(_ name: String, _ connection: PeerConnection) {}
    func explain(_ error: any Error) -> String { "\(error)" }
}
