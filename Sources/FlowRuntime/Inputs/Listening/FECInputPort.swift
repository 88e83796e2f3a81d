import Media
import NetworkAddress
import PacketIO

/// A port of an RTP leg that FEC packets come to.
final class FECInputPort: DatagramHandler {
    private let leg: RTPInputLeg

    init(_ leg: RTPInputLeg) {
        self.leg = leg
    }

    func receive(_ datagrams: UnsafeBufferPointer<Datagram>, at now: MonotonicTime) -> MonotonicTime? {
        leg.receiveFEC(datagrams, at: now)
        return nil
    }

    func tick(at now: MonotonicTime) -> MonotonicTime? { nil }

    func refused(_ source: IPEndpoint, count: UInt64, at now: MonotonicTime) {
        leg.refused(source, count: count, at: now)
    }
}
