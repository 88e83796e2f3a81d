import Media
import NIOCore
import Testing

@testable import MPEGTS

/// Samples for the tests of the muxer, and what it makes of them.
enum MuxFixture {
    static let sequenceSet: [UInt8] = [0x67, 0x42, 0xC0, 0x1E, 0xD9]
    static let pictureSet: [UInt8] = [0x68, 0xCB, 0x83]

    static var videoTrack: MediaTrack {
        get throws {
            let configuration = try AVCDecoderConfiguration(
                sequenceParameterSets: [ByteBuffer(bytes: sequenceSet)],
                pictureParameterSets: [ByteBuffer(bytes: pictureSet)]
            )
            return MediaTrack(id: .init(1), codec: .h264, configuration: configuration.record)
        }
    }

    static let audioTrack = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))

    static func payload(_ units: [[UInt8]]) -> ByteBuffer {
        var payload = ByteBuffer()
        for unit in units {
            payload.writeInteger(UInt32(unit.count))
            payload.writeBytes(unit)
        }
        return payload
    }

    static func picture(
        _ ticks: Int64,
        byteCount: Int = 3_000,
        isKeyframe: Bool = false,
        offset: Int64 = 0
    ) -> MediaSample {
        var unit = [UInt8](repeating: 0x9D, count: max(1, byteCount))
        unit[0] = isKeyframe ? 0x65 : 0x41
        return MediaSample(
            track: .init(1),
            decodeTime: MediaTime(ticks: ticks),
            compositionOffset: offset,
            isKeyframe: isKeyframe,
            payload: payload([unit])
        )
    }

    static func sound(_ ticks: Int64, byteCount: Int = 341, track: UInt8 = 2) -> MediaSample {
        MediaSample(
            track: .init(track),
            decodeTime: MediaTime(ticks: ticks),
            isKeyframe: true,
            payload: ByteBuffer(repeating: 0x21, count: byteCount)
        )
    }

    static func pictures(
        _ times: StrideTo<Int64>,
        byteCount: (Int) -> Int = { $0.isMultiple(of: 25) ? 60_000 : 3_000 }
    ) -> [MediaSample] {
        times.enumerated().map { index, ticks in
            picture(ticks, byteCount: byteCount(index), isKeyframe: index.isMultiple(of: 25))
        }
    }

    static func sounds(_ times: StrideTo<Int64>) -> [MediaSample] {
        times.map { sound($0) }
    }

    /// In the order of decode times, sound moved by `audioDelay` ticks in that order but not in its times.
    static func interleaved(_ samples: [MediaSample], audioDelay: Int64 = 0) -> [MediaSample] {
        func place(_ sample: MediaSample) -> Int64 {
            sample.decodeTime.ticks + (sample.track == .init(1) ? 0 : audioDelay)
        }
        return samples.enumerated()
            .sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
            .map(\.element)
    }

    static func mux(_ samples: [MediaSample], tracks: [MediaTrack]? = nil) throws -> [UInt8] {
        var muxer = TSMuxer()
        for track in try tracks ?? [videoTrack, audioTrack] {
            let isCarried = muxer.setTrack(track)
            #expect(isCarried)
        }
        var stream: [UInt8] = []
        for sample in samples {
            muxer.mux(sample)
            muxer.takePackets { stream.append(contentsOf: $0) }
        }
        return stream
    }
}
