/// The legs of an input that run: the main one and, with `failover`, its backup.
struct LegPair<Leg> {
    var main: Leg?
    var backup: Leg?

    /// Main first.
    var running: [(name: String, leg: Leg)] {
        [("main", main), ("backup", backup)].compactMap { name, leg in leg.map { (name, $0) } }
    }

    /// Leaves none, and returns those that ran.
    mutating func takeAll() -> [Leg] {
        defer { self = LegPair() }
        return running.map(\.leg)
    }

    mutating func takeBackup() -> Leg? {
        defer { backup = nil }
        return backup
    }
}

extension LegPair: Sendable where Leg: Sendable {}
