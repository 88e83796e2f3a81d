import Glibc
import Synchronization

/// Sends a synthetic stream by UDP or RTP at a steady rate from a thread of its own.
public final class DatagramSender: Sendable {
    public enum Framing: Hashable, Sendable {
        case udp
        /// RFC 3550 header, payload type 33 (RFC 3551 MP2T).
        case rtp
    }

    public static let packetsPerDatagram = 7

    private let shared = Shared()
    private let thread = BackgroundThread()

    /// What the thread needs; it must not hold the sender, whose end stops the thread.
    private final class Shared: Sendable {
        let sentPackets = Atomic<UInt64>(0)
        let isStopping = Atomic(false)
    }

    /// Starts at once, and stops by itself after `limit` datagrams.
    ///
    /// - Parameters:
    ///   - interval: from one datagram to the next; 7 packets each 10 ms are about 1 Mbit/s.
    ///   - first: the number of the first datagram.
    public init(
        _ stream: SyntheticStream,
        to port: UInt16,
        framing: Framing = .udp,
        interval: Duration = .milliseconds(10),
        limit: UInt64 = .max,
        startingAt first: UInt64 = 0
    ) throws {
        let socket = try UDPSocket()
        let clock = ContinuousClock()
        thread.start { [shared] in
            var next = clock.now
            var datagram: UInt64 = 0
            while datagram < limit, !shared.isStopping.load(ordering: .acquiring) {
                let number = first &+ datagram
                var bytes = framing == .rtp ? Self.header(number) : []
                bytes += stream.bytes(
                    from: number &* UInt64(Self.packetsPerDatagram),
                    count: Self.packetsPerDatagram
                )
                // A full buffer somewhere is for the receiver to notice.
                try? socket.send(bytes, to: port)
                datagram += 1
                shared.sentPackets.store(datagram &* UInt64(Self.packetsPerDatagram), ordering: .releasing)
                next = next.advanced(by: interval)
                let pause = clock.now.duration(to: next)
                if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
            }
        }
    }

    deinit { stop() }

    /// TS packets sent so far.
    public var packetCount: UInt64 { shared.sentPackets.load(ordering: .acquiring) }

    /// Ends after the datagram that is being sent. May be called twice.
    public func stop() {
        shared.isStopping.store(true, ordering: .releasing)
        thread.join()
    }

    /// Waits until `limit` datagrams are sent.
    public func waitUntilSent() { thread.join() }

    /// RFC 3550 §5.1 with the sequence number and timestamp of this datagram.
    public static func header(_ datagram: UInt64, source: UInt32 = 0x4865_6164) -> [UInt8] {
        let timestamp = UInt32(truncatingIfNeeded: datagram &* 900)
        return [0x80, 33, UInt8(truncatingIfNeeded: datagram >> 8), UInt8(truncatingIfNeeded: datagram)]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: timestamp >> UInt32($0)) }
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: source >> UInt32($0)) }
    }
}
