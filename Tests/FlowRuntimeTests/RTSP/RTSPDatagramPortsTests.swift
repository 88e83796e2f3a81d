import FlowPlanner
import HeadgateTestKit
import Media
import NIOCore
import NetworkAddress
import PacketIO
import RTP
import RTSP
import Synchronization
import Testing

@testable import FlowRuntime

@Suite("UDP ports of an RTSP session")
struct RTSPDatagramPortsTests {
    private final class Ear: RTSPPacketHandler {
        struct Seen {
            var media: [[UInt8]] = []
            var control: [[UInt8]] = []
            var tracks: Set<Int> = []
        }

        private let state = Mutex(Seen())
        var seen: Seen { state.withLock { $0 } }
        var deadline: MonotonicTime? { nil }

        func receive(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime) {
            state.withLock { seen in
                seen.media.append(Array(packet))
                seen.tracks.insert(track)
            }
        }
        func receiveControl(_ packet: UnsafeRawBufferPointer, track: Int, at now: MonotonicTime) {
            state.withLock { seen in
                seen.control.append(Array(packet))
                seen.tracks.insert(track)
            }
        }
        func tick(at now: MonotonicTime) -> MonotonicTime? { nil }
    }

    private final class Strangers: Sendable {
        let seen = Mutex<[IPAddress]>([])
    }

    private let loop: PacketLoop
    private let ear = Ear()
    private let strangers = Strangers()
    private let peer: IPAddress
    /// A range of two sessions.
    private let allocator: PortAllocator
    private let firstPort = FreePorts.next()

    init() throws {
        loop = try PacketLoop(threads: 1, batchingInterval: .milliseconds(1))
        peer = try #require(IPAddress("127.0.0.1"))
        allocator = PortAllocator(range: firstPort...firstPort + 3, file: nil)
    }

    private func open(_ allocator: PortAllocator? = nil) throws -> RTSPDatagramPorts {
        try RTSPDatagramPorts(
            track: 3,
            peer: peer,
            handler: ear,
            loop: loop,
            allocator: allocator ?? self.allocator
        ) { [strangers] source, _ in
            strangers.seen.withLock { $0.append(source.address) }
        }
    }

    private func sender(from address: String, to port: UInt16) throws -> UDPSender {
        try UDPSender(
            UDPSenderConfiguration(
                destination: IPEndpoint(address: peer, port: port),
                localAddress: IPAddress(address)
            )
        )
    }

    private func send(_ bytes: [UInt8], with sender: UDPSender) {
        bytes.withUnsafeBytes { bytes in
            withUnsafePointer(to: bytes) { sender.send(UnsafeBufferPointer(start: $0, count: 1)) }
        }
    }

    /// Media, in one packet.
    private func packets() throws -> RTPPackets {
        var packetizer = G711Packetizer(stream: .random(payloadType: 8, clockRate: .g711))
        let sample = MediaSample(
            track: MediaTrack.ID(1),
            decodeTime: .zero,
            isKeyframe: true,
            payload: ByteBuffer(repeating: 0x47, count: 188)
        )
        let packets = packetizer.packetize(sample)
        return try #require(packets)
    }

    @Test("RTP has an even port and RTCP the next; what goes comes back for others, as often as they are closed")
    func pairs() throws {
        let one = try open()
        let two = try open()
        #expect(one.own == RTPPortPair(rtp: firstPort, rtcp: firstPort + 1))
        #expect(two.own == RTPPortPair(rtp: firstPort + 2, rtcp: firstPort + 3))
        #expect(throws: ApplyFailure.self) { try open() }
        one.close()
        one.close()
        let three = try open()
        #expect(three.own == one.own)
        // Closing again does not take from others what is theirs now.
        one.close()
        #expect(throws: ApplyFailure.self) { try open() }
        two.close()
        three.close()
        let four = try open()
        #expect(four.own.rtp == firstPort)
        four.close()
    }

    @Test("Ports that somebody else has are passed by", arguments: [0, 1] as [UInt16])
    func taken(_ offset: UInt16) throws {
        let other = try HeadgateTestKit.UDPSocket(port: firstPort + offset)
        let ports = try open()
        #expect(ports.own.rtp == firstPort + 2)
        ports.close()
        withExtendedLifetime(other) {}
    }

    @Test("What the peer sends is heard, as media or control; a stranger is turned away and told of")
    func strangersAway() async throws {
        let ports = try open()
        let stranger = try sender(from: "127.0.0.2", to: ports.own.rtp)
        send([6, 6, 6], with: stranger)
        try await eventually("the stranger is told of") { !strangers.seen.withLock { $0.isEmpty } }
        send([1, 2, 3], with: try sender(from: "127.0.0.1", to: ports.own.rtp))
        send([4, 5], with: try sender(from: "127.0.0.1", to: ports.own.rtcp))
        try await eventually("both are heard") { ear.seen.media.count + ear.seen.control.count == 2 }
        #expect(ear.seen.media == [[1, 2, 3]])
        #expect(ear.seen.control == [[4, 5]])
        #expect(ear.seen.tracks == [3])
        #expect(strangers.seen.withLock { $0 } == [try #require(IPAddress("127.0.0.2"))])
        ports.close()
        send([7], with: try sender(from: "127.0.0.1", to: ports.own.rtcp))
        #expect(ear.seen.control.count == 1)
    }

    @Test("Media and reports go to the peer's ports, from the session's own")
    func sends() async throws {
        let ports = try open()
        let (rtp, rtcp) = (try HeadgateTestKit.UDPSocket(), try HeadgateTestKit.UDPSocket())
        // Before the peer's ports are known nothing is sent, and nothing lost but that.
        ports.send(try packets())
        ports.sendControl(ByteBuffer(bytes: [0]))
        ports.setPeer(RTPPortPair(rtp: rtp.port, rtcp: rtcp.port))
        for _ in 0..<3 { ports.send(try packets()) }
        ports.sendControl(ByteBuffer(bytes: [1, 2]))
        for _ in 0..<3 {
            let datagram = try #require(rtp.receive(within: .seconds(10)))
            #expect(datagram.count == RTPHeader.fixedByteCount + 188)
        }
        #expect(rtcp.receive(within: .seconds(10)) == [1, 2])
        // Reports are heard on as before.
        send([9], with: try sender(from: "127.0.0.1", to: ports.own.rtcp))
        try await eventually("the report is heard") { ear.seen.control == [[9]] }
        ports.close()
        ports.send(try packets())
        ports.sendControl(ByteBuffer(bytes: [3]))
        #expect(rtp.receive(within: .milliseconds(100)) == nil)
        // The ports are free for others.
        let again = try open()
        #expect(again.own == ports.own)
        again.close()
    }

    @Test("A session that ends while media is sent keeps no port")
    func closedWhileSending() async throws {
        let media = try packets()
        for _ in 0..<50 {
            let ports = try open()
            ports.setPeer(RTPPortPair(rtp: 9, rtcp: 9))
            async let sent: Void = Task.detached { for _ in 0..<20 { ports.send(media) } }.value
            async let closed: Void = Task.detached { ports.close() }.value
            _ = await (sent, closed)
            // Both of its ports, and the others, can be bound by the next.
            let next = try open()
            #expect(next.own == ports.own)
            next.close()
        }
    }
}
