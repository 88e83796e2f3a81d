import FlowModel

/// The durations that a field takes. The schema's descriptions name the same bounds.
struct FieldRange {
    var minimum: Duration
    var maximum: Duration?

    static let latency = FieldRange(minimum: .zero, maximum: .seconds(10))
    static let idleTimeout = FieldRange(minimum: .seconds(1), maximum: .seconds(10))
    static let lossAfter = FieldRange(minimum: .milliseconds(50), maximum: .seconds(30))
    static let recoverAfter = FieldRange(minimum: .zero, maximum: .seconds(3600))
    static let mergeWindow = FieldRange(minimum: .milliseconds(100), maximum: .seconds(2))
    static let qualityHold = FieldRange(minimum: .zero, maximum: .seconds(60))
    static let qualityTimeout = FieldRange(minimum: .milliseconds(200), maximum: .seconds(60))
    static let hlsSegment = FieldRange(minimum: .seconds(1), maximum: .seconds(10))
    static let recordSegment = FieldRange(minimum: .seconds(1), maximum: .seconds(24 * 3600))
    static let keep = FieldRange(minimum: .seconds(60))

    /// As the schema's descriptions say it: `50ms to 30s`, `1m or more`.
    var text: String {
        maximum.map { "\(minimum.flowText) to \($0.flowText)" } ?? "\(minimum.flowText) or more"
    }
}
