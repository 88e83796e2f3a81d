import FlowModel
import GatewayClient
import LogOutput
import StatusViews

/// Prints events as they happen, over the gateway's restarts: each once, and none left out that the gateway still has.
final class EventFollower {
    /// From one call to the next.
    private static let retryInterval = Duration.milliseconds(500)

    /// Nobody reads what is printed.
    private struct OutputClosed: Error {}

    private let gateway: RunningGateway
    private let filter: EventFilter
    private let format: LogFormat
    private var place = EventPlace()
    /// What was said last about a gateway that does not answer.
    private var trouble: String?

    init(gateway: RunningGateway, filter: EventFilter, format: LogFormat) {
        self.gateway = gateway
        self.filter = filter
        self.format = format
    }

    /// Returns when nobody reads any more; throws when the gateway does not let this client in.
    func run() async throws {
        while true {
            do {
                try await followOnce()
            } catch let error as GatewayClientError {
                tell("\(error)")
            } catch is OutputClosed {
                return
            }
            try await Task.sleep(for: Self.retryInterval)
        }
    }

    private func followOnce() async throws {
        // All events, whatever is wanted of them: only then a gap in their numbers is one.
        let end = try await gateway.client.events("/api/v1/events", after: place.lastID.map(String.init)) {
            if trouble != nil { Console.error("headgate: the gateway is back") }
            trouble = nil
        } onEvent: { frame in
            try show(frame)
        }
        switch end {
        case .ended: tell("the gateway at \(gateway.client.server) ended the stream")
        case .refused(let answer) where answer.status == 503: tell(gateway.refusal(answer).description)
        case .refused(let answer): throw gateway.refusal(answer)
        }
    }

    private func show(_ frame: ServerSentEvent) throws {
        guard let event = try? RunningGateway.decode(RecordedEvent.self, from: Array(frame.data.utf8)),
            case .follows(let missed) = place.next(event)
        else { return }
        if missed > 0 { Console.error("headgate: \(missed) events before this one are gone") }
        guard filter.wants(event) else { return }
        guard Console.output(EventLine(event).render(format) + "\n") else { throw OutputClosed() }
    }

    /// Once for each trouble, not once for each call.
    private func tell(_ trouble: String) {
        if trouble != self.trouble { Console.error("headgate: \(trouble); calling again") }
        self.trouble = trouble
    }
}
