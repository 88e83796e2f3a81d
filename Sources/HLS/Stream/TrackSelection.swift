import FragmentedMP4
import Media
import NIOCore

/// Decides which tracks are shown: one of video and one of audio, of those that bring samples.
///
/// A player plays one of each, and waits when one of them ends: so a track that fell silent is no longer announced, and
/// another one takes its place.
struct TrackSelection: Sendable {
    /// Further tracks are left out.
    static let maximumTracks = 32
    /// A track gives its place to another one that went on for so long without it: 1 s.
    static let replacementNanoseconds: Int64 = 1_000_000_000
    /// And is not shown any more when the stream went on for so long: 5 s.
    static let silenceNanoseconds: Int64 = 5_000_000_000
    /// In a longer pause of all tracks no time counts: 500 ms.
    static let maximumPauseNanoseconds: Int64 = 500_000_000
    /// The tracks of the files are these, whatever those of the stream are.
    static let videoTrackID: UInt32 = 1
    static let audioTrackID: UInt32 = 2

    private struct Candidate: Sendable {
        var track: MediaTrack
        /// Changes with the configuration.
        var revision = 0
        /// Nil until the first sample when only that tells.
        var description: FragmentedTrack?
        /// When the last sample came, or the track was announced, as `activeNanoseconds` were then.
        var heard: Int64
    }

    /// A track with a certain configuration.
    struct Key: Hashable, Sendable {
        var id: MediaTrack.ID
        var revision: Int
    }

    struct Choice: Hashable, Sendable {
        var video: Key?
        var audio: Key?

        var isEmpty: Bool { video == nil && audio == nil }

        /// Whether the other choice has all that this one has.
        func isPart(of other: Choice) -> Bool {
            (video == nil || video == other.video) && (audio == nil || audio == other.audio)
        }

        /// Whether a stream of these tracks can begin with the sample.
        func canBegin(with sample: MediaSample) -> Bool {
            guard let video else { return audio?.id == sample.track }
            return video.id == sample.track && sample.isKeyframe
        }
    }

    private var candidates: [Candidate] = []
    /// How long samples came, and when the last did.
    private var activeNanoseconds: Int64 = 0
    private var lastArrival: MonotonicTime?

    init() {}

    /// Takes up a track or its new configuration.
    ///
    /// - Returns: False when it cannot be carried.
    mutating func set(_ track: MediaTrack) -> Bool {
        let needsSample = FragmentedTrack.needsSample(track.codec)
        let description = needsSample ? nil : Self.describe(track, sample: nil)
        guard let index = candidates.firstIndex(where: { $0.track.id == track.id }) else {
            guard needsSample || description != nil, candidates.count < Self.maximumTracks else { return false }
            candidates.append(Candidate(track: track, description: description, heard: activeNanoseconds))
            return true
        }
        guard candidates[index].track != track else { return needsSample || description != nil }
        candidates[index].track = track
        candidates[index].revision &+= 1
        candidates[index].description = description
        return needsSample || description != nil
    }

    /// Notes that a track is alive.
    mutating func note(_ sample: MediaSample, at now: MonotonicTime) {
        let pause = now.nanoseconds(since: lastArrival ?? now)
        activeNanoseconds &+= min(max(pause, 0), Self.maximumPauseNanoseconds)
        lastArrival = now
        guard let index = candidates.firstIndex(where: { $0.track.id == sample.track }) else { return }
        candidates[index].heard = activeNanoseconds
        if candidates[index].description == nil, FragmentedTrack.needsSample(candidates[index].track.codec) {
            candidates[index].description = Self.describe(candidates[index].track, sample: sample.payload)
        }
    }

    private static func describe(_ track: MediaTrack, sample: ByteBuffer?) -> FragmentedTrack? {
        try? FragmentedTrack(track, trackID: track.codec.isVideo ? videoTrackID : audioTrackID, sample: sample)
    }

    /// What is to be shown now: the tracks of `current` as long as they are alive.
    func choice(current: Choice) -> Choice {
        Choice(
            video: key(isVideo: true, current: current.video?.id),
            audio: key(isVideo: false, current: current.audio?.id)
        )
    }

    private func key(isVideo: Bool, current: MediaTrack.ID?) -> Key? {
        var shown: Candidate?
        var latest: Candidate?
        for candidate in candidates
        where candidate.description != nil && candidate.track.codec.isVideo == isVideo
            && activeNanoseconds &- candidate.heard <= Self.silenceNanoseconds
        {
            if candidate.track.id == current { shown = candidate }
            if candidate.heard > latest?.heard ?? .min { latest = candidate }
        }
        if let shown, let latest, latest.heard &- shown.heard <= Self.replacementNanoseconds {
            return Key(id: shown.track.id, revision: shown.revision)
        }
        return latest.map { Key(id: $0.track.id, revision: $0.revision) }
    }

    /// Whether the sample belongs to one of the tracks, in the configuration that was chosen.
    func isOf(_ choice: Choice, _ sample: MediaSample) -> Bool {
        let key = choice.video?.id == sample.track ? choice.video : choice.audio
        guard let key, key.id == sample.track else { return false }
        return candidates.contains { $0.track.id == key.id && $0.revision == key.revision }
    }

    /// Video first.
    func tracks(of choice: Choice) -> [MediaTrack] {
        candidates(of: choice).map(\.track)
    }

    func descriptions(of choice: Choice) -> [FragmentedTrack] {
        candidates(of: choice).compactMap(\.description)
    }

    private func candidates(of choice: Choice) -> [Candidate] {
        [choice.video, choice.audio].compactMap { key in candidates.first { $0.track.id == key?.id } }
    }
}
