import FlowModel

/// What is known of the files and secrets that a gateway runs with, for plans of other files beside them.
struct PlanSurroundings: Sendable {
    var entries: [FileLedger.Entry]
    /// The values that the gateway read for its own flows. A plan reads none: its files come from a client, which must
    /// not make the gateway open what it names.
    var secrets: [SecretSource: String]

    static func secrets(of specs: [FlowSpec]) -> [SecretSource: String] {
        var values: [SecretSource: String] = [:]
        for spec in specs {
            _ = spec.mapSecrets { secret, _ in
                if case .literal = secret.source {} else if let value = secret.value { values[secret.source] = value }
                return secret
            }
        }
        return values
    }

    /// The flow with the secrets that are known.
    func resolve(_ spec: FlowSpec) -> FlowSpec {
        spec.mapSecrets { secret, _ in secrets[secret.source].map(secret.resolved) ?? secret }
    }
}
