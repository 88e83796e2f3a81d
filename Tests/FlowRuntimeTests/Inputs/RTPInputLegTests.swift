import FlowHub
import Media
import NetworkAddress
import PacketIO
import RTP
import Synchronization
import Testing

@testable import FlowRuntime

private final class CollectingInputSink: InputSink {
    struct State {
        var payloads: [[UInt8]] = []
        var batches = 0
        var log: [String] = []
    }
    let state = Mutex(State())

    func consume(_ batch: PacketBatch) {
        state.withLock {
            $0.payloads += batch.payloads.map(Array.init)
            $0.batches += 1
        }
    }
    func peerConnected(_ remote: String) { state.withLock { $0.log.append("connected \(remote)") } }
    func peerDisconnected(_ reason: String) { state.withLock { $0.log.append("disconnected: \(reason)") } }
}

private final class RefusalLog: Sendable {
    let refusals = Mutex<[Refusal]>([])
}

@Suite("A leg of an RTP input")
struct RTPInputLegTests {
    private let sink = CollectingInputSink()
    private let log = RefusalLog()
    private let venue = IPEndpoint(address: IPAddress(v4: 0xc000_0201), port: 5_000)
    private let stranger = IPEndpoint(address: IPAddress(v4: 0xc000_0202), port: 6_000)

    private func makeLeg() -> RTPInputLeg {
        let hub = FlowHub(settings: .init(maxBandwidth: 1_000_000), clock: { .zero }, onEvent: { _ in })
        return RTPInputLeg(
            LegID(input: "in", leg: "main"),
            sink: sink,
            group: MergeGroup(hub: hub, onLoss: { _, _ in }),
            idleTimeout: .seconds(5)
        ) { [log] reason, _, _ in
            log.refusals.withLock { $0.append(reason) }
        }
    }

    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    private func transportStream(_ marker: UInt8) -> [UInt8] {
        var packet = [UInt8](repeating: marker, count: 188)
        packet[0] = 0x47
        return packet
    }

    private func rtp(_ sequence: UInt16, _ marker: UInt8) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 12)
        bytes.withUnsafeMutableBytes {
            RTPHeader(sequenceNumber: sequence, timestamp: 0, ssrc: 7).encode(into: $0)
        }
        return bytes + transportStream(marker)
    }

    @discardableResult
    private func send(
        _ datagrams: [[UInt8]],
        from source: IPEndpoint,
        to leg: RTPInputLeg,
        at milliseconds: Int64
    ) -> MonotonicTime? {
        let storage = datagrams.flatMap { $0 }
        return storage.withUnsafeBytes { bytes in
            var offset = 0
            let list = datagrams.map { datagram in
                defer { offset += datagram.count }
                return Datagram(
                    bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + datagram.count]),
                    source: source
                )
            }
            return list.withUnsafeBufferPointer { leg.receive($0, at: at(milliseconds)) }
        }
    }

    private var markers: [UInt8] { sink.state.withLock { $0.payloads.map { $0[1] } } }

    @Test("Plain TS passes as it came, in one batch")
    func plain() {
        let leg = makeLeg()
        send([transportStream(1), transportStream(2)], from: venue, to: leg, at: 0)
        #expect(sink.state.withLock { $0.payloads } == [transportStream(1), transportStream(2)])
        #expect(sink.state.withLock { $0.batches } == 1)
        #expect(leg.figures.transport == .plain)
        #expect(sink.state.withLock { $0.log } == ["connected 192.0.2.1:5000"])
    }

    @Test("RTP headers are taken off, and packets that overtook each other come out in order, bytes intact")
    func reordered() {
        let leg = makeLeg()
        send([rtp(10, 1), rtp(12, 3), rtp(11, 2), rtp(14, 5), rtp(13, 4)], from: venue, to: leg, at: 0)
        #expect(sink.state.withLock { $0.payloads } == (1...5).map { transportStream($0) })
        #expect(leg.figures.rtp.lost == 0)
    }

    @Test("A gap is given up when its time is over, by the tick that was asked for")
    func gap() {
        let leg = makeLeg()
        let due = send([rtp(10, 1), rtp(12, 3)], from: venue, to: leg, at: 0)
        #expect(due == at(50))
        #expect(markers == [1])
        _ = leg.tick(at: at(50))
        #expect(markers == [1, 3])
        #expect(leg.figures.rtp.lost == 1)
    }

    @Test("A second sender is refused while the first is live, and takes its place once it is silent")
    func secondSender() {
        let leg = makeLeg()
        send([transportStream(1)], from: venue, to: leg, at: 0)
        send([transportStream(9)], from: stranger, to: leg, at: 100)
        send([transportStream(9)], from: stranger, to: leg, at: 200)
        #expect(markers == [1])
        #expect(leg.figures.otherSender == 2)
        #expect(log.refusals.withLock { $0 } == [.alreadyPublishing])
        send([transportStream(2)], from: stranger, to: leg, at: 600)
        #expect(markers == [1, 2])
        #expect(
            sink.state.withLock { $0.log } == [
                "connected 192.0.2.1:5000", "disconnected: another sender took its place", "connected 192.0.2.2:6000",
            ]
        )
    }

    @Test("Garbage never becomes the sender, and never keeps one out")
    func garbage() {
        let leg = makeLeg()
        for time in 0..<10 { send([[1, 2, 3]], from: stranger, to: leg, at: Int64(time)) }
        send([transportStream(1)], from: venue, to: leg, at: 20)
        #expect(markers == [1])
        #expect(leg.figures.notTransportStream == 10)
        #expect(log.refusals.withLock { $0 } == [.malformedStream])
    }

    @Test("After idleTimeout without packets the sender is gone, told once")
    func idle() {
        let leg = makeLeg()
        send([transportStream(1)], from: venue, to: leg, at: 0)
        #expect(leg.tick(at: at(4_999)) != nil)
        #expect(leg.tick(at: at(5_000)) == nil)
        _ = leg.tick(at: at(6_000))
        #expect(
            sink.state.withLock { $0.log } == ["connected 192.0.2.1:5000", "disconnected: no packets for 5 s"]
        )
    }
}
