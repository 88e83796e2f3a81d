import Testing

@testable import Delivery

@Suite("The history of a stream")
struct DeliveryHistoryTests {
    private struct Frame: DeliveryFrame {
        let sequence: UInt64
    }

    private typealias History = DeliveryHistory<Frame>

    private var history = History()

    private mutating func add(_ sequence: UInt64, byteCount: Int = 100, isStart: Bool = false) {
        history.add(Frame(sequence: sequence), byteCount: byteCount, isStart: isStart)
    }

    private var sequences: [UInt64] { history.frames.map(\.sequence) }

    @Test("It begins with the last frame at which a decoder can start")
    mutating func start() {
        add(0)
        #expect(sequences == [])
        add(1, isStart: true)
        add(2)
        #expect(sequences == [1, 2])
        add(3, isStart: true)
        add(4)
        #expect(sequences == [3, 4])
    }

    @Test("After forgetting there is nothing before the next start")
    mutating func forget() {
        add(0, isStart: true)
        history.forget()
        add(1)
        #expect(sequences == [])
        add(2, isStart: true)
        #expect(sequences == [2])
    }

    @Test("Bytes are counted for each group of pictures, and a group that is too long is not kept")
    mutating func bytes() {
        add(0, byteCount: History.maximumBytes, isStart: true)
        #expect(sequences == [0])
        add(1, byteCount: 1)
        #expect(sequences == [])
        add(2)
        #expect(sequences == [])
        add(3, byteCount: History.maximumBytes, isStart: true)
        #expect(sequences == [3])
        add(4, byteCount: History.maximumBytes + 1, isStart: true)
        #expect(sequences == [])
    }

    @Test("A group of too many frames is not kept")
    mutating func frames() {
        add(0, isStart: true)
        for sequence in 1..<UInt64(History.maximumFrames) { add(sequence, byteCount: 0) }
        #expect(history.frames.count == History.maximumFrames)
        add(9_999)
        #expect(sequences == [])
    }
}
