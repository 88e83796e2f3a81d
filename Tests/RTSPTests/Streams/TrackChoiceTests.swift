import Media
import NIOCore
import RTP
import Testing

@testable import RTSP

@Suite("Which tracks of a description are taken")
struct TrackChoiceTests {
    private func choice(_ sections: String, isAnnounced: Bool = false) throws -> RTSPTrackChoice {
        let text = "v=0\ns=x\n" + sections + "\n"
        return RTSPTrackChoice(
            try SessionDescription(parsing: ByteBuffer(string: text.wire)),
            isAnnounced: isAnnounced
        )
    }

    private func section(_ map: String, _ parameters: String = "", kind: String = "audio", more: String = "") -> String
    {
        "m=\(kind) 0 RTP/AVP 96\na=rtpmap:96 \(map)" + (parameters.isEmpty ? "" : "\na=fmtp:96 \(parameters)") + more
    }

    @Test(
        "What is carried, with its clock",
        arguments: [
            ("H264/90000", "packetization-mode=1", 90_000, .h264(parameterSets: [])),
            ("H264/90000", "", 90_000, .h264(parameterSets: [])),
            (
                "H264/90000", "sprop-parameter-sets=Z2QAHqzZQKAv+XARAAADAAEAAAMAMg8WLZY=,aO+8sA==", 90_000,
                .h264(parameterSets: [TestTracks.sequenceSet, TestTracks.pictureSet])
            ),
            ("H265/90000", "sprop-max-don-diff=0", 90_000, .h265(parameterSets: [])),
            (
                "mpeg4-generic/48000/2", "mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190",
                48_000, .aac(configuration: ByteBuffer(bytes: [0x11, 0x90]), layout: .init())
            ),
            (
                "MP4A-LATM/24000/2", "cpresent=0;config=400026203fc0", 24_000,
                .latm(
                    configuration: ByteBuffer(bytes: [0x40, 0x00, 0x26, 0x20, 0x3F, 0xC0]),
                    isConfigurationInBand: false
                )
            ),
            ("MP4A-LATM/90000", "", 90_000, .latm(configuration: nil, isConfigurationInBand: true)),
            ("opus/48000/2", "", 48_000, .opus(channelCount: 2)),
            ("opus/48000/2", "sprop-stereo=0", 48_000, .opus(channelCount: 1)),
            ("PCMA/8000", "", 8_000, .g711(.g711ALaw, channelCount: 1)),
            ("PCMU/8000/2", "", 8_000, .g711(.g711MuLaw, channelCount: 2)),
            ("MP2T/90000", "", 90_000, .transportStream),
        ] as [(String, String, Int, RTPPayloadFormat)]
    )
    func carried(_ map: String, _ parameters: String, _ hertz: Int, _ format: RTPPayloadFormat) throws {
        let choice = try choice(section(map, parameters))
        #expect(choice.unsupported == [])
        let track = try #require(choice.tracks.first).track
        #expect(track.format == format)
        #expect(track.clockRate.hertz == hertz)
        #expect(track.payloadType == 96)
        let isVideo = map.hasPrefix("H26")
        #expect(track.id == (isVideo ? .video : .firstAudio))
    }

