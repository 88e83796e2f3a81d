import NIOCore
import Testing

@testable import RTSP

@Suite("Descriptions: what a track carries")
struct StreamFormatTests {
    private static func bytes(_ values: UInt8...) -> ByteBuffer { ByteBuffer(bytes: values) }

    private static func stream(_ lines: String) throws -> RTSPStream? {
        try description("v=0\n" + lines).media.first?.stream
    }

    private static let sps = bytes(0x67, 0x64, 0x00, 0x28, 0xAC, 0xB4, 0x03, 0xC0, 0x11, 0x3F, 0x2A)
    private static let pps = bytes(0x68, 0xEE, 0x01, 0x9E, 0x2C)

    private static func h264(_ format: H264Format) -> RTSPStream {
        RTSPStream(kind: .video, payloadType: 96, clockRate: 90_000, format: .h264(format))
    }

    private static func aac(_ format: AACFormat) -> RTSPStream {
        RTSPStream(kind: .audio, payloadType: 97, clockRate: 48_000, channelCount: 2, format: .aac(format))
    }

    @Test(
        "H.264",
        arguments: [
            // Samsung
            (
                "a=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=Z2QAKKy0A8ARPyo=,aO4Bniw=",
                H264Format(sequenceParameterSets: [sps], pictureParameterSets: [pps])
            ),
            // A blank at the end, capitals, units in the other order and without padding, parameters without values
            (
                "a=rtpmap:96 h264/90000 \na=fmtp:96 Sprop-Parameter-Sets=aO4Bniw , Z2QAKKy0A8ARPyo;a;b= ; Packetization-Mode=1 ;",
                H264Format(sequenceParameterSets: [sps], pictureParameterSets: [pps])
            ),
            // Start codes left in
            (
                "a=rtpmap:96 H264/90000\na=fmtp:96 sprop-parameter-sets=AAAAAWjuAZ4s,AAABaO4Bniw=",
                H264Format(pictureParameterSets: [pps, pps], packetizationMode: 0)
            ),
            // Nothing said, or nothing that can be read
            ("a=rtpmap:96 H264", H264Format(packetizationMode: 0)),
            (
                "a=rtpmap:96 H264/90000\na=fmtp:96 sprop-parameter-sets=,,!!,AAAAAQ==;packetization-mode=999",
                H264Format(packetizationMode: 0)
            ),
            // The line of another payload type
            (
                "a=rtpmap:97 H265/90000\na=rtpmap:96 H264/90000\na=fmtp:97 packetization-mode=1",
                H264Format(packetizationMode: 0)
            ),
        ] as [(String, H264Format)]
    )
    func readsH264(_ lines: String, _ format: H264Format) throws {
        #expect(try Self.stream("m=video 0 RTP/AVP 96\n" + lines) == Self.h264(format))
    }

    @Test("H.265")
    func hevc() throws {
        let found = try Self.stream(
            "m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=fmtp:96 sprop-vps=QAEMAf//;sprop-sps=QgEBAWAA,QgE=;"
                + "sprop-pps=RAHAcvBTJA==; sprop-max-don-diff=2"
        )
        let format = HEVCFormat(
            videoParameterSets: [Self.bytes(0x40, 1, 0x0C, 1, 0xFF, 0xFF)],
            sequenceParameterSets: [Self.bytes(0x42, 1, 1, 1, 0x60, 0), Self.bytes(0x42, 1)],
            pictureParameterSets: [Self.bytes(0x44, 1, 0xC0, 0x72, 0xF0, 0x53, 0x24)],
            hasDecodingOrderNumbers: true
        )
        #expect(found?.format == .hevc(format))
    }

    @Test(
        "AAC by RFC 3640",
        arguments: [
            // ffmpeg, VLC, GStreamer
            (
                "profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3; config=1190",
                AACFormat(configuration: bytes(0x11, 0x90))
            ),
            (
                "mode=AAC-hbr; config=1190; SizeLength=13; IndexLength=3; IndexDeltaLength=3",
                AACFormat(configuration: bytes(0x11, 0x90))
            ),
            ("streamtype=5;mode=aac-hbr;config=\"1190\"", AACFormat(configuration: bytes(0x11, 0x90))),
            (
                "mode=AAC-lbr;config=1190",
                AACFormat(configuration: bytes(0x11, 0x90), sizeLength: 6, indexLength: 2, indexDeltaLength: 2)
            ),
            (
                "mode=AAC-hbr;config=1190;SizeLength=13",
                AACFormat(configuration: bytes(0x11, 0x90), sizeLength: 13, indexLength: 0, indexDeltaLength: 0)
            ),
        ] as [(String, AACFormat)]
    )
    func readsAAC(_ parameters: String, _ format: AACFormat) throws {
        let lines = "m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/48000/2\na=fmtp:97 \(parameters)"
        #expect(try Self.stream(lines) == Self.aac(format))
    }

    @Test(
        "AAC that cannot be read is something else",
        arguments: [
            "mode=AAC-hbr", "mode=AAC-hbr;config=", "mode=AAC-hbr;config=zz", "config=119", "config=1190;sizelength=33",
            "config=1190;sizelength=13;CTSDeltaLength=10", "config=1190;sizelength=13;auxiliarydatasizelength=8",
        ]
    )
    func unreadableAAC(_ parameters: String) throws {
        let lines = "m=audio 0 RTP/AVP 97\na=rtpmap:97 MPEG4-GENERIC/48000/2\na=fmtp:97 \(parameters)"
        #expect(try Self.stream(lines)?.format == .other("MPEG4-GENERIC"))
    }

