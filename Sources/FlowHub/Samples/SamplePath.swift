import MPEGTS
import Media

/// The samples of one flow on their way from the active leg to the sinks that take samples.
struct SamplePath: Sendable {
    private var sinks: [(name: String, sink: any SampleSink)] = []
    private var splice = SampleSplice()
    /// As the sinks know them.
    private var tracks = TrackList()
    /// The leg that the running samples are of.
    private var source: Int?
    /// Makes samples of packets while there is a sink for them.
    private var demuxer: TSDemuxer?
    /// Makes packets of samples while there is a sink for them.
    private var muxer: TSMuxer?
    /// Codecs that a converter leaves out, since they were last taken.
    private(set) var unsupportedCodecs: [String] = []

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

    // MARK: From samples

    /// A track of a leg that delivers samples changed.
    mutating func consume(_ track: MediaTrack, from token: Int) {
        guard source == token, tracks.set(track) else { return }
        for (_, sink) in sinks { sink.consume(track) }
        if muxer?.setTrack(track) == false { unsupportedCodecs.append(track.codec.rawValue) }
    }

    /// A sample of the active leg; `packetSinks` get it as packets.
    ///
    /// - Parameter standby: the pictures before it, which are needed when the leg has just become the active one.
    mutating func consume(
        _ sample: MediaSample,
        from token: Int,
        tracks of: TrackList,
        standby: [MediaSample],
        at now: MonotonicTime,
        packetSinks: [(name: String, sink: any PacketSink)]
    ) {
        if source != token {
            begin(token)
            demuxer = nil
            for track in of.tracks { consume(track, from: token) }
            let past = splice.catchUp(standby, isVideoNext: of.isVideo(sample.track), next: sample, at: now)
            for picture in past {
                for index in sinks.indices { sinks[index].sink.consume(picture) }
                mux(picture, at: now, packetSinks: packetSinks)
            }
        }
        guard let passed = pass(sample, hasVideo: of.hasVideo, at: now) else { return }
        mux(passed, at: now, packetSinks: packetSinks)
    }

    private mutating func mux(
        _ sample: MediaSample,
        at now: MonotonicTime,
        packetSinks: [(name: String, sink: any PacketSink)]
    ) {
        guard !packetSinks.isEmpty else {
            muxer = nil
            return
        }
        if muxer == nil {
            muxer = TSMuxer()
            for track in tracks.tracks where muxer?.setTrack(track) == false {
                unsupportedCodecs.append(track.codec.rawValue)
            }
        }
        muxer?.mux(sample)
        muxer?.takePackets { Self.send($0, to: packetSinks, at: now) }
    }

    /// Packets back to back, as batches of payloads of up to seven.
    private static func send(
        _ packets: UnsafeRawBufferPointer,
        to sinks: [(name: String, sink: any PacketSink)],
        at now: MonotonicTime
    ) {
        let payloadByteCount = 7 * TSPacket.byteCount
        let count = (packets.count + payloadByteCount - 1) / payloadByteCount
        guard count > 0 else { return }
        withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: count) { payloads in
            for index in 0..<count {
                let start = index * payloadByteCount
                let end = min(packets.count, start + payloadByteCount)
                payloads.initializeElement(at: index, to: UnsafeRawBufferPointer(rebasing: packets[start..<end]))
            }
            let batch = PacketBatch(payloads: UnsafeBufferPointer(payloads), arrival: now)
            for index in sinks.indices { sinks[index].sink.consume(batch) }
        }
    }

    // MARK: From packets

    /// Packets of the active leg.
    mutating func convert(_ batch: PacketBatch, from token: Int) {
        guard !sinks.isEmpty else { return }
        if source != token {
            begin(token)
            muxer = nil
            demuxer = TSDemuxer()
        }
        guard var demuxer = demuxer.take() else { return }
        for payload in batch.payloads {
            demuxer.consume(payload) { event in
                switch event {
                case .track(let track): consume(track, from: token)
                // The demuxer begins with a keyframe by itself.
                case .sample(let sample): _ = pass(sample, hasVideo: false, at: batch.arrival)
                case .unsupportedCodec(let name, _): unsupportedCodecs.append(name)
                default: break
                }
            }
        }
        self.demuxer = demuxer
    }

    private mutating func begin(_ token: Int) {
        source = token
        splice.begin()
    }

    /// - Returns: The sample as it was passed on.
    private mutating func pass(_ sample: MediaSample, hasVideo: Bool, at now: MonotonicTime) -> MediaSample? {
        guard
            let sample = splice.admit(
                sample,
                isVideo: tracks.isVideo(sample.track),
                hasVideo: hasVideo,
                at: now
            )
        else { return nil }
        for index in sinks.indices { sinks[index].sink.consume(sample) }
        return sample
    }
}
