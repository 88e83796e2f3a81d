import Hummingbird
import ServiceLifecycle

/// One listener's connection: what it has not seen, whenever there is something.
struct FeedStream: Sendable {
    /// A comment goes out after so many ticks without news, so that both sides notice a connection that is gone.
    static let quietTicks = 3

    let feed: StatusFeed
    let topic: StatusFeed.Topic
    let signals: AsyncStream<Void>

    var body: ResponseBody {
        ResponseBody { [self] writer in
            var seen: UInt64?
            var quiet = 0
            if let frame = await feed.frame(topic, after: nil) {
                seen = frame.version
                try await writer.write(frame.bytes)
            }
            for await _ in signals.cancelOnGracefulShutdown() {
                if let frame = await feed.frame(topic, after: seen) {
                    seen = frame.version
                    quiet = 0
                    try await writer.write(frame.bytes)
                } else {
                    quiet += 1
                    if quiet.isMultiple(of: Self.quietTicks) { try await writer.write(ByteBuffer(string: ":\n\n")) }
                }
            }
            try await writer.finish(nil)
        }
    }
}
