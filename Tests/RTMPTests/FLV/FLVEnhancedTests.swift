import Media
import NIOCore
import Testing

@testable import RTMP

@Suite("FLV reader: enhanced tags")
struct FLVEnhancedTests {
    @Test(
        "Video: configuration, then pictures",
        arguments: [
            ("avc1", Codec.h264, FLVBytes.avcConfiguration), ("hvc1", .hevc, FLVBytes.hevcConfiguration),
            ("av01", .av1, FLVBytes.av1Configuration), ("vp09", .vp9, FLVBytes.vp9Configuration),
        ]
    )
    func video(_ code: String, _ codec: Codec, _ configuration: [UInt8]) throws {
        var reader = FLVReader()
        let start = RTMPTests.video([0x90] + FLVBytes.code(code) + configuration)
        #expect(try reader.read(start).tracks.map(\.codec) == [codec])
        let composition: [UInt8] = codec.hasCompositionTime ? [0, 0, 2] : []
        let frames = RTMPTests.video([0xa1] + FLVBytes.code(code) + composition + [7, 8])
        let sample = try #require(try reader.read(frames).samples.first)
        #expect(sample.payload == ByteBuffer(bytes: [7, 8]))
        #expect(sample.compositionOffset == (codec.hasCompositionTime ? 180 : 0))
        #expect(!sample.isKeyframe)
        let without = try reader.read(RTMPTests.video([0x93] + FLVBytes.code(code) + [7, 8])).samples
        #expect(without.map(\.payload) == [ByteBuffer(bytes: [7, 8])])
        #expect(without.map(\.isKeyframe) == [true])
    }

    @Test(
        "Audio: configuration where there is one, then frames",
        arguments: [
            ("mp4a", Codec.aac, FLVBytes.aacConfiguration), ("Opus", .opus, FLVBytes.opusConfiguration),
            ("fLaC", .flac, FLVBytes.flacConfiguration), ("ac-3", .ac3, []), ("ec-3", .eac3, []), (".mp3", .mp3, []),
        ] as [(String, Codec, [UInt8])]
    )
    func audio(_ code: String, _ codec: Codec, _ configuration: [UInt8]) throws {
        var reader = FLVReader()
        var events: [FLVEvent] = []
        if !configuration.isEmpty {
            #expect(try reader.read(RTMPTests.audio([0x91] + FLVBytes.code(code) + [7])) == [])
            events += try reader.read(RTMPTests.audio([0x90] + FLVBytes.code(code) + configuration))
        }
        events += try reader.read(RTMPTests.audio([0x91] + FLVBytes.code(code) + [7]))
        #expect(events.tracks.map(\.codec) == [codec])
        #expect(events.tracks.map(\.configuration) == [ByteBuffer(bytes: configuration)])
        #expect(events.samples.map(\.payload) == [ByteBuffer(bytes: [7])])
    }

    @Test(
        "Ends, colours, channels and commands are passed over",
        arguments: [
            RTMPTests.video([0x92] + FLVBytes.code("hvc1")), RTMPTests.video([0xd1] + FLVBytes.code("hvc1")),
            RTMPTests.video([0xd4] + FLVBytes.code("hvc1") + [2, 0, 1, 0x61]),
            RTMPTests.audio([0x92] + FLVBytes.code("Opus")),
            RTMPTests.audio([0x94] + FLVBytes.code("Opus") + [1, 2, 0]),
        ]
    )
    func ignored(_ message: RTMPMessage) throws {
        var reader = FLVReader()
        #expect(try reader.read(message) == [])
        #expect(reader.counters.ignored == 1)
    }

