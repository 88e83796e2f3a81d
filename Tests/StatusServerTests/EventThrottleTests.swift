import FlowModel
import Testing

@testable import StatusServer

struct EventThrottleTests {
    private func event(
        _ reason: String = "BadPassphrase",
        flow: String = "a",
        remote: String? = "192.0.2.1:5000"
    ) -> FlowEvent {
        FlowEvent(reason: reason, severity: .warning, flow: flow, component: "in", remote: remote, message: "wrong")
    }

    /// How many of the events that come one each `interval` are let through.
    private func admitted(_ events: [FlowEvent], every interval: Double) -> [FlowEvent] {
        var throttle = EventThrottle()
        return events.enumerated().compactMap { index, event in throttle.admit(event, at: Double(index) * interval) }
    }

    @Test("A caller that fails each second for a day is told twenty times, then once a minute with the number left out")
    func eachSecond() {
        let calls = (0..<86_400).map { event(remote: "192.0.2.1:\(1_024 + $0 % 60_000)") }
        let told = admitted(calls, every: 1)
        #expect((1_440...1_465).contains(told.count), "\(told.count)")
        #expect(told.prefix(20).allSatisfy { $0.message == "wrong" })
        #expect(told.last?.message == "wrong (59 more like it were left out)")
    }

    @Test(
        "Callers without an address are held down as well",
        arguments: ["ConnectFailed", "Disconnected", "StreamLost"]
    )
    func withoutAddress(_ reason: String) {
        #expect(admitted((0..<3_600).map { _ in event(reason, remote: nil) }, every: 1).count <= 81)
    }

    @Test("What happens to others is told all the same: another flow, reason or address")
    func others() {
        var throttle = EventThrottle()
        for _ in 0..<100 { _ = throttle.admit(event(), at: 0) }
        #expect(throttle.admit(event(), at: 0) == nil)
        #expect(throttle.admit(event(flow: "b"), at: 0) != nil)
        #expect(throttle.admit(event("EncryptionRequired"), at: 0) != nil)
        #expect(throttle.admit(event(remote: "192.0.2.2:5000"), at: 0) != nil)
        #expect(throttle.admit(event(remote: "[2001:db8::1]:5000"), at: 0) != nil)
    }

    @Test("A crowd of addresses neither grows the memory nor fills the history")
    func crowd() {
        let crowd = (0..<200_000).map { event(remote: "10.\($0 / 65_536).\($0 / 256 % 256).\($0 % 256):1") }
        let told = admitted(crowd, every: 0.001)
        // In 200 seconds.
        #expect(told.count <= 200 + 34, "\(told.count)")
        var throttle = EventThrottle()
        for event in crowd.prefix(5_000) { _ = throttle.admit(event, at: 0) }
        #expect(throttle.admit(event(flow: "b"), at: 0) != nil, "another flow's refusals are told all the same")
    }

    @Test("Places are free again once their kind has been quiet")
    func quiet() {
        var throttle = EventThrottle()
        for index in 0..<EventThrottle.maximumKinds { _ = throttle.admit(event(flow: "f\(index)", remote: nil), at: 0) }
        for _ in 0..<30 { _ = throttle.admit(event(flow: "new", remote: nil), at: 0) }
        #expect(throttle.admit(event(flow: "another", remote: nil), at: 0) == nil)
        #expect(throttle.admit(event(flow: "another", remote: nil), at: 3_600) != nil)
    }

    @Test("Every switch is told, and every effect of an edit", arguments: EventThrottle.exemptReasons)
    func exempt(_ reason: String) {
        #expect(admitted((0..<1_000).map { _ in event(reason) }, every: 0.1).count == 1_000)
    }

    @Test("A clock that goes back stops nothing for long")
    func clock() {
        var throttle = EventThrottle()
        for _ in 0..<30 { _ = throttle.admit(event(), at: 1_000_000) }
        #expect(throttle.admit(event(), at: 0) == nil)
        #expect(throttle.admit(event(), at: 61) != nil)
    }
}
