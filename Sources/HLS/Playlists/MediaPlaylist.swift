import Media
import NIOCore

extension HLSPresentation {
    /// The segments in one form with the newest ones' parts, RFC 8216bis §4.4.
    func mediaPlaylist(as form: HLSForm) -> ByteBuffer {
        var text = PlaylistText(version: form == .fragments ? 6 : 3, reserving: 8_192)
        addHeader(to: &text)
        var initialization: Int?
        // Parts are listed up to three target durations from the end, §6.2.2.
        let partsFrom = end - 3 * targetTicks
        for segment in listed {
            addTags(of: segment, form, previousInitialization: &initialization, to: &text)
            if segment.end > partsFrom { addParts(of: segment, form, to: &text) }
            text.add("#EXTINF:\(PlaylistText.seconds(segment.duration)),")
            text.add(HLSResource.segment(segment.number, form).name)
        }
        if let open {
            addTags(of: open, form, previousInitialization: &initialization, to: &text)
            addParts(of: open, form, to: &text)
        }
        if isEnded {
            text.add("#EXT-X-ENDLIST")
        } else if let hint = hintedPart(as: form) {
            text.add("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"\(hint.name)\"")
        }
        return text.bytes
    }

    /// The part that comes next; nil when none does.
    func hintedPart(as form: HLSForm) -> HLSResource? {
        guard let open else { return nil }
        return .part(segment: open.number, index: open.parts.count, form)
    }

    private func addHeader(to text: inout PlaylistText) {
        let partHoldBack = PlaylistText.seconds(3 * partTarget)
        text.add("#EXT-X-TARGETDURATION:\(targetDuration)")
        text.add(
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=\(partHoldBack),HOLD-BACK=\(3 * targetDuration)"
        )
        text.add("#EXT-X-PART-INF:PART-TARGET=\(PlaylistText.seconds(partTarget))")
        if let first = listed.first {
            text.add("#EXT-X-MEDIA-SEQUENCE:\(first.number)")
            // The first segment's own tag counts on.
            text.add("#EXT-X-DISCONTINUITY-SEQUENCE:\(first.discontinuities - (first.isDiscontinuous ? 1 : 0))")
        }
        if listed.allSatisfy(\.isIndependent), open?.isIndependent ?? true {
            text.add("#EXT-X-INDEPENDENT-SEGMENTS")
        }
    }

    private func addTags(
        of segment: HLSSegment,
        _ form: HLSForm,
        previousInitialization: inout Int?,
        to text: inout PlaylistText
    ) {
        if segment.isDiscontinuous { text.add("#EXT-X-DISCONTINUITY") }
        let initialization = segment.initialization.number
        if form == .fragments, initialization != previousInitialization {
            text.add("#EXT-X-MAP:URI=\"\(HLSResource.initialization(initialization).name)\"")
            previousInitialization = initialization
        }
        text.add("#EXT-X-PROGRAM-DATE-TIME:\(segment.date.text)")
    }

    private func addParts(of segment: HLSSegment, _ form: HLSForm, to text: inout PlaylistText) {
        for (index, part) in segment.parts.enumerated() {
            let name = HLSResource.part(segment: segment.number, index: index, form).name
            let independence = part.isIndependent ? ",INDEPENDENT=YES" : ""
            text.add("#EXT-X-PART:DURATION=\(PlaylistText.seconds(part.duration)),URI=\"\(name)\"\(independence)")
        }
    }
}
