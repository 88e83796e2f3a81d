import Media
import NIOCore
import Testing

@testable import MPEGTS

@Suite("Making a transport stream of samples")
struct TSMuxerTests {
    /// 640 × 360, baseline, as x264 writes it.
    private static let configuration: ByteBuffer = {
        let set = ByteBuffer(bytes: [0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00])
        let picture = ByteBuffer(bytes: [0x68, 0xCB, 0x83, 0xCB, 0x20])
        var record = ByteBuffer(bytes: [1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1])
        record.writeInteger(UInt16(set.readableBytes))
        record.writeImmutableBuffer(set)
        record.writeInteger(UInt8(1))
        record.writeInteger(UInt16(picture.readableBytes))
        record.writeImmutableBuffer(picture)
        return record
    }()
    private static let video = MediaTrack(id: .init(1), codec: .h264, configuration: configuration)
    /// AAC-LC, 48 kHz, stereo.
    private static let audio = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))

    private static func picture(_ index: Int, byteCount: Int, interval: Int64 = 3_600) -> MediaSample {
        let isKeyframe = index % 25 == 0
        var payload = ByteBuffer()
        payload.writeInteger(UInt32(byteCount))
        payload.writeInteger(isKeyframe ? UInt8(0x65) : 0x41)
        // A slice that begins with first_mb_in_slice 0, then bytes that hold no start code.
        payload.writeInteger(UInt8(0x88))
        payload.writeBytes((2..<byteCount).map { UInt8(truncatingIfNeeded: ($0 &+ index) | 0x80) })
        return MediaSample(
            track: video.id,
            decodeTime: MediaTime(ticks: 90_000 + Int64(index) * interval),
            compositionOffset: index % 3 == 0 ? 0 : 3_600,
            isKeyframe: isKeyframe,
            payload: payload
        )
    }

    private static func sound(_ index: Int) -> MediaSample {
        MediaSample(
            track: audio.id,
            decodeTime: MediaTime(ticks: 90_000 + Int64(index) * 1_920),
            isKeyframe: true,
            payload: ByteBuffer(bytes: (0..<200 + index % 50).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index) })
        )
    }

    /// Samples of both tracks in the order of their times.
    private static func samples(seconds: Int, sizes: (Int) -> Int = { 500 + $0 * 997 % 9_000 }) -> [MediaSample] {
        let pictures = (0..<seconds * 25).map { picture($0, byteCount: sizes($0)) }
        let sounds = (0..<seconds * 90_000 / 1_920).map(sound)
        return (pictures + sounds).sorted { $0.decodeTime < $1.decodeTime }
    }

    private static func set(_ track: MediaTrack, in muxer: inout TSMuxer, isCarried: Bool = true) {
        let result = muxer.setTrack(track)
        #expect(result == isCarried)
    }

    private static func stream(of samples: [MediaSample], tracks: [MediaTrack] = [video, audio]) -> [UInt8] {
        var muxer = TSMuxer()
        for track in tracks { Self.set(track, in: &muxer) }
        var stream: [UInt8] = []
        for sample in samples {
            muxer.mux(sample)
            muxer.takePackets { stream.append(contentsOf: $0) }
        }
        return stream
    }

    private static func forEachPacket(_ stream: [UInt8], _ body: (TSPacket) -> Void) {
        stream.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count, by: TSPacket.byteCount) {
                body(TSPacket(unchecked: bytes.baseAddress! + offset))
            }
        }
    }

    @Test("What was muxed is demuxed again: every sample, byte for byte, with its times")
    func roundTrip() {
        let samples = Self.samples(seconds: 4)
        let stream = Self.stream(of: samples)
        #expect(stream.count.isMultiple(of: TSPacket.byteCount))
        var demuxer = TSDemuxer()
        var found: [MediaSample] = []
        var tracks: [MediaTrack] = []
        func take(_ event: TSDemuxerEvent) {
            switch event {
            case .track(let track): tracks.append(track)
            case .sample(let sample): found.append(sample)
            default: Issue.record("\(event)")
            }
        }
        stream.withUnsafeBytes { demuxer.consume($0, sink: take) }
        demuxer.finish(sink: take)
        #expect(tracks.map(\.codec) == [.h264, .aac])
        for track in [Self.video, Self.audio] {
            let sent = samples.filter { $0.track == track.id }
            let received = found.filter { $0.track == track.id }
            #expect(received.map(\.payload) == sent.map(\.payload))
            #expect(received.map(\.isKeyframe) == sent.map(\.isKeyframe))
            #expect(received.map(\.compositionOffset) == sent.map(\.compositionOffset))
            #expect(
                zip(received, sent).allSatisfy {
                    $0.decodeTime.ticks(since: received[0].decodeTime)
                        == $1.decodeTime.ticks(since: sent[0].decodeTime)
                }
            )
        }
    }

    @Test("Counters go on without a gap, and tables are whole", arguments: [1, 40, 176, 184, 9_000, 70_000])
    func continuity(size: Int) {
        let stream = Self.stream(of: Self.samples(seconds: 2) { _ in max(2, size) })
        var inspector = TSInspector()
        stream.withUnsafeBytes { inspector.inspect($0, at: .zero) }
        let snapshot = inspector.snapshot()
        #expect(snapshot.continuityErrors == 0)
        #expect(snapshot.crcErrors == 0)
        #expect(snapshot.syncLosses == 0)
        #expect(snapshot.streams.map(\.codec.name) == ["H.264", "AAC"])
    }

    @Test(
        "The clock comes every 40 ms or less and goes forward",
        arguments: [3_600, 3_750, 1_500, 9_000] as [Int64]
    )
    func clock(interval: Int64) {
        let pictures = (0..<100).map { Self.picture($0, byteCount: 3_000, interval: interval) }
        let sounds = (0..<Int(100 * interval / 1_920)).map(Self.sound)
        for samples in [pictures, (pictures + sounds).sorted { $0.decodeTime < $1.decodeTime }] {
            var clocks: [ClockReference] = []
            Self.forEachPacket(Self.stream(of: samples)) { packet in
                guard let clock = packet.clockReference else { return }
                #expect(packet.pid == 0x100)
                if let last = clocks.last {
                    #expect(clock.ticks(since: last) > 0)
                    #expect(clock.ticks(since: last) <= 27_000 * 40)
                }
                clocks.append(clock)
            }
            #expect(clocks.count >= 100)
        }
    }

    @Test("Tables come every 100 ms or less and before each keyframe")
    func tables() {
        var muxer = TSMuxer()
        Self.set(Self.video, in: &muxer)
        Self.set(Self.audio, in: &muxer)
        var last: MediaTime?
        for sample in Self.samples(seconds: 3) {
            var hasTables = false
            muxer.mux(sample)
            muxer.takePackets { bytes in Self.forEachPacket(Array(bytes)) { if $0.pid == 0 { hasTables = true } } }
            if sample.track == Self.video.id, sample.isKeyframe { #expect(hasTables) }
            if hasTables {
                if let last { #expect(sample.decodeTime.ticks(since: last) <= 9_000) }
                last = sample.decodeTime
            }
        }
        #expect(last != nil)
    }

    @Test("Codecs that a transport stream does not carry, and broken configurations, are said to be left out")
    func unsupported() {
        var muxer = TSMuxer()
        Self.set(MediaTrack(id: .init(1), codec: .av1), in: &muxer, isCarried: false)
        Self.set(
            MediaTrack(id: .init(1), codec: .h264, configuration: ByteBuffer(bytes: [1, 2])),
            in: &muxer,
            isCarried: false
        )
        Self.set(MediaTrack(id: .init(2), codec: .aac), in: &muxer, isCarried: false)
        Self.set(Self.audio, in: &muxer)
        muxer.mux(Self.picture(0, byteCount: 100))
        var count = 0
        muxer.takePackets { count = $0.count }
        #expect(count == 0)
        muxer.mux(Self.sound(0))
        muxer.takePackets { count = $0.count }
        #expect(count > 0)
    }

    @Test("A sample whose lengths are broken is left out")
    func broken() {
        var muxer = TSMuxer()
        Self.set(Self.video, in: &muxer)
        for bytes in [[0, 0, 0, 9, 0x65], [0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0], []] as [[UInt8]] {
            muxer.mux(
                MediaSample(
                    track: Self.video.id,
                    decodeTime: .zero,
                    isKeyframe: true,
                    payload: ByteBuffer(bytes: bytes)
                )
            )
            muxer.takePackets { #expect($0.isEmpty) }
        }
    }
}
