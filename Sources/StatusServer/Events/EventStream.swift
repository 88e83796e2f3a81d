public import FlowModel
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
            // Listens first: what comes between is asked for below.
            let news = history.news()
            // Something goes out at once: a client knows that it listens.
            var next = ByteBuffer(string: ": listening\n\n")
            var lastID = lastID
            take(into: &next, after: &lastID)
            try await writer.write(next)
            for await item in Self.withKeepAlive(news).cancelOnGracefulShutdown() {
                next.clear()
                take(into: &next, after: &lastID)
                if next.readableBytes == 0, item == .pause { next.writeString(":\n\n") }
                if next.readableBytes > 0 { try await writer.write(next) }
            }
            try await writer.finish(nil)
        }
    }

    private func take(into buffer: inout ByteBuffer, after lastID: inout UInt64) {
        for event in history.events(after: lastID) {
            if flow == nil || event.flow == flow { buffer.writeBytes(Self.frame(event)) }
            lastID = event.id
        }
    }

    /// One event: its number, its reason as the event's type, and the event as JSON in one line.
    static func frame(_ event: RecordedEvent) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers and strings always encode.
        let data = (try? encoder.encode(event)).map { [UInt8]($0) } ?? []
        return Array("id: \(event.id)\nevent: \(event.reason)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }

    private enum Item: Sendable {
        case news
        case pause
    }

    /// Mixes a pause in at each interval.
    private static func withKeepAlive(_ news: AsyncStream<Void>) -> AsyncStream<Item> {
        // Whichever comes, all news is taken: one that waits is enough.
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let forward = Task {
                for await _ in news { continuation.yield(.news) }
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
public struct EventList: Hashable, Sendable, Codable {
    /// Oldest first.
    public var events: [RecordedEvent]
}
