import FlowModel
import FoundationEssentials
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Events as they happen: server-sent events, HTML Living Standard §9.2.
struct EventStream: Sendable {
    /// A comment goes out so often when nothing happens, so that a connection that is gone is noticed.
    static let keepAliveInterval = Duration.seconds(10)

    let history: EventHistory
    /// The last event that the client saw.
    let lastID: UInt64
    /// Of one flow only.
    let flow: String?

    var body: ResponseBody {
        ResponseBody { [self] writer in
            let (past, coming) = history.follow(after: lastID)
            // Something goes out at once: a client knows that it listens.
            var first = ByteBuffer(string: ": listening\n\n")
            for event in past where isWanted(event) { first.writeBytes(Self.frame(event)) }
            try await writer.write(first)
            for await item in Self.withKeepAlive(coming).cancelOnGracefulShutdown() {
                switch item {
                case .event(let event) where isWanted(event):
                    try await writer.write(ByteBuffer(bytes: Self.frame(event)))
                case .event: continue
                case .pause: try await writer.write(ByteBuffer(string: ":\n\n"))
                }
            }
            try await writer.finish(nil)
        }
    }

    private func isWanted(_ event: RecordedEvent) -> Bool { flow == nil || event.flow == flow }

    /// One event: its number, its reason as the event's type, and the event as JSON in one line.
    static func frame(_ event: RecordedEvent) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and strings always encode.
        let data = (try? encoder.encode(event)).map { [UInt8]($0) } ?? []
        return Array("id: \(event.id)\nevent: \(event.reason)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }

    private enum Item: Sendable {
        case event(RecordedEvent)
        case pause
    }

    /// Mixes a pause in wherever nothing comes for the interval.
    private static func withKeepAlive(_ events: AsyncStream<RecordedEvent>) -> AsyncStream<Item> {
        AsyncStream(bufferingPolicy: .bufferingNewest(EventHistory.listenerCapacity)) { continuation in
            let forward = Task {
                for await event in events { continuation.yield(.event(event)) }
                continuation.finish()
            }
            let ticks = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: keepAliveInterval)
                    continuation.yield(.pause)
                }
            }
            continuation.onTermination = { _ in
                forward.cancel()
                ticks.cancel()
            }
        }
    }
}

/// What `/api/v1/events` answers to who asks for JSON.
struct EventList: Hashable, Sendable, Codable {
    /// Oldest first.
    var events: [RecordedEvent]
}
