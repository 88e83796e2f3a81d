import FlowModel

/// What happens to the running flows when all of their files disappear at once.
public enum PrunePolicy: Hashable, Sendable {
    case immediate
    /// Wait for so long whether they come back.
    case after(Duration)
    /// An empty directory deletes nothing.
    case never

    public static let defaultGrace = Duration.seconds(30)
    public static let `default` = PrunePolicy.after(defaultGrace)

    /// Reads `immediate`, `never` or `after=30s`, as the flag writes it.
    public init?(flagText text: String) {
        switch text {
        case "immediate": self = .immediate
        case "never": self = .never
        default:
            guard text.hasPrefix("after="), let grace = Duration(flowText: String(text.dropFirst("after=".count)))
            else { return nil }
            self = .after(grace)
        }
    }

    /// The form that `init(flagText:)` reads.
    public var flagText: String {
        switch self {
        case .immediate: "immediate"
        case .never: "never"
        case .after(let grace): "after=\(grace.flowText)"
        }
    }
}
