public import Logging

/// A swift-log handler that writes each event as one line of text or JSON.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let format: LogFormat
    private let sink: LineSink
    private let now: @Sendable () -> Timestamp

    public init(format: LogFormat, level: Logger.Level = .info, sink: LineSink = .standardError) {
        self.init(format: format, level: level, sink: sink, now: Timestamp.now)
    }

    init(format: LogFormat, level: Logger.Level, sink: LineSink, now: @escaping @Sendable () -> Timestamp) {
        self.format = format
        self.logLevel = level
        self.sink = sink
        self.now = now
    }

    /// A logger of its own, for programs that do not bootstrap the whole logging system.
    public static func logger(label: String, format: LogFormat, level: Logger.Level) -> Logger {
        Logger(label: label) { _ in LineLogHandler(format: format, level: level) }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        // The nearer a value is to the event, the more it says.
        let all =
            (metadataProvider?.get() ?? [:])
            .merging(metadata) { $1 }
            .merging(event.metadata ?? [:]) { $1 }
        let line = LogLine(time: now(), level: event.level, message: event.message.description, metadata: all)
        sink.write(line.render(format))
    }
}
