import Media
import Testing

@testable import PacketIO

@Suite("A loop's tables")
struct LoopTableTests {
    private func time(_ value: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: value) }

    @Test("Due slots are called once and get their new deadline; the others keep theirs")
    func due() {
        var table = DeadlineTable()
        #expect(table.earliest == .never)
        table.set(time(30), slot: 5)
        table.set(time(10), slot: 2)
        table.set(time(20), slot: 0)
        #expect(table.earliest == time(10))
        var called: [Int] = []
        table.takeDue(time(20)) { slot in
            called.append(slot)
            return slot == 0 ? .never : time(40)
        }
        #expect(called == [0, 2])
        #expect(table.earliest == time(30))
        called = []
        table.takeDue(time(40)) { slot in
            called.append(slot)
            return .never
        }
        #expect(called == [2, 5])
        #expect(table.earliest == .never)
    }

    @Test("A deadline that moved on is not called, and none is lost")
    func moved() {
        var table = DeadlineTable()
        table.set(time(10), slot: 0)
        table.set(time(50), slot: 0)
        table.takeDue(time(10)) { _ in
            Issue.record("nothing is due")
            return .never
        }
        #expect(table.earliest == time(50))
        table.set(.never, slot: 0)
        table.set(.never, slot: 9)
        table.takeDue(time(50)) { _ in
            Issue.record("nothing is due")
            return .never
        }
        #expect(table.earliest == .never)
    }

    @Test("A slot's second member is not found by its first member's tag")
    func generations() {
        var table = MemberTable()
        let first = LoopMember()
        let second = LoopMember()
        let third = LoopMember()
        let tag = table.insert(first)
        let secondTag = table.insert(second)
        #expect(table.find(secondTag) === second)
        #expect(table.count == 2)
        #expect(table.find(tag) === first)
        table.remove(first)
        table.remove(first)
        #expect(table.count == 1)
        #expect(table.find(tag) == nil)
        let newTag = table.insert(third)
        #expect(third.slot == first.slot)
        #expect(newTag != tag)
        #expect(table.find(tag) == nil)
        #expect(table.find(newTag) === third)
        // The one that went must not take the new one with it.
        table.remove(first)
        #expect(table.member(third.slot) === third)
        #expect(table.find(.max - 7) == nil)
    }
}
