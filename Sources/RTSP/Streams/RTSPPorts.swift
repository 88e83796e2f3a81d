package import Media
package import NIOCore
package import RTP
import Synchronization

/// Hears what arrives for the tracks of one session. The bytes are borrowed for the call.
package protocol RTSPPacketHandler: AnyObject, Sendable {
    /// - Parameter track: the index of its media section.
    func receive(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime)
    func receiveControl(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime)
    /// Gives up what was waited for long enough.
    ///
    /// - Returns: When to call again; nil for not at all before the next packet.
    func tick(at now: MonotonicTime) -> MonotonicTime?
    /// When `tick` is due; nil while nothing waits.
    var deadline: MonotonicTime? { get }
}

/// The UDP ports of a track on this side, which the owner of the session opened: packets come from the peer's address
/// alone, and go there.
package protocol RTSPPorts: AnyObject, Sendable {
    var own: RTPPortPair { get }
    /// The peer's ports. Before, nothing is sent.
    func setPeer(_ ports: RTPPortPair)
    /// Never blocks; what the system does not take is lost.
    func send(_ packets: RTPPackets)
    func sendControl(_ packet: ByteBuffer)
    /// When it returns, the handler is not called any more.
    func close()
}

/// Notes that a player is alive, by its RTCP.
final class RTSPPlayerEcho: RTSPPacketHandler {
    private let state = Mutex<MonotonicTime?>(nil)

    var lastControl: MonotonicTime? { state.withLock { $0 } }

    func receive(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime) {}

    func receiveControl(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime) {
        state.withLock { $0 = now }
    }

    func tick(at now: MonotonicTime) -> MonotonicTime? { nil }

    var deadline: MonotonicTime? { nil }
}
