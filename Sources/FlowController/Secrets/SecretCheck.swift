public import FlowModel
import FlowPlanner

/// Looks whether the secrets of flows can be read, without starting anything.
public enum SecretCheck {
    /// A sentence for each input or output that would wait for a secret.
    public static func failures(of specs: [FlowSpec]) -> [String] {
        var resolver = SecretResolver(reader: SystemSecretReader())
        return specs.flatMap { spec in
            resolver.resolve(spec).failures.sorted { $0.key.description < $1.key.description }.map { part, failure in
                "\(spec.name): \(part) waits for its secret: \(failure.message)"
            }
        }
    }
}
