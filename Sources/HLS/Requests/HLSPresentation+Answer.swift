import Media
import NIOCore

extension HLSPresentation {
    /// Segments, parts and what initialises them never change. An hour is longer than they are listed, and caches need
    /// not keep them beyond that.
    static let mediaCaching = "max-age=3600, immutable"
    /// How long a player that asked before there was enough to begin with is kept waiting, at least.
    private static let startPatience: Duration = .seconds(15)

    /// How long a request may wait, from when it came: three target durations, RFC 8216bis §6.2.5.2, and in the beginning
    /// until there are three segments.
    public var patience: Duration {
        hasStart ? .seconds(3 * targetDuration) : max(Self.startPatience, .seconds(4 * targetDuration))
    }

    /// Answers a request.
    public func answer(_ request: HLSRequest) -> HLSAnswer {
        switch request.resource {
        case .multivariantPlaylist(let form):
            return isReady ? .playlist(multivariantPlaylist(form), playlistCaching) : waitOrNotFound
        case .playlist(let form):
            return playlist(form, request.reload)
        case .initialization(let number):
            return initialization(number).map { .media([$0.bytes], .fragments) } ?? .notFound
        case .segment(let number, let form):
            return segment(number).map { .media($0.parts.map { $0.bytes(as: form) }, form) } ?? .notFound
        case .part(let number, let index, let form):
            return part(number, index, form)
        }
    }

    private var waitOrNotFound: HLSAnswer { isEnded ? .notFound : .wait }

    // MARK: Playlists

    /// Half of the target duration, and no more than a second, for those who follow the stream without waiting.
    private var playlistCaching: String {
        targetDuration > 1 && !isEnded ? "max-age=1" : "no-cache"
    }

    /// A playlist that was waited for is what the same request gets at any later time.
    private var awaitedPlaylistCaching: String { "max-age=\(6 * targetDuration)" }

    private func playlist(_ form: HLSForm, _ reload: HLSRequest.Reload?) -> HLSAnswer {
        guard isReady, let last = segments.last else { return waitOrNotFound }
        guard let reload, !isEnded else {
            return hasStart ? .playlist(mediaPlaylist(as: form), playlistCaching) : .wait
        }
        switch state(of: reload, lastNumber: last.number) {
        case .there: return .playlist(mediaPlaylist(as: form), awaitedPlaylistCaching)
        case .soon: return .wait
        case .tooFar: return .badRequest
        }
    }

    private enum ReloadState {
        case there, soon, tooFar
    }

    private func state(of reload: HLSRequest.Reload, lastNumber: Int) -> ReloadState {
        var number = reload.segment
        guard number <= lastNumber + 2 else { return .tooFar }
        guard var part = reload.part else { return number <= lastNumber ? .there : .soon }
        if number <= lastNumber {
            // A part behind the last one of its segment means the first one of the next.
            guard let segment = segment(number), part >= segment.parts.count else { return .there }
            number += 1
            part = 0
            if number <= lastNumber { return .there }
        }
        let known = open?.number == number ? open?.parts.count ?? 0 : 0
        if part < known { return .there }
        return part <= known - 1 + advancePartLimit ? .soon : .tooFar
    }

    /// How many parts ahead a player may ask: those of three seconds, or three.
    private var advancePartLimit: Int {
        guard partTarget > 0, partTarget < MediaTime.ticksPerSecond else { return 3 }
        return Int((3 * MediaTime.ticksPerSecond + partTarget - 1) / partTarget)
    }

    // MARK: Media

    private func segment(_ number: Int) -> HLSSegment? {
        guard let first = segments.first, let last = segments.last, (first.number...last.number).contains(number) else {
            return nil
        }
        return segments[number - first.number]
    }

    private func initialization(_ number: Int) -> HLSInitialization? {
        guard isReady else { return nil }
        if let open, open.initialization.number == number { return open.initialization }
        return segments.first { $0.initialization.number == number }?.initialization
    }

    private func part(_ number: Int, _ index: Int, _ form: HLSForm) -> HLSAnswer {
        guard isReady, let segment = open?.number == number ? open : segment(number) else {
            return .notFound
        }
        if index < segment.parts.count { return .media([segment.parts[index].bytes(as: form)], form) }
        let isNext = !isEnded && hintedPart(as: form) == .part(segment: number, index: index, form)
        return isNext ? .wait : .notFound
    }
}

extension HLSAnswer {
    fileprivate static func playlist(_ bytes: ByteBuffer, _ caching: String) -> HLSAnswer {
        .content(HLSContent(pieces: [bytes], contentType: PlaylistText.contentType, cacheControl: caching))
    }

    fileprivate static func media(_ pieces: [ByteBuffer], _ form: HLSForm) -> HLSAnswer {
        .content(
            HLSContent(
                pieces: pieces,
                contentType: form.contentType,
                cacheControl: HLSPresentation.mediaCaching
            )
        )
    }
}
