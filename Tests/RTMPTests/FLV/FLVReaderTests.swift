import Media
import NIOCore
import Testing

@testable import RTMP

@Suite("FLV reader: legacy tags")
struct FLVReaderTests {
    @Test("A sequence header is a track, and says nothing when it repeats")
    func header() throws {
        var reader = FLVReader()
        let track = MediaTrack(
            id: FLVReader.videoTrack,
            codec: .h264,
            configuration: ByteBuffer(bytes: FLVBytes.avcConfiguration)
        )
        #expect(try reader.read(avcHeader()) == [.track(track)])
        #expect(try reader.read(avcHeader()) == [])
        #expect(reader.tracks == [track])
    }

    @Test("A sequence header that changed is told again")
    func changedHeader() throws {
        var reader = try makeReader(avcHeader())
        var changed = FLVBytes.avcConfiguration
        changed[3] = 0x1f
        #expect(try reader.read(video([0x17, 0, 0, 0, 0] + changed)).tracks.count == 1)
        #expect(try reader.read(avcHeader()).tracks.count == 1)
    }

    @Test(
        "Composition times are signed numbers of 24 bits",
        arguments: [
            ([0, 0, 0], 0), ([0, 0, 80], 80), ([0xff, 0xff, 0xff], -1), ([0x80, 0, 0], -8_388_608),
            ([0x7f, 0xff, 0xff], 8_388_607),
        ] as [([UInt8], Int64)]
    )
    func composition(_ bytes: [UInt8], _ milliseconds: Int64) throws {
        var reader = try makeReader(avcHeader())
        let sample = try #require(try reader.read(avcPicture(at: 40, composition: bytes)).samples.first)
        #expect(sample.compositionOffset == milliseconds * 90)
        #expect(sample.decodeTime == MediaTime(milliseconds: 40))
        #expect(sample.payload == ByteBuffer(bytes: FLVBytes.picture))
    }

    @Test(
        "Keyframes are told from others",
        arguments: [(UInt8(0x17), true), (0x27, false), (0x37, false), (0x47, true)]
    )
    func keyframes(_ first: UInt8, _ isKey: Bool) throws {
        var reader = try makeReader(avcHeader())
        #expect(try reader.read(video([first, 1, 0, 0, 0, 1])).samples.map(\.isKeyframe) == [isKey])
    }

    @Test("The payload is a slice of the message, not a copy")
    func slice() throws {
        var reader = try makeReader(avcHeader())
        let message = avcPicture()
        let sample = try #require(try reader.read(message).samples.first)
        let whole = message.payload.withUnsafeReadableBytes { $0.baseAddress }
        let part = sample.payload.withUnsafeReadableBytes { $0.baseAddress }
        #expect(part == whole?.advanced(by: 5))
    }

