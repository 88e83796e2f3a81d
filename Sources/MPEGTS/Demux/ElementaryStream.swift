import Media

/// One stream of the program that becomes a track: from its packets to coded frames.
struct ElementaryStream: Sendable {
    /// Longer PES packets are dropped.
    static let maximumVideoPESBytes = 4 * 1024 * 1024
    /// PES packets of audio without a length are not allowed, but seen.
    static let maximumAudioPESBytes = 256 * 1024
    /// PES packets of video from this length on, near to what its 16 bits can say, may be one part of an access unit.
    static let fullPESBytes = 0xF000

    let pid: UInt16
    let streamType: UInt8
    let codec: StreamCodec
    let track: MediaTrack.ID
    /// What the track's samples are, once a configuration came.
    var sampleCodec: Codec?
    var timing = SampleTimeline.Track()

    private var continuity = ContinuityCheck()
    private var assembler: PESAssembler
    private var parser: StreamParser
    /// How often the stream had announced a new clock when the open PES packet started.
    private var announcement = 0

    /// Nil when there are no samples of the stream's codec.
    init?(_ stream: TSStream, track: MediaTrack.ID) {
        guard let parser = StreamParser(stream) else { return nil }
        self.parser = parser
        pid = stream.pid
        streamType = stream.streamType
        codec = stream.codec
        self.track = track
        assembler = PESAssembler(
            maximumByteCount: stream.codec.kind == .video ? Self.maximumVideoPESBytes : Self.maximumAudioPESBytes
        )
    }

    var isVideo: Bool { codec.kind == .video }

    /// Whether the stream is still this one in a new version of the program map.
    func isSame(as stream: TSStream) -> Bool {
        pid == stream.pid && streamType == stream.streamType && codec == stream.codec
    }

    /// Takes the next packet of the PID; true when bytes were lost before it.
    mutating func consume(_ packet: TSPacket, announcement: Int, outputs: inout StreamOutputs) -> Bool {
        guard let payload = packet.payload else { return false }
        var isLoss = false
        switch continuity.packetReceived(packet) {
        case .next: break
        case .duplicate:
            outputs.statistics.duplicates &+= 1
            return false
        case .gap:
            outputs.statistics.continuityErrors &+= 1
            isLoss = true
            dropPacket()
        }
        guard !packet.isScrambled else {
            outputs.statistics.scrambled &+= 1
            dropPacket()
            return isLoss
        }
        if packet.startsPayloadUnit {
            if assembler.isOpen { deliver(outputs: &outputs) }
            assembler.start()
            self.announcement = announcement
        }
        switch assembler.append(payload, isFilledUp: packet.isFilledUp) {
        case .incomplete: break
        case .complete: deliver(outputs: &outputs)
        case .oversized: outputs.statistics.oversized &+= 1
        }
        return isLoss
    }

    /// Nothing more comes of the stream.
    mutating func finish(outputs: inout StreamOutputs) {
        if assembler.isUnbounded { deliver(outputs: &outputs) }
        assembler.drop()
        parser.finish(outputs: &outputs)
    }

    private mutating func dropPacket() {
        assembler.drop()
        parser.bytesLost()
    }

    /// The PES packet in the assembler is complete, or as complete as it gets.
    private mutating func deliver(outputs: inout StreamOutputs) {
        let isFull = (assembler.announcedByteCount ?? 0) >= Self.fullPESBytes
        let announcement = announcement
        var parser = StreamParser.none
        swap(&parser, &self.parser)
        assembler.bytes.withUnsafeBytes { bytes in
            guard let packet = PESPacket(bytes) else {
                outputs.statistics.malformed &+= 1
                return
            }
            guard !packet.isScrambled else {
                outputs.statistics.scrambled &+= 1
                return
            }
            let content = PESContent(
                payload: packet.payload,
                presentation: packet.presentation,
                decoding: packet.decoding,
                announcement: announcement,
                isFull: isFull
            )
            parser.consume(content, outputs: &outputs)
        }
        swap(&parser, &self.parser)
    }
}
