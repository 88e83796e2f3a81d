import FlowHub
import FlowModel
import HeadgateTestKit
import Media
import NetworkAddress
import PacketIO
import RTP
import Synchronization
import Testing

@testable import FlowRuntime

/// What a flow sent: the number of each packet; and what it said it had lost.
private final class SentNumbers: PacketSink {
    let numbers = Mutex<[UInt16]>([])
    let losses = Mutex<[MergeLoss]>([])

    func consume(_ batch: PacketBatch) {
        numbers.withLock { numbers in
            for payload in batch.payloads { numbers.append(UInt16(payload[4]) << 8 | UInt16(payload[5])) }
        }
    }
}

@Suite("The merge of a flow's RTP legs")
struct MergeGroupTests {
    private let ids = [LegID(input: "path", leg: "main"), LegID(input: "path", leg: "backup")]
    private let hub = FlowHub(settings: .init(maxBandwidth: 1_000_000_000), clock: { .zero }, onEvent: { _ in })
    private let sent = SentNumbers()

    private struct Flow {
        let group: MergeGroup
        let legs: [RTPInputLeg]
    }

    private func makeFlow() -> Flow {
        let group = MergeGroup(hub: hub) { [sent] loss, _ in sent.losses.withLock { $0.append(loss) } }
        hub.addSink(sent, named: "out")
        let legs = ids.map {
            RTPInputLeg($0, sink: hub.addLeg($0), group: group, idleTimeout: .seconds(5)) { _, _, _ in }
        }
        return Flow(group: group, legs: legs)
    }

