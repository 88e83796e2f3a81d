import Media

/// Turns what a track's depacketizer found into samples: times on the timeline of all tracks, and decode times.
struct TrackOutput: Sendable {
    private let id: MediaTrack.ID
    private let index: Int
    private var decodeClock = DecodeClock()
    private var track: MediaTrack?
    /// Of audio, the last time.
    private var last: MediaTime?

    /// - Parameter index: the track's place in the alignment.
    init(id: MediaTrack.ID, index: Int) {
        self.id = id
        self.index = index
    }

    mutating func handle(
        _ event: RTPDepacketizerEvent,
        at arrival: MonotonicTime,
        _ alignment: inout RTPClockAlignment,
        _ emit: (RTPSampleReader.Event) -> Void
    ) {
        switch event {
        case .configuration(let configuration):
            decodeClock.configure(
                reorderDepth: configuration.reorderDepth,
                frameDuration: configuration.frameDuration
            )
            let new = MediaTrack(id: id, codec: configuration.codec, configuration: configuration.record)
            guard new != track else { return }
            track = new
            emit(.track(new))
        case .frame(let frame):
            emit(.sample(sample(frame, at: arrival, &alignment)))
        case .unsupported(let name):
            emit(.unsupported(track: id, name))
        }
    }

    private mutating func sample(
        _ frame: RTPFrame,
        at arrival: MonotonicTime,
        _ alignment: inout RTPClockAlignment
    ) -> MediaSample {
        let isVideo = track?.codec.isVideo ?? false
        let mayStep = !isVideo || frame.isKeyframe
        let time = alignment.time(of: frame.timestamp, track: index, at: arrival, mayStep: mayStep)
        let decodeTime = isVideo ? decodeClock.decodeTime(ofShown: time) : max(time, last ?? time)
        last = decodeTime
        return MediaSample(
            track: id,
            decodeTime: decodeTime,
            compositionOffset: isVideo ? time.ticks(since: decodeTime) : 0,
            isKeyframe: frame.isKeyframe,
            payload: frame.payload
        )
    }
}
