import HeadgateTestKit
import Media
import NIOCore
import Testing

@testable import FragmentedMP4

@Suite("Describing tracks for MP4")
struct FragmentedTrackTests {
    private static func track(_ track: MediaTrack, sample: String? = nil) throws -> FragmentedTrack {
        try FragmentedTrack(
            track,
            trackID: 1,
            sample: sample.map { ByteBuffer(bytes: TrackFixture.bytes($0)) }
        )
    }

    struct Name: Sendable {
        var track: MediaTrack
        var sample: String?
        var codecString: String
    }

    @Test(
        "The name of a codec tells profile and level",
        arguments: [
            Name(track: TrackFixture.avc, codecString: "avc1.64001E"),
            Name(track: TrackFixture.hevc, codecString: "hvc1.1.6.L63.90"),
            Name(track: TrackFixture.aac, codecString: "mp4a.40.2"),
            // HE-AAC told first, and behind the core; with parametric stereo.
            Name(track: TrackFixture.audio(.aac, "2b8a0800"), codecString: "mp4a.40.5"),
            Name(track: TrackFixture.audio(.aac, "131056e598"), codecString: "mp4a.40.5"),
            Name(track: TrackFixture.audio(.aac, "eb8a0800"), codecString: "mp4a.40.29"),
            Name(track: TrackFixture.audio(.opus, "4f707573486561640102380180bb0000000000"), codecString: "opus"),
            Name(track: TrackFixture.audio(.ac3), sample: "0b7701fa0c402f84", codecString: "ac-3"),
            Name(track: TrackFixture.audio(.eac3), sample: "0b7700bf3287c000", codecString: "ec-3"),
            Name(track: TrackFixture.audio(.mp3), sample: "fffb54c40003", codecString: "mp4a.6B"),
        ]
    )
    func names(_ name: Name) throws {
        let described = try Self.track(name.track, sample: name.sample)
        #expect(described.codecString == name.codecString)
        #expect(FragmentedTrack.needsSample(name.track.codec) == (name.sample != nil))
    }

    @Test("Profile space, high tier and all constraints are in the name of H.265")
    func constraints() throws {
        var record = TrackFixture.hevcRecord
        record[1] = 0b1010_0100  // space B, high tier, profile 4
        record.replaceSubrange(2..<6, with: [0x08, 0, 0, 0x01])
        record.replaceSubrange(6..<12, with: [0xB0, 0x05, 0, 0x10, 0, 0])
        let track = MediaTrack(id: .init(1), codec: .hevc, configuration: ByteBuffer(bytes: record))
        #expect(try Self.track(track).codecString == "hvc1.B4.80000010.H63.B0.5.0.10")
    }

    struct Entry: Sendable {
        var track: MediaTrack
        var sample: String?
        var path: String
        /// Of the box at the path.
        var content: String
        var channels: Int
        var rate: Int
    }

    @Test(
        "The sample entry of audio has the decoder's box",
        arguments: [
            Entry(
                track: TrackFixture.aac,
                path: "mp4a/esds",
                content: "00000000"
                    + "03808080220000000480808014401500000000000000000000000580808002119006808080010"
                    + "2",
                channels: 2,
                rate: 48_000
            ),
            Entry(
                track: TrackFixture.audio(.mp3),
                sample: "fffb54c40003",
                path: "mp4a/esds",
                content: "00000000038080801b000000048080800d6b150000000000000000000000068080800102",
                channels: 1,
                rate: 48_000
            ),
            Entry(
                track: TrackFixture.audio(.opus, "4f707573486561640102380180bb0000000000"),
                path: "Opus/dOps",
                content: "000201380000bb80000000",
                channels: 2,
                rate: 48_000
            ),
            // Six channels in Vorbis' order.
            Entry(
                track: TrackFixture.audio(.opus, "4f707573486561640106380180bb00000000010402000401020305"),
                path: "Opus/dOps",
                content: "000601380000bb8000000104020004" + "01020305",
                channels: 6,
                rate: 48_000
            ),
            // Mono of 128 kbit/s; stereo of 192; 5.1 of 448 at 44.1 kHz.
            Entry(
                track: TrackFixture.audio(.ac3),
                sample: "0b7701fa0c402f84",
                path: "ac-3/dac3",
                content: "1008c0",
                channels: 1,
                rate: 48_000
            ),
            Entry(
                track: TrackFixture.audio(.ac3),
                sample: "0b7700001440438f",
                path: "ac-3/dac3",
                content: "101140",
                channels: 2,
                rate: 48_000
            ),
            Entry(
                track: TrackFixture.audio(.ac3),
                sample: "0b7700005e40e100",
                path: "ac-3/dac3",
                content: "503de0",
                channels: 6,
                rate: 44_100
            ),
            Entry(
                track: TrackFixture.audio(.eac3),
                sample: "0b7700bf3287c000",
                path: "ec-3/dec3",
                content: "0300200200",
                channels: 1,
                rate: 48_000
            ),
        ]
    )
    func sampleEntries(_ entry: Entry) throws {
        let bytes = Array(try Self.track(entry.track, sample: entry.sample).sampleEntry.readableBytesView)
        let found = try #require(MP4Box.find(entry.path, in: bytes))
        #expect(found.content == TrackFixture.bytes(entry.content))
        let whole = try #require(MP4Box.boxes(in: bytes).first)
        #expect(whole.integer(at: 16, byteCount: 2) == entry.channels)
        #expect(whole.integer(at: 24, byteCount: 4) == entry.rate << 16)
    }

