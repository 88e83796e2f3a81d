import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Delivery

@Suite("Lanes to receivers")
struct DeliveryLaneTests {
    private struct Frame: DeliveryFrame {
        let sequence: UInt64
    }

    /// Keeps what it gets; may leave in the middle of it.
    private final class Receiver: DeliveryReceiver {
        var calls: [[UInt64]] = []
        var onReceive: (() -> Void)?

        func receive(_ frames: [Frame], from first: UInt64) {
            calls.append(frames.map(\.sequence).filter { $0 >= first })
            onReceive?()
        }
    }

    private let loop = EmbeddedEventLoop()
    private let lane: DeliveryLane<Receiver>

    init() {
        lane = DeliveryLane(loop: loop)
    }

    private func offer(_ sequences: ClosedRange<UInt64>) {
        for sequence in sequences { lane.offer(Frame(sequence: sequence)) }
    }

    @Test("What is offered before the loop's turn comes in one call, in order, to all")
    func together() {
        let receivers = [Receiver(), Receiver()]
        for receiver in receivers { lane.add(receiver, from: 0) }
        offer(0...4)
        #expect(receivers[0].calls.isEmpty)
        loop.run()
        offer(5...5)
        loop.run()
        for receiver in receivers { #expect(receiver.calls == [[0, 1, 2, 3, 4], [5]]) }
    }

    @Test(
        "A receiver that comes while frames wait is told which were in its opening, and is not called for those alone"
    )
    func late() {
        let receiver = Receiver()
        offer(0...2)
        lane.add(receiver, from: 3)
        loop.run()
        #expect(receiver.calls.isEmpty)
        offer(3...3)
        loop.run()
        let other = Receiver()
        offer(4...5)
        lane.add(other, from: 5)
        loop.run()
        #expect(receiver.calls == [[3], [4, 5]])
        #expect(other.calls == [[5]])
    }

    @Test("A receiver that was removed is not called; the last one to go says so")
    func removal() {
        let (one, other) = (Receiver(), Receiver())
        lane.add(one, from: 0)
        lane.add(other, from: 0)
        offer(0...0)
        #expect(!lane.remove(one))
        loop.run()
        #expect(one.calls.isEmpty)
        #expect(other.calls == [[0]])
        #expect(lane.remove(other))
        #expect(lane.remove(other))
        offer(1...1)
        loop.run()
        #expect(other.calls == [[0]])
    }

    @Test("A receiver may leave while it is called, and the others get theirs")
    func leaving() {
        let (one, other) = (Receiver(), Receiver())
        one.onReceive = { [lane] in _ = lane.remove(one) }
        lane.add(one, from: 0)
        lane.add(other, from: 0)
        offer(0...0)
        loop.run()
        offer(1...1)
        loop.run()
        #expect(one.calls == [[0]])
        #expect(other.calls == [[0], [1]])
        one.onReceive = nil
    }

    @Test("What is offered during a call comes with the next one")
    func reentrant() {
        let receiver = Receiver()
        receiver.onReceive = { [lane] in
            if receiver.calls.count == 1 { lane.offer(Frame(sequence: 1)) }
        }
        lane.add(receiver, from: 0)
        offer(0...0)
        loop.run()
        #expect(receiver.calls == [[0], [1]])
        receiver.onReceive = nil
    }
}
