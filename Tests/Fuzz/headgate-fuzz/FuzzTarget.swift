/// What a run of the fuzzer feeds: one reader of hostile input, with what must hold of its results.
enum FuzzTarget: String, CaseIterable {
    case yaml
    case schema
    case flow
    case transportStream
    case splice
    case rtp
    case merge
    case tsMerge
    case rtpPayload
    case rtmp
    case rtsp
    case srtStreamID

    /// Runs one input; a trap is the finding.
    func run(_ input: UnsafeRawBufferPointer) {
        switch self {
        case .yaml: YAMLFuzzing.run(input)
        case .schema: SchemaFuzzing.run(input)
        case .flow: FlowFuzzing.run(input)
        case .transportStream: TransportStreamFuzzing.run(input)
        case .splice: SpliceFuzzing.run(input)
        case .rtp: RTPFuzzing.run(input)
        case .merge: MergeFuzzing.run(input)
        case .tsMerge: TSMergeFuzzing.run(input)
        case .rtpPayload: RTPPayloadFuzzing.run(input)
        case .rtmp: RTMPFuzzing.run(input)
        case .rtsp: RTSPFuzzing.run(input)
        case .srtStreamID: SRTStreamIDFuzzing.run(input)
        }
    }

    /// Well-formed inputs to start from.
    var seeds: [[UInt8]] {
        switch self {
        case .yaml: YAMLFuzzing.seeds
        case .schema: SchemaFuzzing.seeds
        case .flow: FlowFuzzing.seeds
        case .transportStream: TransportStreamFuzzing.seeds
        case .splice: SpliceFuzzing.seeds
        case .rtp: RTPFuzzing.seeds
        case .merge: MergeFuzzing.seeds
        case .tsMerge: TSMergeFuzzing.seeds
        case .rtpPayload: RTPPayloadFuzzing.seeds
        case .rtmp: RTMPFuzzing.seeds
        case .rtsp: RTSPFuzzing.seeds
        case .srtStreamID: SRTStreamIDFuzzing.seeds
        }
    }
}

/// Holds a message to what terminals and log readers may rely on: one line, no control or bidirectional characters.
func expectOneSafeLine(_ message: String) {
    for scalar in message.unicodeScalars {
        let isControl = scalar.properties.generalCategory == .control
        let isBidirectional =
            (0x202a...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            || scalar.value == 0x2028 || scalar.value == 0x2029
        precondition(!isControl && !isBidirectional, "unsafe character \(scalar.value) in a message")
    }
}
