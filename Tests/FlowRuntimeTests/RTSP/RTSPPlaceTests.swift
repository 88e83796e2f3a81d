import Delivery
import FlowModel
import Media
import NIOCore
import NetworkAddress
import RTSP
import Synchronization
import Testing

@testable import FlowRuntime

private enum TestSample {
    static let sound = MediaSample(
        track: .init(2),
        decodeTime: .zero,
        isKeyframe: true,
        payload: ByteBuffer(bytes: [1])
    )
}

@Suite("Places on the RTSP port")
struct RTSPPlaceTests {
    private let events = EventLog()

    private func publication(
        _ sink: any LegSink = WatchedLeg(),
        isSilent: @escaping @Sendable () -> Bool = { false }
    ) -> RTSPPublication {
        RTSPPublication(
            flow: "stadium",
            name: "camera",
            component: "camera/main",
            credentials: nil,
            allow: .everyone,
            sink: sink,
            isSilent: isSilent,
            refusals: RefusalLedger { [events] in events.add($0) }
        )
    }

    private func presentation(maximum: Int) -> RTSPPresentation {
        RTSPPresentation(
            RTSPFanOut { _ in },
            flow: "stadium",
            component: "studio",
            credentials: nil,
            allow: .everyone,
            maximum: maximum,
            refusals: RefusalLedger { [events] in events.add($0) },
            onEvent: { [events] in events.add($0) }
        )
    }

    private func refusal(_ place: RTSPPublication, _ connection: PeerConnection) -> Refusal? {
        switch place.publish(connection) {
        case .success: nil
        case .failure(let refusal): refusal.reason
        }
    }

    @Test("A leg has one publisher, and only its own going makes room")
    func onePublisher() throws {
        let place = publication()
        let (one, other) = (try makeConnection("192.0.2.1"), try makeConnection("192.0.2.2"))
        #expect(refusal(place, one) == nil)
        #expect(place.connection === one)
        #expect(refusal(place, other) == .alreadyPublishing)
        #expect(refusal(place, one) == .alreadyPublishing)
        place.leave(other)
        #expect(place.connection === one)
        place.leave(one)
        place.leave(one)
        #expect(refusal(place, other) == nil)
        #expect(events.all.first?.reason == "AlreadyPublishing")
        #expect(events.all.first?.component == "camera/main")
        #expect(place.play(one)?.reason == .wrongDirection)
        #expect(place.fanOut == nil)
    }

    @Test("A publisher that brings nothing gives way to the next one, and its late end is not the end of that one")
    func silent() throws {
        let leg = WatchedLeg()
        let isSilent = Mutex(false)
        let place = publication(leg, isSilent: { isSilent.withLock { $0 } })
        let (one, other) = (try makeConnection("192.0.2.1"), try makeConnection("192.0.2.2"))
        guard case .success(let former) = place.publish(one) else {
            Issue.record("nobody was there")
            return
        }
        former.peerConnected(one.remote)
        #expect(refusal(place, other) == .alreadyPublishing)
        isSilent.withLock { $0 = true }
        guard case .success(let next) = place.publish(other) else {
            Issue.record("the former one was silent")
            return
        }
        next.peerConnected(other.remote)
        #expect(place.connection === other)
        former.consume(TestSample.sound)
        former.peerDisconnected("closed")
        place.leave(one)
        #expect(place.connection === other)
        #expect(leg.peers == ["+192.0.2.1:5000", "-" + PublisherSink.reason, "+192.0.2.2:5000"])
        #expect(leg.sampleCount == 0)
        next.consume(TestSample.sound)
        next.peerDisconnected("closed")
        #expect(leg.peers.last == "-closed")
        #expect(leg.sampleCount == 1)
    }

    @Test(
        "An output has as many players as it may, each once; who goes makes room, and a change holds for those that come"
    )
    func players() throws {
        let place = presentation(maximum: 2)
        let peers = try (1...4).map { try makeConnection("192.0.2.\($0)") }
        #expect(place.play(peers[0]) == nil)
        #expect(place.play(peers[0]) == nil)
        #expect(place.play(peers[1]) == nil)
        #expect(place.play(peers[2])?.reason == .tooManyReceivers)
        #expect(place.players.count == 2)
        // Who was not let in has nothing to leave.
        place.leave(peers[2])
        #expect(place.players.count == 2)
        place.leave(peers[0])
        #expect(place.play(peers[2]) == nil)
        place.update(allow: .everyone, maximum: 1)
        #expect(place.players.count == 2)
        #expect(place.play(peers[3])?.reason == .tooManyReceivers)
        #expect(place.play(peers[2]) == nil)
        #expect(
            events.reasons == [
                "Connected", "Connected", "TooManyReceivers", "Disconnected", "Connected", "TooManyReceivers",
            ]
        )
        guard case .failure(let refusal) = place.publish(peers[0]) else {
            Issue.record("an output was published to")
            return
        }
        #expect(refusal.reason == .wrongDirection)
    }

    @Test("What was counted of one publisher is kept when the next one comes")
    func figures() throws {
        let place = publication()
        #expect(place.receptions.figures == RTSPReception.Figures())
        for round in 1...3 as ClosedRange<UInt64> {
            let connection = try makeConnection()
            #expect(refusal(place, connection) == nil)
            let reception = try #require(try makeReception(WatchedLeg()))
            place.receives(reception, connection)
            for number in [10, 12, 11] as [UInt16] { reception.receive(number) }
            #expect(place.receptions.figures.packetsReordered == round)
            place.leave(connection)
            #expect(place.receptions.figures.packetsReordered == round)
            // Nothing of it counts any more.
            for number in [20, 22, 21] as [UInt16] { reception.receive(number) }
            #expect(place.receptions.figures.packetsReordered == round)
        }
    }

    @Test("A reception is let go of when it is over, and by the next one that begins")
    func memory() throws {
        let total = RTSPReceptionTotal()
        weak var first: RTSPReception?
        do {
            let reception = try #require(try makeReception(WatchedLeg()))
            first = reception
            total.began(reception)
        }
        #expect(first != nil)
        let second = try #require(try makeReception(WatchedLeg()))
        total.began(second)
        #expect(first == nil)
        total.ended()
        total.ended()
        second.receive(1)
        #expect(total.figures == RTSPReception.Figures())
    }

    /// What a leg does with a stream above the cap: it asks for its publisher while it is delivered to.
    private final class Cutter: Sendable {
        let place = Mutex<RTSPPublication?>(nil)
    }

    @Test("Status may be read while a stream is delivered whose leg looks for its publisher")
    func noDeadlock() async throws {
        let cutter = Cutter()
        let leg = WatchedLeg { _ = cutter.place.withLock { $0 }?.connection }
        let place = publication(leg)
        cutter.place.withLock { $0 = place }
        let connection = try makeConnection()
        #expect(refusal(place, connection) == nil)
        let reception = try #require(try makeReception(leg))
        place.receives(reception, connection)
        async let delivered: Void = Task.detached {
            for number in 0..<20_000 { reception.receive(UInt16(truncatingIfNeeded: number)) }
        }.value
        async let read: Void = Task.detached {
            for _ in 0..<20_000 { _ = place.receptions.figures }
        }.value
        _ = await (delivered, read)
        place.leave(connection)
        cutter.place.withLock { $0 = nil }
    }
}
