public import FlowModel

/// Where a reader of events is, over reconnections: tells events that it has seen from those that follow.
public struct EventPlace: Hashable, Sendable {
    /// What an event is to the reader.
    public enum Next: Hashable, Sendable {
        case seen
        /// So many before it never arrived.
        case follows(missed: UInt64)
    }

    public private(set) var lastID: UInt64?
    private var lastTime = 0.0

    public init() {}

    /// Takes an event over. Events of a gateway whose numbers began anew, since its history was lost, are told by their
    /// time.
    public mutating func next(_ event: RecordedEvent) -> Next {
        guard let last = lastID else {
            take(event)
            return .follows(missed: 0)
        }
        guard event.id > last else {
            guard event.time > lastTime else { return .seen }
            take(event)
            return .follows(missed: 0)
        }
        take(event)
        return .follows(missed: event.id - last - 1)
    }

    private mutating func take(_ event: RecordedEvent) {
        lastID = event.id
        lastTime = event.time
    }
}