    @Test("Extensions in front of the type are passed over, short and long")
    func extensions() throws {
        var reader = try makeReader(RTMPTests.video([0x90] + FLVBytes.code("av01") + FLVBytes.av1Configuration))
        let short: [UInt8] = [0x97, 2, 1, 2, 3, 0x01] + FLVBytes.code("av01") + [5]
        #expect(try reader.read(RTMPTests.video(short)).samples.map(\.payload) == [ByteBuffer(bytes: [5])])
        let long: [UInt8] =
            [0x97, 255, 1, 0] + [UInt8](repeating: 0, count: 257) + [0x01] + FLVBytes.code("av01") + [6]
        #expect(try reader.read(RTMPTests.video(long)).samples.map(\.payload) == [ByteBuffer(bytes: [6])])
    }

    @Test("Extensions may stack so high and no higher")
    func stackedExtensions() throws {
        func message(_ count: Int) -> RTMPMessage {
            let more = (1..<count).flatMap { _ in [0, 0, 0x07] as [UInt8] }
            return RTMPTests.video([0x97] + more + [0, 0, 0x00] + FLVBytes.code("av01") + FLVBytes.av1Configuration)
        }
        var reader = FLVReader()
        #expect(try reader.read(message(FLVLimits.modifierExtensions)).tracks.count == 1)
        #expect(throws: FLVError.truncated(.video)) { try reader.read(message(FLVLimits.modifierExtensions + 1)) }
    }

    @Test("One track in a multitrack message is read")
    func oneTrack() throws {
        var reader = FLVReader()
        let start = RTMPTests.video([0x96, 0x00] + FLVBytes.code("av01") + [0] + FLVBytes.av1Configuration)
        #expect(try reader.read(start).tracks.map(\.codec) == [.av1])
        let frames = RTMPTests.video([0x96, 0x01] + FLVBytes.code("av01") + [0, 9])
        #expect(try reader.read(frames).samples.map(\.payload) == [ByteBuffer(bytes: [9])])
    }

    @Test("Of many tracks the first is read, the others are counted")
    func manyTracks() throws {
        var reader = FLVReader()
        let start =
            [0x96, 0x10] + FLVBytes.code("av01") + [0, 0, 0, 4] + FLVBytes.av1Configuration + [1, 0, 0, 4]
            + FLVBytes.av1Configuration
        #expect(try reader.read(RTMPTests.video(start)).tracks.count == 1)
        let frames = [0x96, 0x11] + FLVBytes.code("av01") + [1, 0, 0, 1, 8, 0, 0, 0, 2, 9, 9]
        #expect(try reader.read(RTMPTests.video(frames)).samples.map(\.payload) == [ByteBuffer(bytes: [9, 9])])
        #expect(reader.counters.otherTracks == 2)
    }

    @Test("Many tracks of many codecs have a code each")
    func manyCodecs() throws {
        var reader = FLVReader()
        let body =
            [0x95, 0x21] + FLVBytes.code("ac-3") + [0, 0, 0, 1, 5] + FLVBytes.code("Opus") + [1, 0, 0, 1, 6]
        let events = try reader.read(RTMPTests.audio(body))
        #expect(events.tracks.map(\.codec) == [.ac3])
        #expect(events.samples.map(\.payload) == [ByteBuffer(bytes: [5])])
        #expect(reader.counters.otherTracks == 1)
    }

    @Test("Plain messages are track 0; a second track beside them is passed over")
    func plainIsZero() throws {
        var reader = try makeReader(RTMPTests.video([0x90] + FLVBytes.code("av01") + FLVBytes.av1Configuration))
        #expect(try reader.read(RTMPTests.video([0x96, 0x01] + FLVBytes.code("av01") + [1, 9])) == [])
        #expect(reader.counters.otherTracks == 1)
    }

    @Test(
        "Multitrack messages that contradict themselves are errors",
        arguments: [
            [0x96, 0x06] + FLVBytes.code("av01") + [0], [0x96, 0x30] + FLVBytes.code("av01") + [0],
            [0x96, 0x10] + FLVBytes.code("av01") + [0, 0, 0, 9, 1],
        ] as [[UInt8]]
    )
    func invalid(_ body: [UInt8]) {
        var reader = FLVReader()
        #expect(throws: FLVError.invalidMultitrack) { try reader.read(RTMPTests.video(body)) }
    }
}
