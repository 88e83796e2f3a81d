import FlowHub
import FlowModel
import FlowPlanner
import NetworkAddress
import Synchronization

/// An input that waits for its senders: on one leg, and with `failover` on a second one that comes and goes beside it.
final class ListeningInput: RunningInput {
    /// Opens a leg for those that may send. All else that it goes by stays as it is while the input runs.
    typealias Opener = @Sendable (LegID, Allowlist) throws(ApplyFailure) -> any ListeningLeg

    private let open: Opener
    private let onStop: @Sendable () -> Void
    private let legs = Mutex(LegPair<any ListeningLeg>())

    /// Opens all its legs, or none.
    ///
    /// - Parameter onStop: called when the legs are closed.
    init(
        _ spec: InputSpec,
        onStop: @escaping @Sendable () -> Void = {},
        open: @escaping Opener
    ) throws(ApplyFailure) {
        self.open = open
        self.onStop = onStop
        guard let allow = spec.source.allow else { return }
        let main = try open(.main(of: spec.name), allow)
        do throws(ApplyFailure) {
            let backup = spec.source.hasBackupLeg ? try open(.backup(of: spec.name), allow) : nil
            legs.withLock { $0 = LegPair(main: main, backup: backup) }
        } catch {
            main.close()
            throw error
        }
    }

    func update(_ spec: InputSpec) {
        guard let allow = spec.source.allow else { return }
        for leg in legs.withLock({ $0.running }) { leg.update(allow: allow) }
    }

    func startBackupLeg(_ spec: InputSpec) throws(ApplyFailure) {
        guard let allow = spec.source.allow, legs.withLock({ $0.backup == nil }) else { return }
        let backup = try open(.backup(of: spec.name), allow)
        legs.withLock { $0.backup = backup }
    }

    func stopBackupLeg() {
        legs.withLock { $0.takeBackup() }?.close()
    }

    func stop() {
        for leg in legs.withLock({ $0.takeAll() }) { leg.close() }
        onStop()
    }

    func legs(_ hub: HubSnapshot) -> [LegStatus] {
        legs.withLock { $0.running }.map { $0.status(hub) }
    }
}
