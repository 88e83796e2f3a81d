/// The legs of an input that run: the main one and, with `failover`, its backup.
struct LegPair<Leg> {
    var main: Leg?
    var backup: Leg?

    /// Main first.
    var running: [Leg] { [main, backup].compactMap { $0 } }

    /// Leaves none, and returns those that ran.
    mutating func takeAll() -> [Leg] {
        defer { self = LegPair() }
        return running
    }

    mutating func takeBackup() -> Leg? {
        defer { backup = nil }
        return backup
    }
}

extension LegPair: Sendable where Leg: Sendable {}
