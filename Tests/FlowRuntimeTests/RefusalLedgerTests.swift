import FlowModel
import Media
import Synchronization
import Testing

@testable import FlowRuntime

private final class Events: Sendable {
    let all = Mutex<[FlowEvent]>([])
}

@Suite("Refusals")
struct RefusalLedgerTests {
    private let events = Events()

    private func makeLedger() -> RefusalLedger {
        RefusalLedger { [events] event in events.all.withLock { $0.append(event) } }
    }

    private func refuse(
        _ ledger: RefusalLedger,
        _ remote: String?,
        component: String = "in",
        at milliseconds: Int64
    ) {
        ledger.refused(
            .badPassphrase,
            flow: "a",
            component: component,
            remote: remote,
            message: "wrong",
            at: MonotonicTime(nanoseconds: milliseconds * 1_000_000)
        )
    }

    @Test("Every refusal counts, one event a second for each address is told, whatever its port")
    func rateLimit() {
        let ledger = makeLedger()
        for port in 1...50 { refuse(ledger, "192.0.2.1:\(port)", at: 0) }
        refuse(ledger, "192.0.2.2:1", at: 0)
        refuse(ledger, "[2001:db8::1]:1", at: 0)
        refuse(ledger, "[2001:db8::1]:2", at: 0)
        #expect(events.all.withLock { $0.count } == 3)
        refuse(ledger, "192.0.2.1:99", at: 1_000)
        #expect(events.all.withLock { $0.count } == 4)
        #expect(ledger.counts == ["BadPassphrase": 54])
    }

    @Test("What was left out is counted, and told when the second is over or with the next one")
    func leftOut() {
        let ledger = makeLedger()
        func messages() -> [String] {
            events.all.withLock { all in
                defer { all = [] }
                return all.map(\.message)
            }
        }
        func tick(at milliseconds: Int64) { ledger.tick(at: MonotonicTime(nanoseconds: milliseconds * 1_000_000)) }
        for _ in 0..<10 { refuse(ledger, "192.0.2.1:1", at: 0) }
        #expect(messages() == ["wrong"])
        tick(at: 999)
        #expect(messages() == [])
        tick(at: 1_000)
        #expect(messages() == ["wrong (8 more like it were left out)"])
        tick(at: 2_500)
        #expect(messages() == [])
        for milliseconds in [3_000, 3_100, 3_200, 4_000] as [Int64] { refuse(ledger, "192.0.2.1:1", at: milliseconds) }
        #expect(messages() == ["wrong", "wrong (2 more like it were left out)"])
        refuse(ledger, "192.0.2.1:1", at: 4_100)
        tick(at: 5_000)
        #expect(messages() == ["wrong"])
    }

    @Test("Each component of a flow tells its own, with a peer and without")
    func components() {
        let ledger = makeLedger()
        for remote in [nil, "192.0.2.1:5000"] {
            for component in ["out", "other", "out"] { refuse(ledger, remote, component: component, at: 0) }
        }
        #expect(events.all.withLock { $0.map(\.component) } == ["out", "other", "out", "other"])
        #expect(ledger.counts == ["BadPassphrase": 6])
    }

    @Test("A crowd of addresses does not make the ledger grow without end, nor the log")
    func bounded() {
        let ledger = makeLedger()
        for index in 0..<5_000 { refuse(ledger, "10.\(index / 250).\(index % 250).1:1", at: 0) }
        #expect(events.all.withLock { $0.count } <= RefusalLedger.maximumRememberedPeers + 1)
        #expect(ledger.counts == ["BadPassphrase": 5_000])
    }
}
