import Media
import NIOCore

/// Tracks as encoders announce them.
enum TrackFixture {
    /// x264, 640 × 360, high profile at level 3.0.
    static let avcRecord = bytes(
        "0164001effe1001a6764001eacd940a02ff97011000003000100000300320f162d9601000468efbcb0fdf8f800"
    )
    /// x265, 640 × 360, main profile at level 2.1.
    static let hevcRecord = bytes(
        """
        0101600000009000000000003ff000fcfdf8f800000f03a00001001840010c01ffff0160000003009000000300000300\
        3f959009a10001002942010101600000030090000003000003003fa005020171f2e595912930bc05a02000007d20000ea6\
        01a2000100064401c073c189
        """
    )
    static let avc = MediaTrack(id: .init(1), codec: .h264, configuration: ByteBuffer(bytes: avcRecord))
    static let hevc = MediaTrack(id: .init(1), codec: .hevc, configuration: ByteBuffer(bytes: hevcRecord))
    /// AAC-LC, 48 kHz, stereo.
    static let aac = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap { $0.hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func audio(_ codec: Codec, _ configuration: String = "") -> MediaTrack {
        MediaTrack(id: .init(2), codec: codec, configuration: ByteBuffer(bytes: bytes(configuration)))
    }
}
