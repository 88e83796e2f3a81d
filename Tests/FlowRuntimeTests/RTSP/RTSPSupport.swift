import Delivery
import FlowModel
import Media
import NIOCore
import NIOEmbedded
import NetworkAddress
import RTP
import RTSP
import Synchronization

@testable import FlowRuntime

/// Events, in the order in which they came.
final class EventLog: Sendable {
    private let events = Mutex<[FlowEvent]>([])

    var all: [FlowEvent] { events.withLock { $0 } }
    var reasons: [String] { all.map(\.reason) }

    func add(_ event: FlowEvent) {
        events.withLock { $0.append(event) }
    }
}

/// A leg that lets a test look on while it is delivered to.
final class WatchedLeg: LegSink {
    private let onSample: @Sendable () -> Void
    private let heard = Mutex((peers: [String](), samples: 0))

    /// What was told of peers: `+REMOTE`, `-REASON`.
    var peers: [String] { heard.withLock { $0.peers } }
    var sampleCount: Int { heard.withLock { $0.samples } }

    init(onSample: @escaping @Sendable () -> Void = {}) {
        self.onSample = onSample
    }

    func consume(_ track: MediaTrack) {}
    func consume(_ sample: MediaSample) {
        heard.withLock { $0.samples += 1 }
        onSample()
    }
    func consume(_ batch: PacketBatch) {}
    func peerConnected(_ remote: String) { heard.withLock { $0.peers.append("+" + remote) } }
    func peerDisconnected(_ reason: String) { heard.withLock { $0.peers.append("-" + reason) } }
}

/// A connection from an address, with nobody at its other end.
func makeConnection(_ address: String = "192.0.2.1", port: Int = 5_000) throws -> PeerConnection {
    let channel = EmbeddedChannel()
    channel.remoteAddress = try SocketAddress(ipAddress: address, port: port)
    return PeerConnection(channel: channel)
}

/// The reception of one track of G.711.
func makeReception(_ sink: any LegSink) throws -> RTSPReception? {
    let description = try SessionDescription(parsing: ByteBuffer(string: "v=0\r\nm=audio 0 RTP/AVP 0\r\n"))
    return RTSPReception(RTSPTrackChoice(description, isAnnounced: true), sink: sink) { _ in }
}

extension RTSPReception {
    /// A packet of the one track.
    func receive(_ sequenceNumber: UInt16) {
        var bytes = [UInt8](repeating: 0, count: RTPHeader.fixedByteCount + 1)
        bytes.withUnsafeMutableBytes {
            RTPHeader(payloadType: 0, sequenceNumber: sequenceNumber, timestamp: UInt32(sequenceNumber), ssrc: 7)
                .encode(into: $0)
        }
        bytes.withUnsafeBytes { receive($0, track: 0, at: .now()) }
    }
}
