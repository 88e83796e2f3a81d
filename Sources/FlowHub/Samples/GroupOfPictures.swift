import Media
import NIOCore

/// What a standby leg sent since its last keyframe, sound included: what lets it take over at once and not at its next
/// keyframe.
struct GroupOfPictures: Sendable {
    /// A group beyond these is not kept: the leg then takes over on its next keyframe.
    static let maximumBytes = 16 << 20
    static let maximumSamples = 2_048

    /// In the order of arrival; the first is a keyframe.
    private(set) var samples: [MediaSample] = []
    /// When the last picture came; of no meaning while there are no samples.
    private(set) var pictureArrival = MonotonicTime.zero
    private var byteCount = 0

    mutating func add(_ sample: MediaSample, isVideo: Bool, at now: MonotonicTime) {
        if isVideo {
            if sample.isKeyframe { removeAll() }
            // Of a second video track nothing can be shown with the first one's keyframe.
            guard sample.isKeyframe || samples.first?.track == sample.track else { return }
            pictureArrival = now
        } else if samples.isEmpty {
            return
        }
        byteCount += sample.payload.readableBytes
        samples.append(sample)
        if byteCount > Self.maximumBytes || samples.count > Self.maximumSamples { removeAll() }
    }

    /// Takes out the sample that came last.
    mutating func removeLast() -> MediaSample? {
        guard let last = samples.popLast() else { return nil }
        byteCount -= last.payload.readableBytes
        return last
    }

    mutating func removeAll() {
        guard !samples.isEmpty else { return }
        samples.removeAll(keepingCapacity: true)
        byteCount = 0
    }
}
