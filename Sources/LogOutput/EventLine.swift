public import FlowModel

/// One event of a gateway as one line, without the line feed. What a terminal would act on is escaped.
public struct EventLine {
    private let event: RecordedEvent

    public init(_ event: RecordedEvent) {
        self.event = event
    }

    public func render(_ format: LogFormat) -> String {
        switch format {
        case .text: text
        case .json: json
        }
    }

    /// `2026-01-02T03:04:05.678Z warning stadium-a/fibre BadPassphrase 192.0.2.1:5000 the passphrase is wrong`
    private var text: String {
        let place = [event.flow, event.component].compactMap(\.self).joined(separator: "/")
        var words = [Timestamp(seconds: event.time).text, event.severity.rawValue, place.isEmpty ? "-" : place]
        words.append(event.reason)
        if let remote = event.remote { words.append(remote) }
        words.append(event.message)
        return words.joined(separator: " ").escapedForOneLine
    }

    /// The fields of `/api/v1/events`.
    private var json: String {
        var fields = [("id", "\(event.id)"), ("time", "\(event.time)")]
        let texts = [
            ("severity", event.severity.rawValue), ("flow", event.flow), ("component", event.component),
            ("reason", event.reason), ("remote", event.remote), ("message", event.message),
        ]
        for (name, value) in texts {
            if let value { fields.append((name, LogLine.jsonString(value))) }
        }
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }
}

extension Timestamp {
    /// - Parameter seconds: since 1970; the year 1 to 9999, what is beyond is taken for its end.
    fileprivate init(seconds time: Double) {
        let bounded = time.isFinite ? min(max(time, -62_135_596_800), 253_402_300_799) : 0
        let whole = bounded.rounded(.down)
        self.init(seconds: Int(whole), milliseconds: Int((bounded - whole) * 1_000))
    }
}
