import Media

/// The tracks of a source, by ID, each with its latest configuration.
struct TrackList: Sendable {
    /// Further tracks are not kept: no source has as many.
    static let maximumTracks = 32

    private(set) var tracks: [MediaTrack] = []

    // By index: tracks would be copied to be looked at, and each sample asks.
    var hasVideo: Bool { (0..<tracks.count).contains { tracks[$0].codec.isVideo } }

    func isVideo(_ id: MediaTrack.ID) -> Bool {
        (0..<tracks.count).contains { tracks[$0].id == id && tracks[$0].codec.isVideo }
    }

    /// Whether the track is new or another than before.
    @discardableResult
    mutating func set(_ track: MediaTrack) -> Bool {
        if let index = tracks.firstIndex(where: { $0.id == track.id }) {
            guard tracks[index] != track else { return false }
            tracks[index] = track
            return true
        }
        guard tracks.count < Self.maximumTracks else { return false }
        tracks.append(track)
        return true
    }

    mutating func remove(_ ids: Set<MediaTrack.ID>) {
        tracks.removeAll { ids.contains($0.id) }
    }

    mutating func removeAll() {
        tracks.removeAll(keepingCapacity: true)
    }
}
