import FragmentedMP4
import Media
import NIOCore

extension HLSPresentation {
    /// What players are given first: where the stream is, and what they want to know beforehand.
    ///
    /// `index-fmp4.m3u8` has it as MP4. `index.m3u8` has it as MPEG-TS, which all players take: GStreamer's `hlsdemux`
    /// shows nothing of MP4 whose times do not begin at zero. Codecs that Apple's players and browsers take from MP4
    /// only have both there, MPEG-TS first and with the higher rate, since `hlsdemux` goes by that, and MP4 with the
    /// higher `SCORE`. Others do not, because Chromium stops where it changes from one form to the other.
    func multivariantPlaylist(_ form: HLSForm) -> ByteBuffer {
        var text = PlaylistText(version: 6)
        guard let initialization = segments.last?.initialization else { return text.bytes }
        let forms: [HLSForm] =
            form == .fragments ? [.fragments] : initialization.needsFragments ? [.transport, .fragments] : [.transport]
        for form in forms { addVariant(form, of: initialization, to: &text) }
        return text.bytes
    }

    private func addVariant(_ form: HLSForm, of initialization: HLSInitialization, to text: inout PlaylistText) {
        let bitrates = bitrates(as: form)
        var attributes = ["BANDWIDTH=\(bitrates.peak)", "AVERAGE-BANDWIDTH=\(bitrates.average)"]
        if initialization.needsFragments { attributes.append("SCORE=\(form == .fragments ? "2.0" : "1.0")") }
        attributes.append("CODECS=\"\(initialization.codecs.joined(separator: ","))\"")
        if let size = initialization.pictureSize {
            attributes.append("RESOLUTION=\(size.width)x\(size.height)")
            if let frameRate { attributes.append("FRAME-RATE=\(frameRate)") }
        }
        text.add("#EXT-X-STREAM-INF:" + attributes.joined(separator: ","))
        text.add(HLSResource.playlist(form).name)
    }

    // MARK: Rates

    /// In bit/s, rounded up: of the segment that has the highest rate, among those at least half as long as they may be,
    /// and of all.
    private func bitrates(as form: HLSForm) -> (peak: Int64, average: Int64) {
        var peak: Int64 = 0
        var bytes = 0
        var ticks: Int64 = 0
        for segment in listed {
            bytes += segment.byteCount(as: form)
            ticks += segment.duration
            if segment.duration >= targetTicks / 2 {
                peak = max(peak, Self.bitrate(segment.byteCount(as: form), in: segment.duration))
            }
        }
        let average = Self.bitrate(bytes, in: ticks)
        return (max(peak, average), average)
    }

    private static func bitrate(_ byteCount: Int, in ticks: Int64) -> Int64 {
        guard ticks > 0 else { return 0 }
        let (product, overflow) = Int64(byteCount).multipliedReportingOverflow(by: 8 * MediaTime.ticksPerSecond)
        return overflow ? .max : (product &+ ticks &- 1) / ticks
    }

    /// Pictures a second, with three places.
    private var frameRate: String? {
        var pictures: Int64 = 0
        var ticks: Int64 = 0
        for segment in listed {
            pictures += Int64(segment.pictureCount)
            ticks += segment.duration
        }
        guard pictures > 0, ticks > 0 else { return nil }
        let (whole, rest) = ((pictures &* 90_000_000 &+ ticks / 2) / ticks).quotientAndRemainder(dividingBy: 1_000)
        return "\(whole)." + String(repeating: "0", count: 3 - String(rest).count) + String(rest)
    }
}
