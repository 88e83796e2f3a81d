import FoundationEssentials
import Hummingbird

/// Documents of the feed, with the time at which they were true.
enum FeedEncoding {
    private struct Timed<Content: Encodable>: Encodable {
        /// Seconds since 1970, by the gateway's clock.
        var time: Double
        var content: Content?

        private enum CodingKeys: String, CodingKey { case time }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(time, forKey: .time)
            try content?.encode(to: encoder)
        }
    }

    static func answer(_ content: some Encodable, _ time: Double) -> StatusAnswer {
        // Numbers and strings always encode; those that are no number as text.
        (try? .json(Timed(time: time, content: content)))
            ?? .error("the status could not be encoded", status: .internalServerError)
    }

    /// One event: a type and one line of JSON.
    static func event(_ name: String, _ content: (some Encodable)?, _ time: Double) -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        var data = answer(content, time).body
        buffer.writeBuffer(&data)
        // The document ends in a newline; an empty line ends the event.
        buffer.writeString("\n")
        return buffer
    }
}
