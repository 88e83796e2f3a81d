/// A `FlowEvent` with its place in time, as the event stream shows it.
public struct RecordedEvent: Hashable, Sendable, Codable, Identifiable {
    /// Rises with each event, over restarts as well.
    public var id: UInt64
    /// Seconds since 1970.
    public var time: Double
    public var reason: String
    public var severity: FlowEvent.Severity
    /// Nil for what concerns no flow.
    public var flow: String?
    public var component: String?
    public var remote: String?
    public var message: String

    public init(_ event: FlowEvent, id: UInt64, time: Double) {
        self.id = id
        self.time = time
        reason = event.reason
        severity = event.severity
        flow = event.flow.isEmpty ? nil : event.flow
        component = event.component
        remote = event.remote
        message = event.message
    }
}
