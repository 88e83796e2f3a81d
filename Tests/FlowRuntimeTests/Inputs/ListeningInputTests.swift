import FlowHub
import FlowModel
import FlowPlanner
import Media
import NetworkAddress
import Synchronization
import Testing

@testable import FlowRuntime

@Suite("An input that waits for its senders")
struct ListeningInputTests {
    /// What was done to its legs, one line each.
    private final class Diary: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }

        /// Since the last time.
        func take() -> [String] {
            lines.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
    }

    private struct Leg: ListeningLeg {
        let id: LegID
        let diary: Diary

        func update(allow: Allowlist) { diary.add("\(id) allows \(allow.allowsEveryone ? "all" : "some")") }
        func close() { diary.add("\(id) closes") }
        func status(_ hub: HubSnapshot) -> LegStatus { LegStatus(id, address: "here", hub: hub) }
    }

    private static let taken = ApplyFailure(remedy: .retry, reason: "PortInUse", message: "taken")
    private let diary = Diary()
    private let some = Allowlist(networks: ["192.0.2.0/24"].compactMap(IPNetwork.init))
    private let snapshot = FlowHub(settings: .init(maxBandwidth: 1_000), clock: { .zero }, onEvent: { _ in })
        .snapshot(at: .zero)

    private func spec(failover: Bool, allow: Allowlist = .everyone) -> InputSpec {
        InputSpec(name: "in", source: .rtmp(RTMPInput(failover: failover, allow: allow)))
    }

    private func make(
        failover: Bool,
        backupFails: Bool = false
    ) throws(ApplyFailure) -> ListeningInput {
        try ListeningInput(spec(failover: failover), onStop: { [diary] in diary.add("stopped") }) {
            [diary] id, allow throws(ApplyFailure) in
            if id.isBackup, backupFails { throw Self.taken }
            diary.add("\(id) opens to \(allow.allowsEveryone ? "all" : "some")")
            return Leg(id: id, diary: diary)
        }
    }

    @Test("It has one leg, or two")
    func opens() throws {
        #expect(try make(failover: false).legs(snapshot).map(\.name) == ["main"])
        #expect(diary.take() == ["in/main opens to all"])
        #expect(try make(failover: true).legs(snapshot).map(\.name) == ["main", "backup"])
        #expect(diary.take() == ["in/main opens to all", "in/backup opens to all"])
    }

    @Test("Without its second leg it does not begin, and leaves nothing behind")
    func fails() {
        #expect(throws: Self.taken) { try make(failover: true, backupFails: true) }
        #expect(diary.take() == ["in/main opens to all", "in/main closes"])
    }

    @Test("Both legs hear who may send")
    func updates() throws {
        let input = try make(failover: true)
        _ = diary.take()
        input.update(spec(failover: true, allow: some))
        #expect(diary.take() == ["in/main allows some", "in/backup allows some"])
    }

    @Test("The second leg comes and goes beside the first one, for those that may send by then")
    func backup() throws {
        let input = try make(failover: false)
        _ = diary.take()
        try input.startBackupLeg(spec(failover: true, allow: some))
        try input.startBackupLeg(spec(failover: true, allow: some))
        #expect(diary.take() == ["in/backup opens to some"])
        #expect(input.legs(snapshot).map(\.name) == ["main", "backup"])
        input.stopBackupLeg()
        input.stopBackupLeg()
        #expect(diary.take() == ["in/backup closes"])
        #expect(input.legs(snapshot).map(\.name) == ["main"])
    }

    @Test("A second leg that cannot begin leaves the first one as it is")
    func backupFails() throws {
        let input = try make(failover: false, backupFails: true)
        _ = diary.take()
        #expect(throws: Self.taken) { try input.startBackupLeg(spec(failover: true)) }
        #expect(diary.take() == [])
        #expect(input.legs(snapshot).map(\.name) == ["main"])
    }

    @Test("All its legs close before what they stood on is given back")
    func stops() throws {
        let input = try make(failover: true)
        _ = diary.take()
        input.stop()
        #expect(diary.take() == ["in/main closes", "in/backup closes", "stopped"])
        #expect(input.legs(snapshot).isEmpty)
    }
}
