import FlowModel
import FlowPlanner

/// Puts values into the secrets of specs. One resolver serves one look, and reads each source once in it.
struct SecretResolver {
    /// The largest file that is taken for a secret.
    static let maximumBytes = 4_096
    static let srtPassphraseLength = 10...79

    private let reader: any SecretReading
    private var read: [SecretSource: Result<String, SecretReadFailure>] = [:]

    init(reader: any SecretReading) {
        self.reader = reader
    }

    /// The flow with the values of its secrets, and a failure for each input or output that lacks one. What does not
    /// run (a suspended flow, a disabled input or output) needs no secrets.
    mutating func resolve(_ spec: FlowSpec) -> (spec: FlowSpec, failures: [FlowComponent: ApplyFailure]) {
        var copy = spec
        var failures: [FlowComponent: ApplyFailure] = [:]
        guard !spec.isSuspended else { return (copy, failures) }
        for index in copy.inputs.indices where copy.inputs[index].isEnabled {
            do throws(ApplyFailure) {
                copy.inputs[index] = try copy.inputs[index].mapSecrets { (secret, use) throws(ApplyFailure) in
                    try resolve(secret, use)
                }
            } catch {
                failures[.input(copy.inputs[index].name)] = error
            }
        }
        for index in copy.outputs.indices where copy.outputs[index].isEnabled {
            do throws(ApplyFailure) {
                copy.outputs[index] = try copy.outputs[index].mapSecrets { (secret, use) throws(ApplyFailure) in
                    try resolve(secret, use)
                }
            } catch {
                failures[.output(copy.outputs[index].name)] = error
            }
        }
        return (copy, failures)
    }

    private mutating func resolve(_ secret: Secret, _ use: SecretUse) throws(ApplyFailure) -> Secret {
        if case .literal = secret.source { return secret }
        switch value(of: secret.source) {
        case .failure(let failure):
            throw Self.unavailable(failure.message)
        case .success(let value):
            if use == .srtPassphrase {
                guard value.utf8.allSatisfy({ $0 < 0x80 }) else {
                    throw Self.unavailable("\(secret.source): an SRT passphrase has ASCII characters only")
                }
                guard Self.srtPassphraseLength.contains(value.utf8.count) else {
                    throw Self.unavailable("\(secret.source): an SRT passphrase has 10 to 79 characters")
                }
            }
            return secret.resolved(value)
        }
    }

    private mutating func value(of source: SecretSource) -> Result<String, SecretReadFailure> {
        if let known = read[source] { return known }
        let result = reader.read(source).flatMap { bytes in Self.text(bytes, of: source) }
        read[source] = result
        return result
    }

    private static func text(_ bytes: [UInt8], of source: SecretSource) -> Result<String, SecretReadFailure> {
        var bytes = bytes[...]
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard !bytes.isEmpty else { return .failure(SecretReadFailure(message: "\(source) is empty")) }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(SecretReadFailure(message: "\(source) is not text"))
        }
        return .success(text)
    }

    private static func unavailable(_ message: String) -> ApplyFailure {
        ApplyFailure(remedy: .retry, reason: "SecretUnavailable", message: message)
    }
}

extension FlowSpec {
    /// The sources that can change without the flow file: files and environment variables.
    var externalSecrets: Set<SecretSource> {
        var sources: Set<SecretSource> = []
        _ = mapSecrets { secret, _ in
            if case .literal = secret.source {} else { sources.insert(secret.source) }
            return secret
        }
        return sources
    }
}