    @Test(
        "What is not, in words for people",
        arguments: [
            ("H264/90000", "packetization-mode=2", "H.264 in interleaved packets (packetization-mode 2)"),
            ("H264/90000", "packetization-mode=200", "H.264 in interleaved packets (packetization-mode 2)"),
            ("H265/90000", "sprop-max-don-diff=1", "H.265 in interleaved packets (sprop-max-don-diff above 0)"),
            ("H264/10", "", "H.264 with a clock of 10 Hz"),
            ("H264/4294967295", "", "H.264 with a clock of 4294967295 Hz"),
            ("PCMU/16000", "", "G.711 at 16000 Hz"),
            ("PCMU/8000/9", "", "G.711 with 9 channels"),
            ("PCMA/8000/255", "", "G.711 with 255 channels"),
            ("MPA/90000", "", "MPEG audio"),
            ("mpeg4-generic/48000", "mode=AAC-hbr", "mpeg4-generic"),
            (
                "mpeg4-generic/48000", "mode=AAC-hbr;config=FFFF", "AAC with a configuration that cannot be read"
            ),
            ("MP4A-LATM/48000", "cpresent=0", "AAC with a configuration that cannot be read"),
            ("vnd.onvif.metadata/90000", "", "vnd.onvif.metadata"),
            ("JPEG/90000", "", "JPEG"),
            ("<b>\u{202e}evil\u{1b}[31m & \"x\"/90000", "", "bevil31mx"),
            ("\u{1F600}/90000", "", "without a name"),
            (String(repeating: "x", count: 500) + "/90000", "", String(repeating: "x", count: 32)),
        ]
    )
    func unsupported(_ map: String, _ parameters: String, _ name: String) throws {
        let choice = try choice(section(map, parameters))
        #expect(choice.indices == [])
        #expect(choice.unsupported == [name])
        #expect(RTSPReception(choice, sink: TestLeg(), onUnsupported: { _ in }) == nil)
    }

    @Test("Tracks are numbered as of every source, whatever their places: the first video, then the others")
    func numbers() throws {
        let choice = try choice(
            """
            m=audio 0 RTP/AVP 0
            m=video 0 RTP/AVP 96
            a=rtpmap:96 H264/90000
            m=audio 0 RTP/AVP 8
            m=video 0 RTP/AVP 97
            a=rtpmap:97 H265/90000
            """
        )
        #expect(choice.tracks.map(\.track.id) == [.firstAudio, .video, .init(3), .init(4)])
    }

    @Test("What cannot be taken leaves the places of the others as they are")
    func places() throws {
        let choice = try choice(
            """
            m=application 0 RTP/AVP 107
            a=rtpmap:107 vnd.onvif.metadata/90000
            m=video 0 RTP/AVP 96
            a=rtpmap:96 H264/90000
            m=video 0 RTP/AVP 26
            m=audio 0 RTP/AVP 0
            """
        )
        #expect(choice.indices == [1, 3])
        #expect(choice.tracks.map(\.track.id) == [.video, .firstAudio])
        #expect(choice.unsupported == ["vnd.onvif.metadata", "JPEG"])
    }

    @Test("A section without RTP is told as that")
    func noRTP() throws {
        let choice = try choice("m=application 9 TCP/MSRP *\nm=text 0 RTP/AVP 200\nm=audio 0 RTP/AVP 8")
        #expect(choice.indices == [2])
        #expect(choice.unsupported == ["of a section without RTP", "of a section without RTP"])
    }

    @Test("A transport stream is taken alone, wherever it stands: it has what the others have")
    func transportStream() throws {
        let choice = try choice("m=audio 0 RTP/AVP 0\nm=video 0 RTP/AVP 33\nm=audio 0 RTP/AVP 8")
        #expect(choice.indices == [1])
        #expect(choice.unsupported == [])
    }

    @Test("Of a camera, the channel back to it is none of ours; a publisher sends whatever it announces")
    func directions() throws {
        let sections =
            "m=audio 0 RTP/AVP 0\na=sendonly\nm=audio 0 RTP/AVP 8\na=recvonly\nm=audio 0 RTP/AVP 0\na=sendrecv"
        #expect(try choice(sections).indices == [1, 2])
        #expect(try choice(sections, isAnnounced: true).indices == [0, 1, 2])
        #expect(try choice("m=audio 0 RTP/AVP 9\na=sendonly").unsupported == [])
    }

    @Test("A description without tracks gives none")
    func empty() throws {
        let choice = RTSPTrackChoice(SessionDescription(), isAnnounced: false)
        #expect(choice.indices == [])
        #expect(choice.unsupported == [])
    }
}