    @Test("The sample entry of video has its size and the decoder's record", arguments: [TrackFixture.avc, .hevc])
    func videoEntries(_ track: MediaTrack) throws {
        let described = try Self.track(track)
        #expect(described.pictureSize == .init(width: 640, height: 360))
        let bytes = Array(described.sampleEntry.readableBytesView)
        let path = track.codec == .hevc ? "hvc1/hvcC" : "avc1/avcC"
        #expect(MP4Box.find(path, in: bytes)?.content == Array(track.configuration.readableBytesView))
        let whole = try #require(MP4Box.boxes(in: bytes).first)
        #expect(whole.integer(at: 24, byteCount: 2) == 640)
        #expect(whole.integer(at: 26, byteCount: 2) == 360)
    }

    @Test("A rate that does not fit its field is left to the configuration")
    func highRate() throws {
        // AAC-LC, 96 kHz, stereo.
        let bytes = Array(try Self.track(TrackFixture.audio(.aac, "1010")).sampleEntry.readableBytesView)
        let whole = try #require(MP4Box.boxes(in: bytes).first)
        #expect(whole.integer(at: 24, byteCount: 4) == 0)
    }

    @Test("What cannot be described is refused with the reason")
    func refusals() {
        for codec in [Codec.av1, .vp9, .flac] {
            #expect(throws: FragmentedTrackError.unsupportedCodec(codec)) {
                try Self.track(MediaTrack(id: .init(1), codec: codec))
            }
        }
        #expect(throws: FragmentedTrackError.invalidConfiguration) {
            try Self.track(MediaTrack(id: .init(1), codec: .h264))
        }
        #expect(throws: FragmentedTrackError.missingSample) { try Self.track(TrackFixture.audio(.ac3)) }
        for codec in [Codec.ac3, .eac3, .mp3] {
            #expect(throws: FragmentedTrackError.invalidSample) {
                try Self.track(TrackFixture.audio(codec), sample: "00112233445566778899")
            }
        }
        var large = TrackFixture.aac
        large.configuration.writeRepeatingByte(0, count: FragmentedTrack.maximumConfigurationBytes)
        #expect(throws: FragmentedTrackError.invalidConfiguration) { try Self.track(large) }
    }

    @Test("Configurations and frames that end early, or have any one byte wrong, do no harm")
    func brokenInput() {
        for track in [TrackFixture.avc, TrackFixture.hevc, TrackFixture.aac] {
            let whole = Array(track.configuration.readableBytesView)
            for index in whole.indices {
                var broken = track
                broken.configuration = ByteBuffer(bytes: whole[..<index])
                _ = try? Self.track(broken)
                for value: UInt8 in [0, 0x7F, 0x80, 0xFF] {
                    var bytes = whole
                    bytes[index] = value
                    broken.configuration = ByteBuffer(bytes: bytes)
                    _ = try? Self.track(broken)
                }
            }
        }
        for (codec, sample) in [(Codec.ac3, "0b7701fa0c402f84"), (.eac3, "0b7700bf3287c000"), (.mp3, "fffb54c4")] {
            let whole = TrackFixture.bytes(sample)
            for index in whole.indices {
                _ = try? FragmentedTrack(
                    TrackFixture.audio(codec),
                    trackID: 1,
                    sample: ByteBuffer(bytes: whole[..<index])
                )
                for value in UInt8.min...UInt8.max {
                    var bytes = whole
                    bytes[index] = value
                    _ = try? FragmentedTrack(TrackFixture.audio(codec), trackID: 1, sample: ByteBuffer(bytes: bytes))
                }
            }
        }
    }
}

extension MediaTrack {
    fileprivate static let hevc = TrackFixture.hevc
}
