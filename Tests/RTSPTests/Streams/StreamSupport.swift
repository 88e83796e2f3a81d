import Media
import NIOCore
import RTP
import Synchronization

@testable import RTSP

/// Tracks of every codec that RTSP carries, as a hub delivers them.
enum TestTracks {
    /// 640 × 360, high profile.
    static let sequenceSet = ByteBuffer(bytes: [
        0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96,
    ])
    static let pictureSet = ByteBuffer(bytes: [0x68, 0xEF, 0xBC, 0xB0])
    /// Another of the same number.
    static let otherPictureSet = ByteBuffer(bytes: [0x68, 0xEE, 0x3C, 0x80])

    static let sets265: [ByteBuffer] = [
        ByteBuffer(bytes: [
            0x40, 0x01, 0x0C, 0x01, 0xFF, 0xFF, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
            0x03, 0x00, 0x3F, 0x95, 0x98, 0x09,
        ]),
        ByteBuffer(bytes: [
            0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3F,
            0xA0, 0x05, 0x02, 0x01, 0x71, 0xF2, 0xE5, 0x95, 0x95, 0x29, 0x30, 0xBC, 0x05, 0xA0, 0x20, 0x00, 0x00, 0x03,
            0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0x21,
        ]),
        ByteBuffer(bytes: [0x44, 0x01, 0xC1, 0x72, 0xB4, 0x62, 0x40]),
    ]

    static func h264(_ id: UInt8 = 1, pictureSet: ByteBuffer = pictureSet) throws -> MediaTrack {
        let configuration = try AVCDecoderConfiguration(
            sequenceParameterSets: [sequenceSet],
            pictureParameterSets: [pictureSet]
        )
        return MediaTrack(id: .init(id), codec: .h264, configuration: configuration.record)
    }

    static func hevc(_ id: UInt8 = 1) throws -> MediaTrack {
        let configuration = try HEVCDecoderConfiguration(
            videoParameterSets: [sets265[0]],
            sequenceParameterSets: [sets265[1]],
            pictureParameterSets: [sets265[2]],
            profileTierLevel: .init(profile: 1, profileCompatibility: 0, level: 63),
            chromaFormat: 1,
            lumaBitDepth: 8,
            chromaBitDepth: 8
        )
        return MediaTrack(id: .init(id), codec: .hevc, configuration: configuration.record)
    }

    /// Low complexity, two channels of 48 kHz.
    static func aac(_ id: UInt8 = 2) -> MediaTrack {
        MediaTrack(id: .init(id), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))
    }

    static func opus(_ id: UInt8 = 2, channelCount: UInt8 = 2) throws -> MediaTrack {
        MediaTrack(
            id: .init(id),
            codec: .opus,
            configuration: try OpusIdentification(channelCount: channelCount).record
        )
    }

    static func g711(_ id: UInt8 = 2, _ codec: Codec = .g711MuLaw, channelCount: UInt8 = 1) -> MediaTrack {
        MediaTrack(id: .init(id), codec: codec, configuration: ByteBuffer(bytes: [channelCount]))
    }

    /// A picture of H.264 in the form of samples, filled with its index. Of at least four bytes.
    static func picture(
        _ index: Int,
        isKeyframe: Bool,
        byteCount: Int = 100,
        track: UInt8 = 1
    ) -> MediaSample {
        var payload = ByteBuffer()
        payload.writeInteger(UInt32(byteCount))
        // The header, the first macroblock 0, and a kind of slice; then such as no NAL unit needs escapes for.
        payload.writeBytes(isKeyframe ? [0x65, 0x88, 0x84] : [0x41, 0x9A, 0x24])
        payload.writeRepeatingByte(UInt8(truncatingIfNeeded: index) | 0x80, count: byteCount - 3)
        return MediaSample(
            track: .init(track),
            decodeTime: MediaTime(milliseconds: Int64(index) * 40),
            isKeyframe: isKeyframe,
            payload: payload
        )
    }

    /// 20 ms of sound.
    static func sound(_ index: Int, track: UInt8 = 2) -> MediaSample {
        MediaSample(
            track: .init(track),
            decodeTime: MediaTime(milliseconds: Int64(index) * 20),
            isKeyframe: true,
            payload: ByteBuffer(repeating: UInt8(truncatingIfNeeded: index), count: 160)
        )
    }
}

/// A packet of RTP as a peer sends it.
func rtpPacket(
    _ sequenceNumber: UInt16,
    timestamp: UInt32 = 0,
    payloadType: UInt8 = 96,
    ssrc: UInt32 = 7,
    marker: Bool = true,
    _ payload: [UInt8]
) -> ByteBuffer {
    var bytes = [UInt8](repeating: 0, count: RTPHeader.fixedByteCount)
    bytes.withUnsafeMutableBytes { buffer in
        RTPHeader(
            marker: marker,
            payloadType: payloadType,
            sequenceNumber: sequenceNumber,
            timestamp: timestamp,
            ssrc: ssrc
        ).encode(into: buffer)
    }
    return ByteBuffer(bytes: bytes + payload)
}

/// A leg that keeps what it is given.
final class TestLeg: LegSink {
    struct Seen {
        var tracks: [MediaTrack] = []
        var samples: [MediaSample] = []
        var packets: [[UInt8]] = []
        var holds = 0
        /// Of peers that came and went.
        var log: [String] = []
    }

    private let state = Mutex(Seen())
    /// Yields for whatever comes.
    let changes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    var seen: Seen { state.withLock { $0 } }

    private func note(_ change: (inout Seen) -> Void) {
        state.withLock { change(&$0) }
        changes.continuation.yield()
    }

    func consume(_ track: MediaTrack) { note { $0.tracks.append(track) } }
    func consume(_ sample: MediaSample) { note { $0.samples.append(sample) } }
    func consume(_ batch: PacketBatch) { note { seen in seen.packets += batch.payloads.map(Array.init) } }
    func mediaHeld(at now: MonotonicTime) { note { $0.holds += 1 } }
    func peerConnected(_ remote: String) { note { $0.log.append("connected") } }
    func peerDisconnected(_ reason: String) { note { $0.log.append(reason) } }

    /// Waits until what was seen is so.
    func wait(until condition: (Seen) -> Bool) async -> Seen {
        var changes = changes.stream.makeAsyncIterator()
        while !condition(seen) { await changes.next() }
        return seen
    }
}
