import Media
import NIOCore

@testable import RTMP

/// Bodies of media messages, byte by byte.
enum FLVBytes {
    static let avcConfiguration: [UInt8] = [
        1, 0x42, 0xc0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0xc0, 0x1e, 1, 0, 2, 0x68, 0xce,
    ]
    static let hevcConfiguration: [UInt8] = [1] + Array(repeating: 0x11, count: 22)
    static let aacConfiguration: [UInt8] = [0x12, 0x10]  // LC, 44.1 kHz, stereo
    static let opusConfiguration: [UInt8] = Array("OpusHead".utf8) + [1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]
    static let flacConfiguration = [UInt8](repeating: 7, count: 34)
    static let av1Configuration: [UInt8] = [0x81, 0, 0x0c, 0]
    static let vp9Configuration: [UInt8] = [0, 10, 0x82, 2, 2, 2, 0, 0]
    /// One NAL unit behind its length.
    static let picture: [UInt8] = [0, 0, 0, 3, 0x65, 0xaa, 0xbb]
    static let frame: [UInt8] = [0x21, 0x1a, 0x4f]

    static func code(_ text: String) -> [UInt8] { Array(text.utf8) }
}

func video(_ body: [UInt8], at timestamp: UInt32 = 0) -> RTMPMessage {
    RTMPMessage(type: .video, streamID: 1, timestamp: timestamp, payload: ByteBuffer(bytes: body))
}

func audio(_ body: [UInt8], at timestamp: UInt32 = 0) -> RTMPMessage {
    RTMPMessage(type: .audio, streamID: 1, timestamp: timestamp, payload: ByteBuffer(bytes: body))
}

func avcHeader() -> RTMPMessage { video([0x17, 0, 0, 0, 0] + FLVBytes.avcConfiguration) }
func aacHeader() -> RTMPMessage { audio([0xaf, 0] + FLVBytes.aacConfiguration) }

func avcPicture(at timestamp: UInt32 = 0, composition: [UInt8] = [0, 0, 0], key: Bool = true) -> RTMPMessage {
    video([key ? 0x17 : 0x27, 1] + composition + FLVBytes.picture, at: timestamp)
}

func aacFrame(at timestamp: UInt32 = 0) -> RTMPMessage { audio([0xaf, 1] + FLVBytes.frame, at: timestamp) }

extension [FLVEvent] {
    var tracks: [MediaTrack] { compactMap { if case .track(let track) = $0 { track } else { nil } } }
    var samples: [MediaSample] { compactMap { if case .sample(let sample) = $0 { sample } else { nil } } }
}

/// A reader that has read these messages.
func makeReader(_ messages: RTMPMessage...) throws -> FLVReader {
    var reader = FLVReader()
    for message in messages { _ = try reader.read(message) }
    return reader
}
