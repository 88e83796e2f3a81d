import NIOCore
import NIOEmbedded
import Testing

@testable import Delivery

@Suite("Ways to the receivers of one fan-out")
struct DeliveryLanesTests {
    private struct Frame: DeliveryFrame {
        let sequence: UInt64
    }

    /// Keeps what it gets.
    private final class Receiver: DeliveryReceiver {
        var sequences: [UInt64] = []

        func receive(_ frames: [Frame], from first: UInt64) {
            sequences += frames.map(\.sequence).filter { $0 >= first }
        }
    }

    private let loops = [EmbeddedEventLoop(), EmbeddedEventLoop()]
    private var lanes = DeliveryLanes<Receiver>()

    private func offer(_ sequence: UInt64) {
        lanes.offer(Frame(sequence: sequence))
        for loop in loops { loop.run() }
    }

    @Test("Receivers share the lane of their event loop, and each gets what comes after its opening")
    mutating func add() {
        let receivers = (0..<3).map { _ in Receiver() }
        lanes.add(receivers[0], from: 0, on: loops[0])
        lanes.add(receivers[1], from: 2, on: loops[0])
        lanes.add(receivers[2], from: 1, on: loops[1])
        #expect(lanes.lanes.count == 2)
        for sequence in 0..<3 as Range<UInt64> { offer(sequence) }
        #expect(receivers.map(\.sequences) == [[0, 1, 2], [2], [1, 2]])
    }

    @Test("A lane goes with its last receiver; the others stay")
    mutating func remove() {
        let receivers = (0..<3).map { _ in Receiver() }
        for (receiver, loop) in zip(receivers, [loops[0], loops[0], loops[1]]) {
            lanes.add(receiver, from: 0, on: loop)
        }
        lanes.remove(receivers[0], on: loops[0])
        #expect(lanes.lanes.count == 2)
        offer(0)
        lanes.remove(receivers[1], on: loops[0])
        #expect(lanes.lanes.count == 1)
        offer(1)
        // It is gone already.
        lanes.remove(receivers[1], on: loops[0])
        lanes.remove(receivers[2], on: loops[1])
        #expect(lanes.lanes.isEmpty)
        offer(2)
        #expect(receivers.map(\.sequences) == [[], [0], [0, 1]])
    }
}
