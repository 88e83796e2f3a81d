import MPEGTS
import Media
import NIOCore

/// The stream as MPEG-TS: counters and clock go on over the borders of segments, and each segment begins with PAT and
/// PMT. Time stamps are the times of the samples on the stream's timeline, as in the other form.
struct TransportRendition: Sendable {
    private var muxer = TSMuxer()
    private var tracks: [MediaTrack.ID] = []
    /// What is left of the segment that ended, and what there is of the one that runs.
    private var ended = ByteBuffer()
    private var packets = ByteBuffer()
    private var hasEnded = false
    /// A segment began and its tables have not come yet.
    private var awaitsTables = true

    init() {}

    var byteCount: Int { ended.readableBytes + packets.readableBytes }

    mutating func setTracks(_ tracks: [MediaTrack]) {
        for id in self.tracks where !tracks.contains(where: { $0.id == id }) { muxer.removeTrack(id) }
        // Of codecs that TS does not carry the muxer leaves the samples out.
        for track in tracks { _ = muxer.setTrack(track) }
        self.tracks = tracks.map(\.id)
    }

    mutating func append(_ sample: MediaSample) {
        mux(sample)
        takePackets()
    }

    /// Begins a segment with the sample: what went before is the next part, and the sample is of the one after that.
    mutating func begin(with sample: MediaSample) {
        muxer.writeTablesBeforeNextSample()
        mux(sample)
        if ended.readableBytes == 0 { swap(&ended, &packets) } else { ended.writeImmutableBuffer(packets) }
        packets = ByteBuffer()
        awaitsTables = true
        ended.writeImmutableBuffer(takePackets())
        hasEnded = true
    }

    /// What there is of the segment that ended, if one did, else of the one that runs.
    mutating func takePart() -> ByteBuffer {
        var part = ByteBuffer()
        if hasEnded {
            swap(&part, &ended)
            hasEnded = false
        } else {
            swap(&part, &packets)
        }
        return part
    }

    /// What went before the running segment is not wanted.
    mutating func dropEnded() {
        ended = ByteBuffer()
        hasEnded = false
    }

    private mutating func mux(_ sample: MediaSample) {
        var sample = sample
        sample.decodeTime = sample.decodeTime.advanced(byTicks: -TSMuxer.delay)
        muxer.mux(sample)
    }

    /// Appends what was muxed to the segment.
    ///
    /// - Returns: The clocks that came before the tables, where a segment has just begun: they are not of it.
    @discardableResult
    private mutating func takePackets() -> ByteBuffer {
        var segment = ByteBuffer()
        swap(&segment, &packets)
        var before = ByteBuffer()
        var awaits = awaitsTables
        muxer.takePackets { taken in
            guard awaits else {
                segment.writeBytes(taken)
                return
            }
            let start = Self.firstTable(in: taken)
            awaits = start == nil
            before.writeBytes(taken[..<(start ?? taken.count)])
            if let start { segment.writeBytes(taken[start...]) }
        }
        awaitsTables = awaits
        swap(&segment, &packets)
        return before
    }

    /// Where the first packet of the PAT is.
    private static func firstTable(in packets: UnsafeRawBufferPointer) -> Int? {
        stride(from: 0, to: packets.count, by: TSPacket.byteCount).first { offset in
            packets.count - offset >= TSPacket.byteCount && packets[offset + 1] & 0x1F == 0 && packets[offset + 2] == 0
        }
    }
}
