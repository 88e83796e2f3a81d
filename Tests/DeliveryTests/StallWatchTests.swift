import NIOCore
import Testing

@testable import Delivery

@Suite("Who stalls")
struct StallWatchTests {
    private final class Subject {
        var watch = StallWatch(limit: .seconds(10))
    }

    private let subject = Subject()

    private func isFull(_ waitingBytes: Int, at seconds: Int64) -> Bool {
        subject.watch.isFull(waitingBytes: waitingBytes, at: NIODeadline.uptimeNanoseconds(1) + .seconds(seconds))
    }

    @Test("A peer that takes nothing has stalled after the limit, and not before")
    func stalled() {
        for second in 0...10 as ClosedRange<Int64> { #expect(!isFull(1_000, at: second)) }
        #expect(isFull(1_000, at: 11))
    }

    @Test("A peer that reads slowly has not, however long it goes on")
    func slow() {
        for second in 0..<100 as Range<Int64> {
            #expect(!isFull(1_000_000 - Int(second / 9), at: second))
        }
    }

    @Test("What is added to what waits is no sign of life")
    func growing() {
        for second in 0...10 as ClosedRange<Int64> { #expect(!isFull(1_000 + Int(second), at: second)) }
        #expect(isFull(2_000, at: 11))
    }

    @Test("When it flows in between the time begins anew")
    func flows() {
        #expect(!isFull(1_000, at: 0))
        subject.watch.flows()
        #expect(!isFull(1_000, at: 15))
        #expect(isFull(1_000, at: 26))
    }
}
