/// Something that happened to a flow, for logs and the event stream.
public struct FlowEvent: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable, Codable {
        /// For whoever looks into the gateway itself.
        case debug
        case info
        case warning
        case error
    }

    /// One CamelCase word. Refusals use the reasons of `Refusal`.
    public var reason: String
    public var severity: Severity
    public var flow: String
    /// The input or output, where one is concerned.
    public var component: String?
    public var remote: String?
    /// A sentence for people; never holds a secret.
    public var message: String

    public init(
        reason: String,
        severity: Severity = .info,
        flow: String,
        component: String? = nil,
        remote: String? = nil,
        message: String
    ) {
        self.reason = reason
        self.severity = severity
        self.flow = flow
        self.component = component
        self.remote = remote
        self.message = message
    }
}
