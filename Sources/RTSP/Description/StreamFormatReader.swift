import NIOCore

/// Makes sense of `a=rtpmap` and `a=fmtp`.
enum StreamFormatReader {
    static func format(_ map: RTPMap, _ parameters: FormatParameters) -> RTSPStreamFormat {
        switch map.encoding.uppercased() {
        case "H264": .h264(h264(parameters))
        case "H265", "HEVC": .hevc(hevc(parameters))
        case "MPEG4-GENERIC": aac(parameters).map { .aac($0) } ?? .other(map.encoding)
        case "MP4A-LATM": .aacLATM(latm(parameters))
        // Two channels unless the sender says that there is one, RFC 7587 §6.1: a decoder of two can play one.
        case "OPUS": .opus(channelCount: parameters["sprop-stereo"] == "0" ? 1 : 2)
        case "MP2T": .mp2t
        case "MPA": .mpegAudio
        case "PCMU": .g711(.mu)
        case "PCMA": .g711(.a)
        default: .other(map.encoding)
        }
    }

    private static func h264(_ parameters: FormatParameters) -> H264Format {
        let all = parameters.unitList("sprop-parameter-sets")
        func units(of type: UInt8) -> [ByteBuffer] {
            all.filter { $0.first.map { $0 & 0x1F } == type }.map { ByteBuffer(bytes: $0) }
        }
        return H264Format(
            sequenceParameterSets: units(of: 7),
            pictureParameterSets: units(of: 8),
            packetizationMode: parameters.number("packetization-mode") ?? 0
        )
    }

    private static func hevc(_ parameters: FormatParameters) -> HEVCFormat {
        func units(_ name: String) -> [ByteBuffer] { parameters.unitList(name).map { ByteBuffer(bytes: $0) } }
        let difference: UInt32? = parameters.number("sprop-max-don-diff")
        return HEVCFormat(
            videoParameterSets: units("sprop-vps"),
            sequenceParameterSets: units("sprop-sps"),
            pictureParameterSets: units("sprop-pps"),
            hasDecodingOrderNumbers: difference ?? 0 > 0
        )
    }

    /// - Returns: nil without a configuration, and for headers with more than size and index.
    private static func aac(_ parameters: FormatParameters) -> AACFormat? {
        guard let configuration = parameters.hexadecimal("config"), !configuration.isEmpty else { return nil }
        let others = [
            "ctsdeltalength", "dtsdeltalength", "randomaccessindication", "streamstateindication",
            "auxiliarydatasizelength",
        ]
        guard others.allSatisfy({ (parameters.number($0) ?? 0) as UInt32 == 0 }) else { return nil }
        // RFC 3640 §3.3.5 and §3.3.6; without a mode the widths stand for themselves.
        let mode = parameters["mode"] ?? ""
        let usual: (UInt8, UInt8, UInt8) =
            mode.equals(ignoringCase: "AAC-hbr")
            ? (13, 3, 3) : mode.equals(ignoringCase: "AAC-lbr") ? (6, 2, 2) : (0, 0, 0)
        let hasWidths = parameters["sizelength"] != nil
        let format = AACFormat(
            configuration: ByteBuffer(bytes: configuration),
            sizeLength: parameters.number("sizelength") ?? usual.0,
            indexLength: parameters.number("indexlength") ?? (hasWidths ? 0 : usual.1),
            indexDeltaLength: parameters.number("indexdeltalength") ?? (hasWidths ? 0 : usual.2)
        )
        let widths = [format.sizeLength, format.indexLength, format.indexDeltaLength]
        return widths.allSatisfy { $0 <= 32 } ? format : nil
    }

    private static func latm(_ parameters: FormatParameters) -> LATMFormat {
        let configuration = parameters.hexadecimal("config").flatMap { $0.isEmpty ? nil : $0 }
        return LATMFormat(
            configuration: configuration.map { ByteBuffer(bytes: $0) },
            // Present unless it is said that it is not, RFC 6416 §7.3.
            isConfigurationInBand: parameters["cpresent"] != "0"
        )
    }
}
