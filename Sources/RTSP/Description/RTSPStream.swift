/// A track as a description tells it: what its packets are numbered and timed with, and how to read them.
package struct RTSPStream: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case video
        case audio
        case other
    }

    package var kind: Kind
    package var payloadType: UInt8
    /// Of the RTP timestamps, in hertz.
    package var clockRate: UInt32
    /// Of sound, as the description says it; nil when it does not.
    package var channelCount: UInt8?
    package var format: RTSPStreamFormat

    package init(
        kind: Kind,
        payloadType: UInt8,
        clockRate: UInt32,
        channelCount: UInt8? = nil,
        format: RTSPStreamFormat
    ) {
        self.kind = kind
        self.payloadType = payloadType
        self.clockRate = clockRate
        self.channelCount = channelCount
        self.format = format
    }
}

extension MediaDescription {
    /// The first format of this section that can be read here; the first one at all when there is none. Nil when it
    /// has no RTP payload type, or one without a clock rate.
    package var stream: RTSPStream? {
        let streams = formats.lazy.compactMap { stream(format: $0) }
        return streams.first { if case .other = $0.format { false } else { true } } ?? streams.first
    }

    private func stream(format: String) -> RTSPStream? {
        guard let payloadType: UInt8 = format.number(), payloadType < 128 else { return nil }
        let fixed = RTPMap.fixed(payloadType)
        let map = rtpMap(payloadType) ?? fixed
        let kind = RTSPStream.Kind(rawValue: kind) ?? .other
        guard let map else { return nil }
        guard let clockRate = map.clockRate ?? fixed?.clockRate ?? (kind == .video ? 90_000 : nil) else { return nil }
        return RTSPStream(
            kind: kind,
            payloadType: payloadType,
            clockRate: clockRate,
            channelCount: map.channelCount ?? fixed?.channelCount,
            format: StreamFormatReader.format(map, formatParameters(payloadType))
        )
    }

    /// A section for one track.
    package init(_ stream: RTSPStream, control: String? = nil) {
        let (map, parameters) = StreamFormatWriter.lines(stream)
        self.init(kind: stream.kind == .other ? "application" : stream.kind.rawValue)
        formats = ["\(stream.payloadType)"]
        attributes.append(SDPAttribute("rtpmap", "\(stream.payloadType) \(map)"))
        if !parameters.parameters.isEmpty {
            attributes.append(SDPAttribute("fmtp", "\(stream.payloadType) \(parameters)"))
        }
        if let control { self.control = control }
    }
}
