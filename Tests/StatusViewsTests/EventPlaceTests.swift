import FlowModel
import StatusViews
import Testing

struct EventPlaceTests {
    private func event(_ id: UInt64, time: Double) -> RecordedEvent {
        RecordedEvent(FlowEvent(reason: "Switched", flow: "a", message: "m"), id: id, time: time)
    }

    @Test("The first event follows, whatever its number")
    func first() {
        var place = EventPlace()
        #expect(place.next(event(700, time: 1)) == .follows(missed: 0))
        #expect(place.lastID == 700)
    }

    @Test("Events that come again after a reconnection were seen; a gap is counted")
    func reconnection() {
        var place = EventPlace()
        _ = place.next(event(5, time: 1))
        #expect(place.next(event(4, time: 0.5)) == .seen)
        #expect(place.next(event(5, time: 1)) == .seen)
        #expect(place.next(event(6, time: 2)) == .follows(missed: 0))
        #expect(place.next(event(10, time: 3)) == .follows(missed: 3))
    }

    @Test("A gateway that lost its history counts anew, and its events are not taken for old ones")
    func lostHistory() {
        var place = EventPlace()
        _ = place.next(event(50, time: 10))
        #expect(place.next(event(49, time: 9)) == .seen)
        #expect(place.next(event(1, time: 11)) == .follows(missed: 0))
        #expect(place.next(event(2, time: 12)) == .follows(missed: 0))
        #expect(place.lastID == 2)
    }
}
