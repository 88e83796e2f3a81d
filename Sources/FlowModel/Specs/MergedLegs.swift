/// The two legs of a flow that `failover.mode: merge` puts together.
public struct MergedLegs: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        /// RTP packets, by their sequence numbers.
        case sequence
        /// Packets of a transport stream, by what is in them.
        case content
    }

    /// A leg by the names of its input and its own.
    public struct Name: Hashable, Sendable {
        public var input: String
        public var leg: String
    }

    public let form: Form
    /// In order; there are two.
    public let names: [Name]

    /// The two RTP legs, or else the two SRT legs; nil when there are not two of either.
    public init?(of inputs: [InputSpec]) {
        let rtp = Self.names(inputs) { if case .rtp(let input) = $0 { input.failover ? 2 : 1 } else { 0 } }
        let srt = Self.names(inputs) { source in
            switch source {
            case .srtListener(let input): input.failover ? 2 : 1
            // A leg that only calls when the others are gone brings nothing beside them.
            case .srtCaller(let input): input.standby == .hot ? 1 : 0
            default: 0
            }
        }
        if rtp.count == 2 {
            (form, names) = (.sequence, rtp)
        } else if srt.count == 2 {
            (form, names) = (.content, srt)
        } else {
            return nil
        }
    }

    /// - Parameter count: how many legs of an input can be merged.
    private static func names(_ inputs: [InputSpec], _ count: (InputSource) -> Int) -> [Name] {
        inputs.filter(\.isEnabled).flatMap { input in
            ["main", "backup"].prefix(count(input.source)).map { Name(input: input.name, leg: $0) }
        }
    }
}
