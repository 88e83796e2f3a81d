import NIOCore

/// Says a format in the words of `a=rtpmap` and `a=fmtp`.
enum StreamFormatWriter {
    static func lines(_ stream: RTSPStream) -> (map: RTPMap, parameters: FormatParameters) {
        var map = RTPMap(encoding: "", clockRate: stream.clockRate, channelCount: stream.channelCount)
        var parameters = FormatParameters()
        switch stream.format {
        case .h264(let format):
            map.encoding = "H264"
            write(format, into: &parameters)
        case .hevc(let format):
            map.encoding = "H265"
            write(format, into: &parameters)
        case .aac(let format):
            map.encoding = "mpeg4-generic"
            write(format, into: &parameters)
        case .aacLATM(let format):
            map.encoding = "MP4A-LATM"
            parameters.add("cpresent", format.isConfigurationInBand ? "1" : "0")
            if let configuration = format.configuration {
                parameters.add("config", Hexadecimal.encode(configuration.readableBytesView))
            }
        case .opus(let channelCount):
            // Always two, whatever is in it, RFC 7587 §7.
            map = RTPMap(encoding: "opus", clockRate: 48_000, channelCount: 2)
            parameters.add("sprop-stereo", channelCount == 1 ? "0" : "1")
        case .mp2t: map.encoding = "MP2T"
        case .mpegAudio: map.encoding = "MPA"
        case .g711(let law): map.encoding = law == .mu ? "PCMU" : "PCMA"
        case .other(let name): map.encoding = name
        }
        return (map, parameters)
    }

    private static func write(_ format: H264Format, into parameters: inout FormatParameters) {
        parameters.add("packetization-mode", "\(format.packetizationMode)")
        // The three bytes behind the header: profile, constraints and level.
        if let first = format.sequenceParameterSets.first?.readableBytesView, first.count >= 4 {
            parameters.add("profile-level-id", Hexadecimal.encode(first.dropFirst().prefix(3)).uppercased())
        }
        let units = format.sequenceParameterSets + format.pictureParameterSets
        if !units.isEmpty { parameters.add("sprop-parameter-sets", list(units)) }
    }

    private static func write(_ format: HEVCFormat, into parameters: inout FormatParameters) {
        let lists = [
            ("sprop-vps", format.videoParameterSets), ("sprop-sps", format.sequenceParameterSets),
            ("sprop-pps", format.pictureParameterSets),
        ]
        for (name, units) in lists where !units.isEmpty { parameters.add(name, list(units)) }
    }

    private static func write(_ format: AACFormat, into parameters: inout FormatParameters) {
        parameters.add("streamtype", "5")
        parameters.add("profile-level-id", "1")
        parameters.add("mode", format.sizeLength == 6 ? "AAC-lbr" : "AAC-hbr")
        parameters.add("sizelength", "\(format.sizeLength)")
        parameters.add("indexlength", "\(format.indexLength)")
        parameters.add("indexdeltalength", "\(format.indexDeltaLength)")
        parameters.add("config", Hexadecimal.encode(format.configuration.readableBytesView))
    }

    private static func list(_ units: [ByteBuffer]) -> String {
        units.map { Base64.encode($0.readableBytesView) }.joined(separator: ",")
    }
}