    @Test(
        "Other sound and transport streams",
        arguments: [
            ("0", "", .g711(.mu), 8_000, 1), ("8", "", .g711(.a), 8_000, 1), ("14", "", .mpegAudio, 90_000, nil),
            ("0", "a=rtpmap:0 PCMU/8000", .g711(.mu), 8_000, 1),
            ("96", "a=rtpmap:96 PCMA/16000/2", .g711(.a), 16_000, 2),
            ("96", "a=rtpmap:96 opus/48000/2", .opus(channelCount: 2), 48_000, 2),
            ("96", "a=rtpmap:96 OPUS/48000/2\na=fmtp:96 sprop-stereo=0", .opus(channelCount: 1), 48_000, 2),
            (
                "96", "a=rtpmap:96 MP4A-LATM/24000/2\na=fmtp:96 cpresent=0; config=400026203fc0",
                .aacLATM(
                    LATMFormat(configuration: bytes(0x40, 0, 0x26, 0x20, 0x3F, 0xC0), isConfigurationInBand: false)
                ),
                24_000, 2
            ),
            (
                "96", "a=rtpmap:96 MP4A-LATM/90000\na=fmtp:96 cpresent=1;config=",
                .aacLATM(LATMFormat(configuration: nil, isConfigurationInBand: true)), 90_000, nil
            ),
            ("96", "a=rtpmap:96 L16/44100/2", .other("L16"), 44_100, 2),
            // What can be read is taken before what cannot
            ("98 97 8", "a=rtpmap:98 MetaData/1\na=rtpmap:97 speex/16000", .g711(.a), 8_000, 1),
        ] as [(String, String, RTSPStreamFormat, UInt32, UInt8?)]
    )
    func sound(_ formats: String, _ lines: String, _ format: RTSPStreamFormat, _ rate: UInt32, _ channels: UInt8?)
        throws
    {
        let stream = try #require(try Self.stream("m=audio 0 RTP/AVP \(formats)\n\(lines)"))
        #expect(stream.format == format)
        #expect(stream.clockRate == rate)
        #expect(stream.channelCount == channels)
        #expect(stream.kind == .audio)
    }

    @Test("A transport stream is video by its kind")
    func transportStream() throws {
        let stream = try Self.stream("m=video 0 RTP/AVP 33\n")
        #expect(stream == RTSPStream(kind: .video, payloadType: 33, clockRate: 90_000, format: .mp2t))
    }

    @Test(
        "What has no payload type, no name or no clock rate is no stream",
        arguments: [
            "m=application 0 RTP/AVP 107", "m=application/TP-LINK 0 RTP/AVP smart/1/90000\na=rtpmap:95 TP-LINK/90000",
            "m=audio 0 RTP/AVP 300\na=rtpmap:300 opus/48000", "m=audio 0 RTP/AVP 128\na=rtpmap:128 opus/48000",
            "m=audio 0 RTP/AVP 96\na=rtpmap:96 opus", "m=audio 0 RTP/AVP 96\na=rtpmap:96 opus/0",
            "m=audio 0 RTP/AVP 96\na=rtpmap:96 ", "m=audio 0 RTP/AVP 96\na=rtpmap",
        ]
    )
    func noStream(_ lines: String) throws {
        #expect(try Self.stream(lines) == nil)
    }

    @Test(
        "What is written is read the same",
        arguments: [
            h264(H264Format(sequenceParameterSets: [sps], pictureParameterSets: [pps])), h264(H264Format()),
            RTSPStream(
                kind: .video,
                payloadType: 98,
                clockRate: 90_000,
                format: .hevc(
                    HEVCFormat(
                        videoParameterSets: [pps],
                        sequenceParameterSets: [sps, pps],
                        pictureParameterSets: [pps]
                    )
                )
            ),
            aac(AACFormat(configuration: bytes(0x11, 0x90))),
            RTSPStream(
                kind: .audio,
                payloadType: 96,
                clockRate: 44_100,
                channelCount: 1,
                format: .aacLATM(LATMFormat(configuration: bytes(0x40), isConfigurationInBand: false))
            ),
            RTSPStream(
                kind: .audio,
                payloadType: 96,
                clockRate: 48_000,
                channelCount: 2,
                format: .opus(channelCount: 1)
            ),
            RTSPStream(
                kind: .audio,
                payloadType: 96,
                clockRate: 48_000,
                channelCount: 2,
                format: .opus(channelCount: 2)
            ),
            RTSPStream(kind: .video, payloadType: 33, clockRate: 90_000, format: .mp2t),
            RTSPStream(kind: .audio, payloadType: 14, clockRate: 90_000, format: .mpegAudio),
            RTSPStream(kind: .audio, payloadType: 0, clockRate: 8_000, channelCount: 1, format: .g711(.mu)),
            RTSPStream(kind: .audio, payloadType: 8, clockRate: 8_000, channelCount: 1, format: .g711(.a)),
        ] as [RTSPStream]
    )
    func writing(_ stream: RTSPStream) throws {
        let made = SessionDescription(media: [MediaDescription(stream, control: "trackID=0")])
        let read = try SessionDescription(parsing: made.body)
        #expect(read.media.first?.stream == stream)
        #expect(read.media.first?.control == "trackID=0")
    }

    @Test("H.264 is written as players expect it")
    func h264Lines() {
        let media = MediaDescription(
            Self.h264(H264Format(sequenceParameterSets: [Self.sps], pictureParameterSets: [Self.pps]))
        )
        #expect(media.attributes.first { $0.name == "rtpmap" }?.value == "96 H264/90000")
        #expect(
            media.attributes.first { $0.name == "fmtp" }?.value
                == "96 packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=Z2QAKKy0A8ARPyo=,aO4Bniw="
        )
    }
}
