import MPEGTS
import Media

/// The packets of one flow on their way from the active leg to the sinks that take packets.
struct PacketPath: Sendable {
    /// What a leg that delivers samples becomes while there is a sink for packets.
    private struct Muxed: Sendable {
        let token: Int
        /// Nil only while it is at work.
        var muxer: TSMuxer? = TSMuxer()
        var inspector = TSInspector()
        var recent = RecentPackets()
    }

    private var sinks: [(name: String, sink: any PacketSink)] = []
    /// Codecs that the muxer leaves out, since they were last taken.
    private(set) var unsupportedCodecs: [String] = []
    private var splice = TSSplice()
    private var muxed: Muxed?

    /// Whether the leg's stream is the one that ended last, so that it may go on.
    func isInterrupted(_ token: Int) -> Bool { splice.isInterrupted(token) }

    /// How the last source was joined, once.
    mutating func takeSeam() -> TSSplice.Seam? { splice.takeSeam() }

    mutating func addSink(_ sink: any PacketSink, named name: String) {
        sinks.append((name, sink))
    }

    mutating func removeSink(named name: String) {
        sinks.removeAll { $0.name == name }
        guard sinks.isEmpty else { return }
        // Whoever comes next has seen nothing.
        splice = TSSplice()
        muxed = nil
    }

    /// What was told before is not told again.
    mutating func takeUnsupportedCodecs() -> [String] {
        defer { unsupportedCodecs = [] }
        return unsupportedCodecs
    }

    /// The leg's stream ended, or another leg takes its place.
    ///
    /// - Parameter inspector: that of a leg that delivers packets.
    mutating func leave(_ token: Int, _ inspector: TSInspector) {
        if let muxed, muxed.token == token {
            splice.leave(token, muxed.inspector)
            self.muxed = nil
        } else {
            splice.leave(token, inspector)
        }
    }

    /// The stream of one leg is another's from now on.
    mutating func hand(_ token: Int, to other: Int) {
        splice.hand(token, to: other)
    }

    /// Packets of the active leg.
    ///
    /// - Parameter recent: what it sent before, as a standby leg.
    mutating func consume(
        _ batch: PacketBatch,
        from token: Int,
        _ inspector: TSInspector,
        recent: inout RecentPackets
    ) {
        guard !sinks.isEmpty else { return recent.removeAll() }
        let sinks = sinks
        splice.consume(batch, from: token, inspector, recent: &recent) { Self.send($0, to: sinks) }
    }

    /// A sample of the active leg.
    ///
    /// - Parameters:
    ///   - tracks: those of the leg.
    ///   - standby: what it sent before, as a standby leg.
    mutating func consume(
        _ sample: MediaSample,
        from token: Int,
        tracks: TrackList,
        standby: GroupOfPictures,
        at now: MonotonicTime
    ) {
        guard !sinks.isEmpty else { return }
        if muxed?.token != token {
            muxed = Muxed(token: token)
            for track in tracks.tracks { consume(track, from: token) }
        }
        guard var muxed = muxed.take(), var muxer = muxed.muxer.take() else { return }
        if splice.source != token {
            for sample in standby.samples { muxer.mux(sample) }
            // The splice goes by when the last picture came.
            if !tracks.isVideo(sample.track) { pass(&muxer, &muxed, at: standby.pictureArrival) }
        }
        muxer.mux(sample)
        pass(&muxer, &muxed, at: now)
        muxed.muxer = muxer
        self.muxed = muxed
    }

    /// Passes on what the muxer made.
    private mutating func pass(_ muxer: inout TSMuxer, _ muxed: inout Muxed, at arrival: MonotonicTime) {
        let sinks = sinks
        muxer.takePackets { packets in
            TSPayloads.send(packets, at: arrival) { batch in
                muxed.inspector.inspect(batch)
                splice.consume(batch, from: muxed.token, muxed.inspector, recent: &muxed.recent) {
                    Self.send($0, to: sinks)
                }
            }
        }
    }

    /// A track of a leg that delivers samples is new or changed.
    mutating func consume(_ track: MediaTrack, from token: Int) {
        guard muxed?.token == token, muxed?.muxer?.setTrack(track) == false else { return }
        unsupportedCodecs.append(track.codec.rawValue)
    }

    /// Sends what still waits.
    mutating func tick(at now: MonotonicTime) {
        let sinks = sinks
        splice.tick(at: now) { Self.send($0, to: sinks) }
    }

    private static func send(_ batch: PacketBatch, to sinks: [(name: String, sink: any PacketSink)]) {
        for index in sinks.indices { sinks[index].sink.consume(batch) }
    }
}
