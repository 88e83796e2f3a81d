import Media
import NIOCore
import Testing

@testable import RTMP

@Suite("FLV writer")
struct FLVWriterTests {
    /// What the reader makes of messages, written again.
    private func throughBoth(_ messages: [RTMPMessage]) throws -> [RTMPMessage] {
        var reader = FLVReader()
        var writer = FLVWriter(zero: .zero)
        var written: [RTMPMessage] = []
        for message in messages {
            for event in try reader.read(message) {
                switch event {
                case .track(let track): if let message = writer.write(track) { written.append(message) }
                case .sample(let sample): if let tag = writer.write(sample) { written.append(tag.message) }
                case .metadata, .unsupportedCodec: break
                }
            }
        }
        return written
    }

    @Test("What a publisher sent as H.264 and AAC comes out as the same bytes")
    func byteExact() throws {
        let messages = [
            avcHeader(), aacHeader(), avcPicture(composition: [0, 0, 80]), aacFrame(at: 3),
            avcPicture(at: 40, composition: [0xff, 0xff, 0xd8], key: false), aacFrame(at: 26),
            avcPicture(at: 80, key: false),
        ]
        #expect(try throughBoth(messages) == messages)
    }

    @Test(
        "Enhanced messages come out as the same bytes",
        arguments: [
            [
                video([0x90] + FLVBytes.code("hvc1") + FLVBytes.hevcConfiguration),
                video([0x91] + FLVBytes.code("hvc1") + [0, 0, 9, 1]),
            ],
            [
                video([0x90] + FLVBytes.code("hvc1") + FLVBytes.hevcConfiguration),
                video([0xa3] + FLVBytes.code("hvc1") + [1]),
            ],
            [
                video([0x90] + FLVBytes.code("av01") + FLVBytes.av1Configuration),
                video([0x91] + FLVBytes.code("av01") + [1]),
            ],
            [
                video([0x90] + FLVBytes.code("vp09") + FLVBytes.vp9Configuration),
                video([0xa1] + FLVBytes.code("vp09") + [1]),
            ],
            [
                audio([0x90] + FLVBytes.code("Opus") + FLVBytes.opusConfiguration),
                audio([0x91] + FLVBytes.code("Opus") + [1]),
            ],
            [
                audio([0x90] + FLVBytes.code("fLaC") + FLVBytes.flacConfiguration),
                audio([0x91] + FLVBytes.code("fLaC") + [1]),
            ],
            [audio([0x91] + FLVBytes.code("ac-3") + [1])], [audio([0x91] + FLVBytes.code("ec-3") + [1])],
        ]
    )
    func enhanced(_ messages: [RTMPMessage]) throws {
        #expect(try throughBoth(messages) == messages)
    }

    @Test("H.264 and AAC that came enhanced go out in the form that everybody reads")
    func legacyPreferred() throws {
        let enhanced = [
            video([0x90] + FLVBytes.code("avc1") + FLVBytes.avcConfiguration),
            video([0x91] + FLVBytes.code("avc1") + [0, 0, 0] + FLVBytes.picture),
            audio([0x90] + FLVBytes.code("mp4a") + FLVBytes.aacConfiguration),
            audio([0x91] + FLVBytes.code("mp4a") + FLVBytes.frame),
        ]
        #expect(try throughBoth(enhanced) == [avcHeader(), avcPicture(), aacHeader(), aacFrame()])
    }

    @Test(
        "MP3 is described by its own header",
        arguments: [
            ([0xff, 0xfb, 0x90, 0x00], 0x2f), ([0xff, 0xfb, 0x90, 0xc0], 0x2e), ([0xff, 0xf3, 0x90, 0x00], 0x2b),
            ([0xff, 0xe3, 0x90, 0x00], 0x27), ([0xff, 0xe3, 0x98, 0x00], 0xe3), ([0xff, 0xe3, 0x98, 0xc0], 0xe2),
            ([1, 2], 0x2f),
        ] as [([UInt8], UInt8)]
    )
    func mp3(_ frame: [UInt8], _ first: UInt8) throws {
        var writer = FLVWriter(zero: .zero)
        #expect(writer.write(MediaTrack(id: .init(2), codec: .mp3)) == nil)
        let sample = MediaSample(
            track: .init(2),
            decodeTime: .zero,
            isKeyframe: true,
            payload: ByteBuffer(bytes: frame)
        )
        #expect(writer.write(sample)?.message.payload == ByteBuffer(bytes: [first] + frame))
    }

    @Test(
        "Timestamps are milliseconds from zero, modulo 2^32",
        arguments: [(1_000, 1_000, 0), (1_000, 1_040, 40), (0, 4_294_967_296 + 5, 5), (10, 0, 4_294_967_286)]
            as [(Int64, Int64, UInt32)]
    )
    func timestamps(_ zero: Int64, _ time: Int64, _ timestamp: UInt32) {
        let writer = FLVWriter(zero: MediaTime(milliseconds: zero))
        #expect(writer.timestamp(of: MediaTime(milliseconds: time)) == timestamp)
    }

    @Test("A configuration in the middle has the timestamp of what went before")
    func headerTimestamp() throws {
        var reader = try makeReader(avcHeader())
        let sample = try #require(try reader.read(avcPicture(at: 70)).samples.first)
        var writer = FLVWriter(zero: .zero, streamID: 3)
        let track = try #require(reader.tracks.first)
        #expect(writer.write(track)?.timestamp == 0)
        #expect(writer.write(sample)?.body.streamID == 3)
        #expect(writer.write(track)?.timestamp == 70)
    }

    @Test("Composition times that 24 bits cannot hold stop at the end")
    func compositionRange() throws {
        var writer = FLVWriter(zero: .zero)
        let configuration = ByteBuffer(bytes: FLVBytes.avcConfiguration)
        _ = writer.write(MediaTrack(id: .init(1), codec: .h264, configuration: configuration))
        for (offset, bytes) in [(1_000_000_000_000, [0x7f, 0xff, 0xff]), (-1_000_000_000, [0x80, 0, 0])]
            as [(Int64, [UInt8])]
        {
            let sample = MediaSample(
                track: .init(1),
                decodeTime: .zero,
                compositionOffset: offset,
                isKeyframe: true,
                payload: ByteBuffer()
            )
            #expect(writer.write(sample)?.message.payload == ByteBuffer(bytes: [0x17, 1] + bytes))
        }
    }

    @Test("Samples of tracks that are not written are nobody's")
    func otherTracks() {
        var writer = FLVWriter(zero: .zero)
        let sample = MediaSample(track: .init(9), decodeTime: .zero, isKeyframe: true, payload: ByteBuffer())
        #expect(writer.write(sample) == nil)
        #expect(writer.write(MediaTrack(id: .init(2), codec: .ac3)) == nil)
        #expect(writer.write(MediaTrack(id: .init(9), codec: .mp3)) == nil)
        #expect(writer.write(sample) == nil)
        #expect(writer.tracks.map(\.id) == [.init(2)])
    }
}
