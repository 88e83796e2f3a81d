/// What a payload type stands for, RFC 8866 §6.6: `H264/90000`, `opus/48000/2`.
package struct RTPMap: Hashable, Sendable {
    package var encoding: String
    /// Of the RTP timestamps, in hertz; nil when it is not said.
    package var clockRate: UInt32?
    /// Of sound; nil when it is not said.
    package var channelCount: UInt8?

    package init(encoding: String, clockRate: UInt32?, channelCount: UInt8? = nil) {
        self.encoding = encoding
        self.clockRate = clockRate
        self.channelCount = channelCount
    }

    init?(_ text: Substring) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard let encoding = parts.first?.trimmed, !encoding.isEmpty else { return nil }
        self.encoding = String(encoding)
        clockRate = parts.count > 1 ? parts[1].trimmed.number().flatMap { $0 > 0 ? $0 : nil } : nil
        channelCount = parts.count > 2 ? parts[2].trimmed.number().flatMap { $0 > 0 ? $0 : nil } : nil
    }

    /// The payload types that need no `a=rtpmap`, RFC 3551 §6, as far as they are met here.
    package static func fixed(_ payloadType: UInt8) -> RTPMap? {
        switch payloadType {
        case 0: RTPMap(encoding: "PCMU", clockRate: 8_000, channelCount: 1)
        case 8: RTPMap(encoding: "PCMA", clockRate: 8_000, channelCount: 1)
        case 14: RTPMap(encoding: "MPA", clockRate: 90_000)
        case 26: RTPMap(encoding: "JPEG", clockRate: 90_000)
        case 32: RTPMap(encoding: "MPV", clockRate: 90_000)
        case 33: RTPMap(encoding: "MP2T", clockRate: 90_000)
        default: nil
        }
    }
}

extension RTPMap: CustomStringConvertible {
    /// As it is written.
    package var description: String {
        encoding + (clockRate.map { "/\($0)" } ?? "") + (channelCount.map { "/\($0)" } ?? "")
    }
}
