import FlowController
import FlowModel
import Logging
import StatusServer

/// Writes each event as one line, with its flow and input as fields, and keeps it for the event stream. A leg is named `INPUT/LEG`; peers that the SRT port
/// refuses are told by the endpoint's name alone, as `component`.
struct EventLog: Sendable {
    let logger: Logger
    let history: EventHistory

    func record(_ event: FlowEvent) {
        history.record(event)
        var metadata: Logger.Metadata = ["reason": .string(event.reason)]
        if !event.flow.isEmpty { metadata["flow"] = .string(event.flow) }
        if let parts = event.component?.split(separator: "/"), parts.count == 2 {
            metadata["input"] = .string(String(parts[0]))
            metadata["leg"] = .string(String(parts[1]))
        } else if let component = event.component {
            metadata["component"] = .string(component)
        }
        if let remote = event.remote { metadata["remote"] = .string(remote) }
        logger.log(level: event.severity.logLevel, "\(event.message)", metadata: metadata)
    }
}
