import MPEGTS
import Media

/// The samples of one flow on their way from the active leg to the sinks that take samples.
struct SamplePath: Sendable {
    /// How long a source that follows another one may take to tell its tracks, from its first sample on: 2 s. Those of a
    /// transport stream are found one after the other.
    static let trackPatience = Duration.seconds(2)

    private var sinks: [(name: String, sink: any SampleSink)] = []
    private var splice = SampleSplice()
    /// As the sinks know them.
    private var tracks = TrackList()
    /// Tracks of the source before, which the running one has not told of yet.
    private var unconfirmed: Set<MediaTrack.ID> = []
    /// When they count as gone; nil before the running source's first sample.
    private var confirmation: MonotonicTime?
    /// The tracks of a stream that ended, while none runs.
    private var former: TrackList?
    /// The leg that the running samples are of.
    private var source: Int?
    /// Codecs that the demuxer leaves out, since they were last taken.
    private(set) var unsupportedCodecs: [String] = []
    /// What a leg that delivers packets sent before it became the active one, until its next sample comes.
    private var past: [MediaSample] = []
    /// Makes samples of packets while there is a sink for them.
    private var demuxer: TSDemuxer?

    mutating func addSink(_ sink: any SampleSink, named name: String) {
        for track in tracks.tracks { sink.consume(track) }
        sinks.append((name, sink))
    }

    /// What was told before is not told again.
    mutating func takeUnsupportedCodecs() -> [String] {
        defer { unsupportedCodecs = [] }
        return unsupportedCodecs
    }

    mutating func removeSink(named name: String) {
        sinks.removeAll { $0.name == name }
        guard sinks.isEmpty, demuxer != nil else { return }
        demuxer = nil
        source = nil
    }

    /// The leg's peer went: when it comes back, its times have a new beginning.
    mutating func sourceEnded(_ token: Int) {
        guard source == token else { return }
        source = nil
        demuxer = nil
    }

    /// No leg feeds the flow any more.
    mutating func streamEnded() {
        guard former == nil else { return }
        former = tracks
        tracks.removeAll()
        for (_, sink) in sinks { sink.streamEnded() }
    }

    /// The stream of one leg is another's from now on.
    mutating func hand(_ token: Int, to other: Int) {
        if source == token { source = other }
    }

    // MARK: From samples

    /// A track of a leg that delivers samples changed.
    mutating func consume(_ track: MediaTrack, from token: Int) {
        guard source == token else { return }
        unconfirmed.remove(track.id)
        guard tracks.set(track) else { return }
        for (_, sink) in sinks { sink.consume(track) }
    }

    /// A sample of the active leg.
    ///
    /// - Parameter standby: what came before it, which is needed when the leg has just become the active one.
    mutating func consume(
        _ sample: MediaSample,
        from token: Int,
        tracks of: TrackList,
        standby: GroupOfPictures,
        at now: MonotonicTime
    ) {
        if source != token {
            begin(token)
            demuxer = nil
            for track in of.tracks { consume(track, from: token) }
            catchUp(with: standby.samples, upTo: standby.pictureArrival, before: sample, at: now)
        } else if former != nil {
            resume(of.tracks)
        }
        pass(sample, hasVideo: of.hasVideo, at: now)
    }

    // MARK: From packets

    /// Packets of the active leg.
    ///
    /// - Parameters:
    ///   - inspector: that of the leg.
    ///   - recent: those that it sent before, as a standby leg.
    mutating func convert(_ batch: PacketBatch, from token: Int, _ inspector: TSInspector, recent: RecentPackets) {
        guard !sinks.isEmpty else { return }
        if source != token {
            begin(token)
            demuxer = TSDemuxer()
            if recent.hasEntry {
                inspector.tablePackets().withUnsafeBytes { demux($0, from: token) { _, _ in } }
            }
            recent.withLatestGroup { packets in
                demux(packets, from: token) { path, sample in path.past.append(sample) }
            }
        } else if let former {
            resume(former.tracks)
        }
        for payload in batch.payloads {
            demux(payload, from: token) { path, sample in
                let past = path.past
                path.past = []
                let pictureArrival = inspector.leadingArrival ?? batch.arrival
                path.catchUp(with: past, upTo: pictureArrival, before: sample, at: batch.arrival)
                // The demuxer begins with a keyframe by itself.
                path.pass(sample, hasVideo: false, at: batch.arrival)
            }
        }
    }

    private mutating func demux(
        _ payload: UnsafeRawBufferPointer,
        from token: Int,
        _ consume: (inout SamplePath, MediaSample) -> Void
    ) {
        guard var demuxer = demuxer.take() else { return }
        demuxer.consume(payload) { event in
            switch event {
            case .track(let track): self.consume(track, from: token)
            case .sample(let sample): consume(&self, sample)
            case .unsupportedCodec(let name, _): unsupportedCodecs.append(name)
            default: break
            }
        }
        self.demuxer = demuxer
    }

    private mutating func begin(_ token: Int) {
        source = token
        past = []
        unconfirmed.formUnion((former ?? tracks).tracks.map(\.id))
        former = nil
        confirmation = nil
        if splice.hasPassedSamples {
            for (_, sink) in sinks { sink.sourceChanged() }
        }
        splice.begin()
    }

    /// The source whose stream ended goes on with it.
    private mutating func resume(_ told: [MediaTrack]) {
        former = nil
        guard let source else { return }
        for track in told { consume(track, from: source) }
    }

    /// Tracks that the running source has had the time to tell of, and did not, are gone.
    private mutating func confirmTracks(at now: MonotonicTime) {
        let confirmation = confirmation ?? now.advanced(by: Self.trackPatience)
        self.confirmation = confirmation
        guard now >= confirmation else { return }
        tracks.remove(unconfirmed)
        unconfirmed = []
        for (_, sink) in sinks { sink.tracksEnded(leaving: tracks.tracks) }
    }

    /// Passes on the pictures that a decoder needs before `next`, of a leg that has just become the active one, and the
    /// sound that follows what was heard.
    ///
    /// - Parameter pictureArrival: when the last of those pictures came.
    private mutating func catchUp(
        with past: [MediaSample],
        upTo pictureArrival: MonotonicTime,
        before next: MediaSample,
        at now: MonotonicTime
    ) {
        let pictures = past.filter { tracks.isVideo($0.track) }
        let isVideoNext = tracks.isVideo(next.track)
        // One that can begin by itself needs no past.
        guard let last = pictures.last, !(isVideoNext && next.isKeyframe) else { return }
        var passed =
            isVideoNext
            ? splice.catchUp(pictures, present: next, at: now)
            : splice.catchUp(pictures, present: last, at: pictureArrival)
        guard !passed.isEmpty else { return }
        for sound in past where !tracks.isVideo(sound.track) {
            if let sound = splice.admit(sound, isVideo: false, hasVideo: true, at: now) { passed.append(sound) }
        }
        passed.sort { $0.decodeTime < $1.decodeTime }
        for sample in passed {
            for index in 0..<sinks.count { sinks[index].sink.consume(sample) }
        }
    }

    private mutating func pass(_ sample: MediaSample, hasVideo: Bool, at now: MonotonicTime) {
        guard
            let sample = splice.admit(
                sample,
                isVideo: tracks.isVideo(sample.track),
                hasVideo: hasVideo,
                at: now
            )
        else { return }
        if !unconfirmed.isEmpty { confirmTracks(at: now) }
        for index in 0..<sinks.count { sinks[index].sink.consume(sample) }
    }
}
