public import Media

/// Turns a transport stream into samples: the first program that has streams, its first video and its audio.
///
/// It is fed with the stream's bytes in pieces of any size, and holds no more than the PES packet and the access unit
/// in progress of each stream: at most `maximumBufferedBytes`. Video without a PES length, as most encoders send it, is
/// passed on when its last transport packet came, if the multiplexer fills that up, else when the next picture starts.
///
/// Samples begin with the first keyframe, and times half a second after zero. A stream that lost bytes goes on with the
/// next whole PES packet, and does not wait for a keyframe: decoders conceal that better than a gap.
public struct TSDemuxer: Sendable {
    /// Further audio streams are ignored.
    public static let maximumAudioTracks = 16
    /// What all streams together can hold: for video a PES packet, an access unit in progress and one that waits for
    /// its end; for each audio stream a PES packet and a frame.
    public static let maximumBufferedBytes =
        ElementaryStream.maximumVideoPESBytes + 3 * VideoParser.maximumAccessUnitBytes
        + maximumAudioTracks * 2 * ElementaryStream.maximumAudioPESBytes
    /// So many streams that cannot become tracks are told apart.
    static let maximumReports = 64

    public static let videoTrack = MediaTrack.ID.video
    public static let firstAudioTrack = MediaTrack.ID.firstAudio

    public var statistics: TSDemuxerStatistics { outputs.statistics }

    private var aligner = TSAligner()
    private var tables = ProgramTables()
    private var programNumber: UInt16?
    private var clockPID: UInt16?
    private var streams: [ElementaryStream] = []
    private var timeline = SampleTimeline()
    /// Where the tracks were whose streams went: another stream may take the track up.
    private var formerTimings: [MediaTrack.ID: SampleTimeline.Track] = [:]
    /// As they were told last.
    private var tracks: [MediaTrack.ID: MediaTrack] = [:]
    private var outputs = StreamOutputs()
    private var reports: Set<Report> = []
    /// How often a new clock was announced.
    private var announcements = 0
    /// By PID, what to do with its packets.
    private var routes: [UInt8]

    private struct Report: Hashable {
        var pid: UInt16
        var name: String
    }

    /// What is done with the packets of a PID; from `firstStream` on they go to a stream.
    private enum Route {
        static let ignored: UInt8 = 0
        static let table: UInt8 = 1
        static let clock: UInt8 = 2
        static let firstStream: UInt8 = 3
    }

    public init() {
        routes = Array(repeating: Route.ignored, count: TSPacket.pidCount)
        routes[0] = Route.table
    }

    /// Takes the next bytes of the stream and tells what they complete.
    public mutating func consume(_ payload: UnsafeRawBufferPointer, sink: (TSDemuxerEvent) -> Void) {
        var rest = payload
        if !aligner.hasPartialPacket {
            let whole = TSAligner.synchronizedPrefix(of: payload)
            consumePackets(UnsafeRawBufferPointer(rebasing: payload[..<whole]), sink: sink)
            if whole == payload.count { return }
            rest = UnsafeRawBufferPointer(rebasing: payload[whole...])
        }
        var aligner = TSAligner()
        swap(&aligner, &self.aligner)
        aligner.append(rest) { consumePackets($0, sink: sink) }
        swap(&aligner, &self.aligner)
    }

    /// The stream ended: tells what was waiting for more.
    public mutating func finish(sink: (TSDemuxerEvent) -> Void) {
        for index in streams.indices {
            streams[index].finish(outputs: &outputs)
            drain(index, sink: sink)
        }
    }

    private mutating func consumePackets(_ packets: UnsafeRawBufferPointer, sink: (TSDemuxerEvent) -> Void) {
        guard let base = packets.baseAddress else { return }
        var offset = 0
        while offset + TSPacket.byteCount <= packets.count {
            consume(TSPacket(unchecked: base + offset), sink: sink)
            offset += TSPacket.byteCount
        }
    }

    private mutating func consume(_ packet: TSPacket, sink: (TSDemuxerEvent) -> Void) {
        guard !packet.hasTransportError else {
            outputs.statistics.transportErrors &+= 1
            return
        }
        let pid = packet.pid
        let route = routes[Int(pid)]
        if route == Route.ignored { return }
        if pid == clockPID, packet.isDiscontinuous, packet.clockReference != nil { announcements &+= 1 }
        if route == Route.table {
            if tables.consume(packet) { chooseStreams(sink: sink) }
        } else if route >= Route.firstStream {
            let index = Int(route - Route.firstStream)
            let isLoss = streams[index].consume(packet, announcement: announcements, outputs: &outputs)
            if isLoss, streams[index].sampleCodec != nil { sink(.loss(streams[index].track)) }
            if !outputs.items.isEmpty { drain(index, sink: sink) }
        }
    }
}

// MARK: - Samples

