/// What a flow file may ask for and this version does not run yet.
///
/// This list is the only place that says so: the warning in `headgate validate` and the runtime both read it, and a
/// feature starts to run by leaving it.
public enum UnsupportedFeature: String, Hashable, Sendable, CaseIterable {
    case rtspInput = "rtsp inputs"
    case rtspPullInput = "rtsp-pull inputs"
    case rtspOutput = "rtsp outputs"
    case rtspPushOutput = "rtsp-push outputs"

    /// The key in the flow file that asks for it.
    public var field: String { "protocol" }

    /// Where in a flow a feature is asked for.
    public enum Place: Hashable, Sendable {
        /// By index.
        case input(Int)
        case output(Int)
    }

    public struct Use: Hashable, Sendable {
        public var feature: UnsupportedFeature
        public var place: Place

        /// `inputs[0].protocol`
        public var field: String {
            switch place {
            case .input(let index): "inputs[\(index)].\(feature.field)"
            case .output(let index): "outputs[\(index)].\(feature.field)"
            }
        }
    }

    /// What of an input does not run yet.
    public static func features(of input: InputSpec) -> [UnsupportedFeature] {
        switch input.source {
        case .rtsp: [.rtspInput]
        case .rtspPull: [.rtspPullInput]
        case .srtListener, .srtCaller, .rtp, .rtmp, .rtmpPull, .file: []
        }
    }

    /// What of an output does not run yet.
    public static func features(of output: OutputSpec) -> [UnsupportedFeature] {
        switch output.destination {
        case .rtsp: [.rtspOutput]
        case .rtspPush: [.rtspPushOutput]
        case .srtListener, .srtCaller, .rtmp, .rtmpPush, .rtp, .udp, .hls, .record: []
        }
    }

    /// Everything in a flow that would run and does not yet; nothing for what is suspended or disabled.
    public static func uses(in flow: FlowSpec) -> [Use] {
        guard !flow.isSuspended else { return [] }
        var uses: [Use] = []
        for (index, input) in flow.inputs.enumerated() where input.isEnabled {
            uses += features(of: input).map { Use(feature: $0, place: .input(index)) }
        }
        for (index, output) in flow.outputs.enumerated() where output.isEnabled {
            uses += features(of: output).map { Use(feature: $0, place: .output(index)) }
        }
        return uses
    }
}

extension UnsupportedFeature: CustomStringConvertible {
    public var description: String { rawValue }
}
