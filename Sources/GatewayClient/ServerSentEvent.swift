/// One event of a stream of server-sent events: HTML Living Standard §9.2.
public struct ServerSentEvent: Hashable, Sendable {
    /// The last `id` of the stream up to this event.
    public var id: String?
    /// `message` when the stream says nothing else.
    public var type: String
    /// Its lines, joined with line feeds.
    public var data: String

    public init(id: String? = nil, type: String = "message", data: String) {
        self.id = id
        self.type = type
        self.data = data
    }
}

/// Puts events together from bytes as they come. Comments and fields that are not known are passed over.
struct ServerSentEventDecoder {
    /// A stream whose line, or whose event, is longer is not a gateway's.
    static let maximumEventBytes = 256 * 1024

    struct TooLarge: Error {}

    private var line: [UInt8] = []
    private var lastWasCarriageReturn = false
    private var id: String?
    private var type = ""
    private var data: [String] = []
    private var dataBytes = 0

    /// The events that are complete with these bytes.
    mutating func decode(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case 0x0a where lastWasCarriageReturn:
                lastWasCarriageReturn = false
            case 0x0a, 0x0d:
                lastWasCarriageReturn = byte == 0x0d
                if let event = try endLine() { events.append(event) }
            default:
                lastWasCarriageReturn = false
                guard line.count < Self.maximumEventBytes else { throw TooLarge() }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(TooLarge) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: 0x3a) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        let text = String(decoding: value, as: UTF8.self)
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "id": if !value.contains(0) { id = text }
        case "event": type = text
        case "data":
            dataBytes += value.count + 1
            guard dataBytes <= Self.maximumEventBytes else { throw TooLarge() }
            data.append(text)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            type = ""
            data = []
            dataBytes = 0
        }
        guard !data.isEmpty else { return nil }
        return ServerSentEvent(id: id, type: type.isEmpty ? "message" : type, data: data.joined(separator: "\n"))
    }
}
