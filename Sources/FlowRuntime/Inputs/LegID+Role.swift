import FlowHub

extension LegID {
    private static let backupName = "backup"

    /// The leg that every input has.
    static func main(of input: String) -> LegID { LegID(input: input, leg: "main") }

    /// The second leg, of an input with `failover`.
    static func backup(of input: String) -> LegID { LegID(input: input, leg: backupName) }

    var isBackup: Bool { leg == Self.backupName }
}