    private static func datagram(_ number: UInt16) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 12)
        bytes.withUnsafeMutableBytes {
            RTPHeader(sequenceNumber: number, timestamp: 0, ssrc: 7).encode(into: $0)
        }
        let payload: [UInt8] = [0x47, 0x01, 0x00, 0x10, UInt8(number >> 8), UInt8(number & 0xff)]
        return bytes + payload + [UInt8](repeating: 0, count: 188 - payload.count)
    }

    /// Brings datagrams in one go.
    private static func send(_ numbers: [UInt16], to leg: RTPInputLeg, at milliseconds: Int64) {
        let source = IPEndpoint(address: IPAddress(v4: 0x7f00_0001), port: 5_000)
        let all = numbers.flatMap(datagram)
        all.withUnsafeBytes { bytes in
            let datagrams = numbers.indices.map {
                Datagram(bytes: UnsafeRawBufferPointer(rebasing: bytes[$0 * 200..<($0 + 1) * 200]), source: source)
            }
            _ = datagrams.withUnsafeBufferPointer {
                leg.receive($0, at: MonotonicTime(nanoseconds: milliseconds * 1_000_000))
            }
        }
    }

    @Test("What came on either leg goes out once, in order, and what came on neither is told")
    func merges() {
        let flow = makeFlow()
        flow.group.arrange(ids, skewWindow: .milliseconds(100))
        Self.send([1, 2, 4], to: flow.legs[0], at: 0)
        Self.send([1, 3, 4], to: flow.legs[1], at: 10)
        Self.send([6], to: flow.legs[0], at: 20)
        #expect(sent.numbers.withLock { $0 } == [1, 2, 3, 4])
        _ = flow.legs[0].tick(at: MonotonicTime(nanoseconds: 130_000_000))
        #expect(sent.numbers.withLock { $0 } == [1, 2, 3, 4, 6])
        #expect(sent.losses.withLock { $0 } == [.packets(1)])
    }

    @Test("When its last sender is gone, what waits goes out, and the flow's leg is gone, too")
    func lastSender() {
        let flow = makeFlow()
        flow.group.arrange(ids, skewWindow: .milliseconds(200))
        Self.send([1, 2], to: flow.legs[0], at: 0)
        Self.send([1, 2, 4], to: flow.legs[1], at: 0)
        flow.group.peerDisconnected("stopped", of: ids[0], at: .zero)
        #expect(sent.numbers.withLock { $0 } == [1, 2])
        flow.group.peerDisconnected("stopped", of: ids[1], at: .zero)
        #expect(sent.numbers.withLock { $0 } == [1, 2, 4])
        #expect(hub.snapshot(at: .zero).activeLeg == nil)
    }

    @Test("When merging ends the RTP leg that is ahead goes on, with what waited", arguments: [0, 1])
    func endsWithRTP(ahead: Int) {
        let flow = makeFlow()
        flow.group.arrange(ids, skewWindow: .milliseconds(200))
        let now = MonotonicTime.now().nanoseconds / 1_000_000
        Self.send([1, 2, 4], to: flow.legs[ahead], at: now)
        Self.send([1], to: flow.legs[1 - ahead], at: now + 1)
        flow.group.arrange([], skewWindow: .zero)
        Self.send([2], to: flow.legs[1 - ahead], at: now + 2)
        Self.send([5], to: flow.legs[ahead], at: now + 2)
        #expect(sent.numbers.withLock { $0 } == [1, 2])
        _ = flow.legs[ahead].tick(at: MonotonicTime(nanoseconds: (now + 500) * 1_000_000))
        #expect(sent.numbers.withLock { $0 } == [1, 2, 4, 5])
    }

    @Test("When merging ends what waits of an SRT leg goes out, and the one that is ahead goes on", arguments: [0, 1])
    func endsWithSRT(ahead: Int) {
        let group = MergeGroup(hub: hub, onLoss: { _, _ in })
        hub.addSink(sent, named: "out")
        let legs = ids.map { MergeableLeg($0, hubLeg: hub.addLeg($0), group: group) }
        group.arrange(ids, by: .content, skewWindow: .milliseconds(200))
        let now = MonotonicTime.now()
        for number in 1...5 as ClosedRange<UInt16> {
            Self.bring(number, to: legs[ahead], at: now)
            if number < 5 { Self.bring(number, to: legs[1 - ahead], at: now.advanced(by: .milliseconds(1))) }
        }
        Self.bring(7, afterLoss: true, to: legs[ahead], at: now.advanced(by: .milliseconds(2)))
        #expect(sent.numbers.withLock { $0 } == [1, 2, 3, 4, 5])
        group.arrange([], skewWindow: .zero)
        Self.bring(5, to: legs[1 - ahead], at: now.advanced(by: .milliseconds(3)))
        Self.bring(8, to: legs[ahead], at: now.advanced(by: .milliseconds(3)))
        #expect(sent.numbers.withLock { $0 } == [1, 2, 3, 4, 5, 7, 8])
    }

    /// One packet of a transport stream in a message.
    private static func bring(
        _ number: UInt16,
        afterLoss: Bool = false,
        to leg: MergeableLeg,
        at now: MonotonicTime
    ) {
        let head: [UInt8] = [0x47, 0x01, 0x00, 0x10 | UInt8(number & 0xF), UInt8(number >> 8), UInt8(number & 0xFF)]
        let packet = head + [UInt8](repeating: 0, count: 188 - head.count)
        packet.withUnsafeBytes { bytes in
            [bytes].withUnsafeBufferPointer { payloads in
                [afterLoss].withUnsafeBufferPointer {
                    leg.consume(PacketBatch(payloads: payloads, arrival: now, losses: $0))
                }
            }
        }
    }

    @Test("The mode changes under a stream that goes on, and no packet is lost or sent twice")
    func changes() {
        let flow = makeFlow()
        let count: UInt16 = 20_000
        let isDone = Atomic(false)
        let thread = BackgroundThread()
        thread.start {
            for first in stride(from: 0, to: count, by: 4) {
                Self.send(Array(first..<first + 4), to: flow.legs[0], at: Int64(first))
            }
            isDone.store(true, ordering: .releasing)
        }
        while !isDone.load(ordering: .acquiring) {
            flow.group.arrange(ids, skewWindow: .milliseconds(200))
            flow.group.arrange([], skewWindow: .zero)
        }
        thread.join()
        #expect(sent.numbers.withLock { $0 } == Array(0..<count))
    }
}
