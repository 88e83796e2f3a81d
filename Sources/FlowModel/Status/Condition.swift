/// One thing that is true, false or not known about a flow, in the manner of Kubernetes conditions.
public struct Condition: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Everything that the accepted spec asks for runs. A listener that waits for its peer runs.
        case ready = "Ready"
        /// Present only while the gateway works towards the spec or waits to try again.
        case reconciling = "Reconciling"
        /// Present only while a person has to change something.
        case stalled = "Stalled"
        /// Present only while the latency of an SRT connection leaves too little time to send lost packets again.
        case latencyTooLow = "LatencyTooLow"
    }

    public enum State: String, Hashable, Sendable, Codable {
        case `true` = "True"
        case `false` = "False"
        case unknown = "Unknown"
    }

    public var type: Kind
    public var status: State
    /// One CamelCase word for machines: `PortInUse`, `InvalidFile`.
    public var reason: String
    /// A sentence for people.
    public var message: String
    /// When `status` last changed, in seconds since 1970.
    public var lastTransitionTime: Double

    public init(type: Kind, status: State, reason: String, message: String, lastTransitionTime: Double) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.lastTransitionTime = lastTransitionTime
    }
}
