/// Why a step could not be carried out. The component that it names is left stopped, never half started.
public struct ApplyFailure: Error, Hashable, Sendable {
    /// What would help.
    public enum Remedy: Hashable, Sendable {
        /// Trying again may help: a port in use, a host that does not resolve.
        case retry
        /// A person has to change something: a protocol that this version cannot run.
        case configurationChange
    }

    public var remedy: Remedy
    /// One CamelCase word: `PortInUse`, `HostNotFound`, `FileNotFound`, `UnsupportedProtocol`, `SecretUnavailable`.
    public var reason: String
    /// A sentence for people, without secrets.
    public var message: String

    public init(remedy: Remedy, reason: String, message: String) {
        self.remedy = remedy
        self.reason = reason
        self.message = message
    }
}
