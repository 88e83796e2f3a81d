/// How a log line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-01-02T03:04:05.678Z info flow=demo input=venue message`
    case text
    /// One JSON object a line.
    case json
}
