import HeadgateTestKit
import Media
import NIOCore

@testable import HLS

/// A segmenter and a stream for it, whose time passes as that of the samples does.
struct HLSFixture {
    /// x264, 640 × 360, high profile at level 3.0.
    static let video = MediaTrack(id: .init(1), codec: .h264, configuration: record(level: 0x1E))
    /// x265, 640 × 360, main profile at level 2.1.
    static let hevc = MediaTrack(
        id: .init(1),
        codec: .hevc,
        configuration: ByteBuffer(bytes: [
            0x01, 0x01, 0x60, 0x00, 0x00, 0x00, 0x90, 0x00, 0x00, 0x00, 0x00, 0x00, 0x3F, 0xF0, 0x00, 0xFC, 0xFD, 0xF8,
            0xF8, 0x00, 0x00, 0x0F, 0x01, 0xA1, 0x00, 0x01, 0x00, 0x29, 0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03,
            0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3F, 0xA0, 0x05, 0x02, 0x01, 0x71, 0xF2, 0xE5, 0x95,
            0x91, 0x29, 0x30, 0xBC, 0x05, 0xA0, 0x20, 0x00, 0x00, 0x7D, 0x20, 0x00, 0x0E, 0xA6, 0x01,
        ])
    )
    /// AAC-LC, 48 kHz, stereo.
    static let audio = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))
    static let pictureInterval: Int64 = 3_600
    static let soundInterval: Int64 = 1_920
    /// 2020-01-01 and 1,000 s: segments count from 1,000.
    static let firstDate = WallClockTime(milliseconds: 1_577_836_800_000 + 1_000_000)
    static let second = MediaTime.ticksPerSecond

    var segmenter: HLSSegmenter
    /// How often the presentation changed.
    var changes = 0
    /// Added to the times of arrival, in ticks.
    var delay: Int64 = 0

    init(
        seconds: Double = 2,
        window: Int = 6,
        maximumBytes: Int = 256 << 20,
        tracks: [MediaTrack] = [video, audio]
    ) {
        segmenter = HLSSegmenter(
            configuration: HLSConfiguration(
                segmentDuration: .milliseconds(Int64(seconds * 1_000)),
                window: window,
                maximumBytes: maximumBytes
            )
        )
        for track in tracks { segmenter.consume(track) }
    }

    static func record(level: UInt8) -> ByteBuffer {
        let set: [UInt8] = [
            0x67, 0x64, 0x00, level, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01,
            0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96,
        ]
        let record =
            [1, 0x64, 0, level, 0xFF, 0xE1, 0, 26] + set + [1, 0, 4, 0x68, 0xEF, 0xBC, 0xB0, 0xFD, 0xF8, 0xF8, 0]
        return ByteBuffer(bytes: record)
    }

    var presentation: HLSPresentation { segmenter.presentation }

    static func time(at ticks: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: ticks &* 100_000 / 9)
    }

    mutating func feed(_ samples: [MediaSample]) {
        for sample in samples {
            let ticks = sample.decodeTime.ticks &+ delay
            let date = Self.firstDate.advanced(byMilliseconds: ticks / MediaTime.ticksPerMillisecond)
            if segmenter.consume(sample, at: Self.time(at: ticks), date: date) { changes += 1 }
        }
    }

    // MARK: Samples

    /// Pictures of 25 a second, unless told otherwise; `keyframes` tells which are keyframes, by their number.
    static func pictures(
        _ range: Range<Int>,
        interval: Int64 = pictureInterval,
        track: MediaTrack.ID = video.id,
        byteCount: Int = 200,
        offset: Int64 = 0,
        keyframes: (Int) -> Bool = { $0 % 50 == 0 }
    ) -> [MediaSample] {
        range.map { index in
            let isKeyframe = keyframes(index)
            var payload = ByteBuffer()
            payload.writeInteger(UInt32(byteCount))
            payload.writeBytes([isKeyframe ? 0x65 : 0x41, 0x88])
            payload.writeRepeatingByte(UInt8(truncatingIfNeeded: index | 0x80), count: byteCount - 2)
            return MediaSample(
                track: track,
                decodeTime: MediaTime(ticks: Int64(index) * interval &+ offset),
                compositionOffset: index % 3 == 0 ? interval : 2 * interval,
                isKeyframe: isKeyframe,
                payload: payload
            )
        }
    }

    static func sounds(
        _ range: Range<Int>,
        track: MediaTrack.ID = audio.id,
        offset: Int64 = 0
    ) -> [MediaSample] {
        range.map { index in
            MediaSample(
                track: track,
                decodeTime: MediaTime(ticks: Int64(index) * soundInterval &+ offset),
                isKeyframe: true,
                payload: ByteBuffer(bytes: (0..<100 + index % 7).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ index) })
            )
        }
    }

    /// Both tracks from one second to another, in the order of their times.
    static func stream(from start: Int = 0, to end: Int, keyframes: (Int) -> Bool = { $0 % 50 == 0 }) -> [MediaSample] {
        let pictures = pictures(start * 25..<end * 25, keyframes: keyframes)
        let firstSound = (start * 90_000 + 1_919) / 1_920
        return merged(pictures, sounds(firstSound..<(end * 90_000 + 1_919) / 1_920))
    }

    /// Stable: of samples of the same time those of the first list come first.
    static func merged(_ first: [MediaSample], _ second: [MediaSample]) -> [MediaSample] {
        (first + second).enumerated().sorted { left, right in
            (left.element.decodeTime.ticks, left.offset) < (right.element.decodeTime.ticks, right.offset)
        }.map(\.element)
    }

    // MARK: What can be fetched

    func answer(_ resource: HLSResource, reload: HLSRequest.Reload? = nil) -> HLSAnswer {
        presentation.answer(HLSRequest(resource, reload: reload))
    }

    /// Playlists as players get them that do not want three segments.
    func bytes(_ resource: HLSResource) -> [UInt8]? {
        guard case .content(let content) = answer(resource, reload: .init(segment: 0)) else { return nil }
        return content.pieces.flatMap { Array($0.readableBytesView) }
    }

    func lines(_ resource: HLSResource) -> [String] {
        String(decoding: bytes(resource) ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    var segments: [HLSSegment] { presentation.segments }

    /// What is in the complete segments and in the parts of the open one.
    func samples() -> FragmentReader {
        let parts = (segments + [presentation.open].compactMap { $0 }).flatMap(\.parts)
        return FragmentReader(parts.flatMap { Array($0.fragment.readableBytesView) })
    }

    func samples(of segment: HLSSegment) -> FragmentReader {
        FragmentReader(segment.parts.flatMap { Array($0.fragment.readableBytesView) })
    }

    /// Empty if each track's samples follow one another without gap, and the durations of parts make those of segments.
    func problems() -> [String] {
        let reader = samples()
        var problems = reader.problems
        for track in [1, 2] {
            let samples = reader.samples(of: track)
            for (sample, next) in zip(samples, samples.dropFirst())
            where sample.decodeTime + sample.duration != next.decodeTime {
                problems.append("track \(track): \(sample.decodeTime) + \(sample.duration) != \(next.decodeTime)")
            }
        }
        if reader.sequenceNumbers != reader.sequenceNumbers.sorted() { problems.append("fragments out of order") }
        for (segment, next) in zip(segments, segments.dropFirst()) where segment.end != next.start {
            problems.append("segment \(segment.number) ends at \(segment.end), the next begins at \(next.start)")
        }
        for segment in segments where (segment.duration + 45_000) / 90_000 > Int64(presentation.targetDuration) {
            problems.append("segment \(segment.number) is too long: \(segment.duration)")
        }
        return problems
    }
}
