/// Whether views may use colour, and how they do.
public struct TextStyle: Hashable, Sendable {
    public var usesColor: Bool

    public init(usesColor: Bool) {
        self.usesColor = usesColor
    }

    public static let plain = TextStyle(usesColor: false)

    /// Colour belongs on a terminal whose user did not ask for none (https://no-color.org), and that can show it.
    public init(isTerminal: Bool, environment: [String: String]) {
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        self.usesColor = isTerminal && !refused && environment["TERM"] != "dumb"
    }

    enum Tone {
        case good
        case working
        case bad
        case heading
        case plain

        /// ECMA-48 §8.3.117, select graphic rendition.
        fileprivate var code: String? {
            switch self {
            case .good: "32"
            case .working: "33"
            case .bad: "31"
            case .heading: "1"
            case .plain: nil
            }
        }
    }

    func paint(_ text: String, _ tone: Tone) -> String {
        guard usesColor, let code = tone.code else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }
}
