import Media
import NIOCore

/// The pictures of a standby leg since its last keyframe: what lets it take over at once and not at its next keyframe.
struct GroupOfPictures: Sendable {
    /// A group beyond these is not kept: the leg then takes over on its next keyframe.
    static let maximumBytes = 16 << 20
    static let maximumPictures = 1_024

    /// In the order of decoding; the first is a keyframe.
    private(set) var pictures: [MediaSample] = []
    private var byteCount = 0

    mutating func add(_ picture: MediaSample) {
        if picture.isKeyframe { removeAll() }
        guard picture.isKeyframe || pictures.first?.track == picture.track else { return }
        byteCount += picture.payload.readableBytes
        pictures.append(picture)
        if byteCount > Self.maximumBytes || pictures.count > Self.maximumPictures { removeAll() }
    }

    mutating func removeAll() {
        guard !pictures.isEmpty else { return }
        pictures.removeAll(keepingCapacity: true)
        byteCount = 0
    }
}
