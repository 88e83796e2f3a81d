import Media
import Synchronization
import Testing

@testable import FlowHub

@Suite("Inputs in cold standby")
struct NeedTests {
    private final class Asked: Sendable {
        let log = Mutex<[Bool]>([])
        let mayStart = Mutex(true)
    }

    private let asked = Asked()
    private let hub = FlowHub(
        settings: .init(
            maxBandwidth: 1_000_000_000,
            selection: .init(lossAfter: .milliseconds(500), recoverAfter: .seconds(1))
        ),
        clock: { .zero },
        onEvent: { _ in }
    )

    private func send(to leg: HubLeg, at milliseconds: Int64) {
        [1].withUnsafeBytes { bytes in
            withUnsafePointer(to: bytes) {
                leg.consume(
                    PacketBatch(payloads: UnsafeBufferPointer(start: $0, count: 1), arrival: time(milliseconds))
                )
            }
        }
    }

    private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    private func watch() {
        hub.watchNeed(ofInput: "cold") { [asked] isNeeded in
            asked.log.withLock { $0.append(isNeeded) }
            return asked.mayStart.withLock { $0 }
        }
    }

    @Test("One is needed while no other is live, and not any more after recoverAfter")
    func needed() {
        let hot = hub.addLeg(LegID(input: "hot", leg: "main"))
        watch()
        hub.tick(at: time(0))
        #expect(asked.log.withLock { $0 } == [true])
        for step in stride(from: Int64(100), through: 2_000, by: 100) {
            send(to: hot, at: step)
            hub.tick(at: time(step))
        }
        #expect(asked.log.withLock { $0 } == [true, false])
        hub.tick(at: time(2_600))
        #expect(asked.log.withLock { $0 } == [true, false, true])
    }

    @Test("One that feeds the outputs stays")
    func feeding() {
        let hot = hub.addLeg(LegID(input: "hot", leg: "main"))
        watch()
        hub.tick(at: time(0))
        let cold = hub.addLeg(LegID(input: "cold", leg: "main"))
        for step in stride(from: Int64(100), through: 4_000, by: 100) {
            send(to: cold, at: step)
            if step > 500 { send(to: hot, at: step) }
            hub.tick(at: time(step))
        }
        #expect(asked.log.withLock { $0 } == [true])
    }

    @Test("What could not be started is asked for again, and what only fills in does not count")
    func again() {
        let slate = hub.addLeg(LegID(input: "slate", leg: "main"))
        hub.arrangeInputs(["cold", "slate"], fillers: ["slate"])
        asked.mayStart.withLock { $0 = false }
        watch()
        for step in stride(from: Int64(0), through: 200, by: 100) {
            send(to: slate, at: step)
            hub.tick(at: time(step))
        }
        #expect(asked.log.withLock { $0 } == [true, true, true])
        hub.forgetNeed(ofInput: "cold")
        hub.tick(at: time(300))
        #expect(asked.log.withLock { $0.count } == 3)
    }
}
