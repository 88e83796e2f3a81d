/// What the gateway says about enhanced RTMP in `connect` and in the answer to it.
enum EnhancedCapabilities {
    static let videoCodes: [FourCC] = [.avc, .hevc, .av1, .vp9]
    static let audioCodes: [FourCC] = [.aac, .mp3, .opus, .ac3, .eac3, .flac]

    /// Codecs are forwarded, neither decoded nor encoded (FourCcInfoMask).
    private static let canForward = 4.0
    /// Extensions of tags are understood (CapsExMask ModEx); several tracks and reconnecting are not offered.
    private static let capabilityFlags = 4.0

    private static let names = ["fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx"]

    static var codeList: AMFProperty {
        AMFProperty("fourCcList", .strictArray((videoCodes + audioCodes).map { .string($0.text) }))
    }

    /// What answers a client that speaks enhanced RTMP; nothing for the others, whose parsers may not expect it.
    static func answer(to command: AMFValue?) -> [AMFProperty] {
        guard let command, names.contains(where: { command[$0] != nil }) else { return [] }
        return [
            codeList,
            AMFProperty("videoFourCcInfoMap", map(videoCodes)),
            AMFProperty("audioFourCcInfoMap", map(audioCodes)),
            AMFProperty("capsEx", .number(capabilityFlags)),
        ]
    }

    private static func map(_ codes: [FourCC]) -> AMFValue {
        .object(codes.map { AMFProperty($0.text, .number(canForward)) })
    }
}
