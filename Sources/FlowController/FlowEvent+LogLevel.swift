public import FlowModel
public import Logging

extension FlowEvent.Severity {
    /// The level at which an event of this severity is logged.
    public var logLevel: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