    @Test("HEVC under the number 12 is read")
    func unofficialHEVC() throws {
        var reader = FLVReader()
        #expect(try reader.read(video([0x1c, 0, 0, 0, 0] + FLVBytes.hevcConfiguration)).tracks.map(\.codec) == [.hevc])
        #expect(
            try reader.read(video([0x1c, 1, 0, 0, 9] + FLVBytes.picture)).samples.map(\.compositionOffset) == [810]
        )
    }

    @Test("AAC needs its configuration, MP3 none", arguments: [UInt8(0x2f), 0xe6])
    func sound(_ mp3: UInt8) throws {
        var reader = FLVReader()
        #expect(try reader.read(aacFrame()) == [])
        #expect(try reader.read(aacHeader()).tracks.map(\.codec) == [.aac])
        #expect(try reader.read(aacFrame()).samples.map(\.payload) == [ByteBuffer(bytes: FLVBytes.frame)])
        let events = try reader.read(audio([mp3] + FLVBytes.frame))
        #expect(events.tracks.map(\.codec) == [.mp3])
        #expect(events.samples.map(\.track) == [FLVReader.audioTrack])
        #expect(reader.counters.unconfiguredSamples == 1)
    }

    @Test("Pictures before their configuration are dropped and counted")
    func unconfigured() throws {
        var reader = FLVReader()
        #expect(try reader.read(avcPicture()) == [])
        #expect(reader.counters.unconfiguredSamples == 1)
    }

    @Test(
        "What says nothing is passed over",
        arguments: [
            video([]), audio([]), video([0x57, 0]), video([0x17, 2, 0, 0, 0]), video([0x17, 2]),
            video([0x17, 0, 0, 0, 0]), audio([0xaf, 0]), audio([0xaf, 1]), audio([0xaf, 7, 1]),
            video([0x17, 1, 0, 0, 0]), RTMPMessage(type: .acknowledgement, payload: ByteBuffer()),
        ]
    )
    func ignored(_ message: RTMPMessage) throws {
        var reader = try makeReader(avcHeader(), aacHeader())
        #expect(try reader.read(message) == [])
        #expect(reader.counters.ignored == 1)
    }

    @Test(
        "Bodies that end in their header are errors",
        arguments: [
            [0x17], [0x17, 0], [0x17, 0, 0, 0], [0x17, 1, 0, 0], [0x90], [0x90, 0x61],
            [0x91, 0x68, 0x76, 0x63, 0x31, 0],
        ]
            as [[UInt8]]
    )
    func truncatedVideo(_ body: [UInt8]) {
        var reader = FLVReader()
        #expect(throws: FLVError.truncated(.video)) { try reader.read(video(body)) }
    }

    @Test("The same for sound", arguments: [[0xaf], [0x90], [0x91, 0x4f, 0x70, 0x75]] as [[UInt8]])
    func truncatedAudio(_ body: [UInt8]) {
        var reader = FLVReader()
        #expect(throws: FLVError.truncated(.audio)) { try reader.read(audio(body)) }
    }

    @Test("A configuration that cannot be one is an error")
    func invalidConfiguration() {
        var reader = FLVReader()
        #expect(throws: FLVError.invalidConfiguration(.h264)) { try reader.read(video([0x17, 0, 0, 0, 0, 1, 2, 3])) }
        #expect(throws: FLVError.invalidConfiguration(.aac)) { try reader.read(audio([0xaf, 0, 1])) }
    }

    @Test("A configuration may be so large and no larger")
    func largeConfiguration() throws {
        var reader = FLVReader()
        let limit = FLVLimits.configurationBytes
        let fits = [UInt8](repeating: 1, count: limit)
        #expect(try reader.read(video([0x17, 0, 0, 0, 0] + fits)).tracks.count == 1)
        #expect(throws: FLVError.configurationTooLarge(limit + 1)) {
            try reader.read(video([0x17, 0, 0, 0, 0] + fits + [1]))
        }
    }

    @Test(
        "Other codecs are told once, and the other track goes on",
        arguments: [
            (video([0x22, 1]), FLVReader.videoTrack, "Sorenson H.263"),
            (video([0x24, 1]), FLVReader.videoTrack, "On2 VP6"),
            (audio([0xb2, 1]), FLVReader.audioTrack, "Speex"), (audio([0x72, 1]), FLVReader.audioTrack, "G.711 A-law"),
            (audio([0x82, 1]), FLVReader.audioTrack, "G.711 mu-law"),
            (audio([0x62, 1]), FLVReader.audioTrack, "Nellymoser"),
            (video([0x90] + FLVBytes.code("vp08") + [1]), FLVReader.videoTrack, "vp08"),
            (audio([0x90, 0x41, 0x07, 0x42, 0xff]), FLVReader.audioTrack, "A.B."),
        ]
    )
    func unsupported(_ message: RTMPMessage, _ track: MediaTrack.ID, _ name: String) throws {
        var reader = FLVReader()
        #expect(try reader.read(message) == [.unsupportedCodec(track: track, name: name)])
        #expect(try reader.read(message) == [])
        #expect(reader.counters.unsupported == 2)
        let other = message.type == .video ? [aacHeader(), aacFrame()] : [avcHeader(), avcPicture()]
        #expect(try reader.read(other[0]).tracks.count == 1)
        #expect(try reader.read(other[1]).samples.count == 1)
    }

    @Test("No cut of a message traps or is read as more than it is")
    func everyPrefix() throws {
        let messages = [
            avcHeader(), avcPicture(composition: [0, 0, 40]), aacHeader(), aacFrame(), audio([0x2f] + FLVBytes.frame),
            video([0x96, 0x10] + FLVBytes.code("av01") + [0, 0, 0, 2, 1, 2, 1, 0, 0, 1, 9]),
            video([0x97, 2, 1, 2, 3, 0x01] + FLVBytes.code("hvc1") + [0, 0, 1, 5, 6]),
        ]
        for message in messages {
            for count in 0...message.payload.readableBytes {
                var cut = message
                cut.payload = try #require(message.payload.getSlice(at: 0, length: count))
                var reader = try makeReader(avcHeader(), aacHeader())
                let events = try? reader.read(cut)
                #expect((events ?? []).samples.allSatisfy { $0.payload.readableBytes <= count })
            }
        }
    }
}