extension TSDemuxer {
    /// Tells what the parser of a stream found.
    private mutating func drain(_ index: Int, sink: (TSDemuxerEvent) -> Void) {
        guard !outputs.items.isEmpty else { return }
        var items: [StreamOutput] = []
        swap(&items, &outputs.items)
        for item in items {
            switch item {
            case .configuration(let codec, let record):
                streams[index].sampleCodec = codec
                let track = MediaTrack(id: streams[index].track, codec: codec, configuration: record)
                if tracks.updateValue(track, forKey: track.id) != track { sink(.track(track)) }
            case .frame(let frame):
                pass(frame, index, sink: sink)
            case .unsupported(let name):
                report(Report(pid: streams[index].pid, name: name), sink: sink)
            }
        }
        items.removeAll(keepingCapacity: true)
        swap(&items, &outputs.items)
    }

    private mutating func pass(_ frame: CodedFrame, _ index: Int, sink: (TSDemuxerEvent) -> Void) {
        let placement = timeline.place(
            decoding: frame.decoding,
            presentation: frame.presentation,
            announcement: frame.announcement,
            isVideo: streams[index].isVideo,
            track: &streams[index].timing
        )
        switch placement {
        case .untimely(let jumped):
            if jumped { tellJump(sink: sink) }
            outputs.statistics.untimely &+= 1
        case .at(let decodeTime, let compositionOffset, let jumped):
            if jumped { tellJump(sink: sink) }
            sink(
                .sample(
                    MediaSample(
                        track: streams[index].track,
                        decodeTime: decodeTime,
                        compositionOffset: compositionOffset,
                        isKeyframe: frame.isKeyframe,
                        payload: frame.payload
                    )
                )
            )
        }
    }

    private mutating func tellJump(sink: (TSDemuxerEvent) -> Void) {
        outputs.statistics.discontinuities &+= 1
        sink(.discontinuity)
    }

    private mutating func report(_ report: Report, sink: (TSDemuxerEvent) -> Void) {
        guard reports.count < Self.maximumReports, reports.insert(report).inserted else { return }
        sink(.unsupportedCodec(name: report.name, pid: report.pid))
    }
}

// MARK: - Streams

extension TSDemuxer {
    /// Program tables changed: keeps the streams that stay, and takes up new ones.
    private mutating func chooseStreams(sink: (TSDemuxerEvent) -> Void) {
        let chosen =
            tables.programs.first { $0.number == programNumber && !$0.streams.isEmpty }
            ?? tables.programs.first { !$0.streams.isEmpty }
        // A new program association without its map yet: the old streams go on until the map says otherwise.
        if let chosen {
            programNumber = chosen.number
            clockPID = chosen.pcrPID
            replaceStreams(with: chosen.streams, sink: sink)
        }
        route()
    }

    private mutating func replaceStreams(with listed: [TSStream], sink: (TSDemuxerEvent) -> Void) {
        for index in streams.indices where !listed.contains(where: streams[index].isSame) {
            streams[index].finish(outputs: &outputs)
            drain(index, sink: sink)
            formerTimings[streams[index].track] = streams[index].timing
        }
        var kept: [ElementaryStream] = []
        for stream in listed {
            guard !kept.contains(where: { $0.pid == stream.pid }),
                let old = streams.first(where: { $0.isSame(as: stream) })
            else { continue }
            kept.append(old)
        }
        streams.removeAll()
        for stream in listed where !kept.contains(where: { $0.isSame(as: stream) }) {
            guard stream.codec.kind == .video || stream.codec.kind == .audio, stream.pid != 0,
                stream.pid != TSPacket.nullPID, !kept.contains(where: { $0.pid == stream.pid })
            else { continue }
            guard let track = freeTrack(isVideo: stream.codec.kind == .video, kept) else { continue }
            if var new = ElementaryStream(stream, track: track) {
                if let timing = formerTimings[track] { new.timing = timing }
                kept.append(new)
            } else {
                report(Report(pid: stream.pid, name: stream.codec.name), sink: sink)
            }
        }
        streams = kept
    }

    private func freeTrack(isVideo: Bool, _ streams: [ElementaryStream]) -> MediaTrack.ID? {
        if isVideo { return streams.contains { $0.isVideo } ? nil : Self.videoTrack }
        for number in 0..<UInt8(Self.maximumAudioTracks) {
            let track = MediaTrack.ID(Self.firstAudioTrack.rawValue + number)
            if !streams.contains(where: { $0.track == track }) { return track }
        }
        return nil
    }

    private mutating func route() {
        for pid in routes.indices { routes[pid] = Route.ignored }
        if let clockPID { routes[Int(clockPID)] = Route.clock }
        for (index, stream) in streams.enumerated() {
            routes[Int(stream.pid)] = Route.firstStream + UInt8(truncatingIfNeeded: index)
        }
        for program in tables.programs { routes[Int(program.mapPID)] = Route.table }
        routes[0] = Route.table
    }
}
