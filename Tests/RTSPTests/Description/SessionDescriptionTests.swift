import NIOCore
import Testing

@testable import RTSP

/// As a camera or an encoder sends it, with line feeds for line ends.
func description(_ text: String) throws(SDPError) -> SessionDescription {
    try SessionDescription(parsing: ByteBuffer(string: text))
}

@Suite("Descriptions: reading and writing")
struct SessionDescriptionTests {
    private static let samsung = """
        v=0
        o=- 0 0 IN IP4 10.0.0.131
        s=Media Presentation
        i=samsung
        c=IN IP4 0.0.0.0
        b=AS:2632
        t=0 0
        a=control:rtsp://10.0.100.50/profile5/media.smp
        a=range:npt=now-
        m=video 42504 RTP/AVP 97
        b=AS:2560
        a=rtpmap:97 H264/90000
        a=control:rtsp://10.0.100.50/profile5/media.smp/trackID=v
        m=audio 42506/2 RTP/AVP 0 8
        c=IN IP4 1.2.3.4
        a=recvonly
        m=application 42508 RTP/AVP 107

        """

    @Test("The lines that matter, with either line end")
    func reading() throws {
        for text in [Self.samsung, Self.samsung.wire] {
            let found = try description(text)
            #expect(found.origin == "- 0 0 IN IP4 10.0.0.131")
            #expect(found.name == "Media Presentation")
            #expect(found.connection == "IN IP4 0.0.0.0")
            #expect(found.control == "rtsp://10.0.100.50/profile5/media.smp")
            #expect(found.range == .now)
            #expect(found.media.map(\.kind) == ["video", "audio", "application"])
            #expect(found.media.map(\.port) == [42_504, 42_506, 42_508])
            #expect(found.media.map(\.formats) == [["97"], ["0", "8"], ["107"]])
            #expect(found.media.map(\.bandwidthKilobits) == [2_560, nil, nil])
            #expect(found.media.map(\.connection) == [nil, "IN IP4 1.2.3.4", nil])
            #expect(found.media.map(\.direction) == [nil, .receiveOnly, nil])
            #expect(found.media.map(\.control) == ["rtsp://10.0.100.50/profile5/media.smp/trackID=v", nil, nil])
        }
    }

    @Test("What is written is read the same")
    func roundTrip() throws {
        let first = try description(Self.samsung)
        let second = try SessionDescription(parsing: first.body)
        #expect(first == second)
        #expect(String(buffer: first.body).hasPrefix("v=0\r\no=- 0 0 IN IP4 10.0.0.131\r\ns=Media Presentation\r\nc="))
    }

    @Test("Odd lines are skipped")
    func oddLines() throws {
        let found = try description(
            "\n\nhello\n=\nx\nz=1\nv=0\ns=\na\na=\na=b\n\u{0}\nm=video 99999 RTP/AVP\na=CONTROL: x \n"
        )
        #expect(found.name == "")
        #expect(found.attributes == [SDPAttribute("", nil), SDPAttribute("b")])
        #expect(found.media.first?.port == 0)
        #expect(found.media.first?.formats == [])
        #expect(found.media.first?.control == "x")
        #expect(found.media.first?.stream == nil)
        #expect(String(buffer: found.body).contains("\r\ns=-\r\n"))
    }

    @Test(
        "What is no description, or too much of one",
        arguments: [
            ("", .notADescription), ("hello\nworld", .notADescription), ("\u{1}\u{2}", .notADescription),
            ("m=video\n", .malformedMedia), ("m=video 0\n", .malformedMedia), ("v=0\nm=\n", .malformedMedia),
            (String(repeating: "m=video 0 RTP/AVP 96\n", count: 33), .tooManyMedia),
            ("m=video 0 RTP/AVP" + String(repeating: " 96", count: 65), .tooManyFormats),
            (String(repeating: "a=b\n", count: 1_025), .tooManyLines),
            ("v=0\na=" + String(repeating: "x", count: 65_536), .tooLarge),
        ] as [(String, SDPError)]
    )
    func refused(_ text: String, _ error: SDPError) {
        #expect(throws: error) { try description(text) }
    }

    @Test("As much as there may be is read")
    func atTheLimits() throws {
        #expect(try description(String(repeating: "m=video 0 RTP/AVP 96\n", count: 32)).media.count == 32)
        #expect(try description("m=video 0 RTP/AVP" + String(repeating: " 96", count: 64)).media[0].formats.count == 64)
        #expect(try description(String(repeating: "a=b\n", count: 1_024)).attributes.count == 1_024)
    }

    @Test("Control characters are blanks, wherever they stand")
    func controlCharacters() throws {
        let found = try description("v=0\nm=video 0 RTP/AVP\u{0}\u{0}96\u{0}\na=control:a\u{1}b\u{0}\n\u{0}")
        #expect(found.media.map(\.transport) == ["RTP/AVP"])
        #expect(found.media.map(\.formats) == [["96"]])
        #expect(found.media.map(\.control) == ["a b"])
        #expect(throws: SDPError.malformedMedia) { try description("m=video 0 \u{0}\u{0}\n") }
    }

    @Test("No text adds a line of its own")
    func injection() throws {
        var made = SessionDescription(name: "a\r\nm=video 0 RTP/AVP 1", media: [MediaDescription(kind: "audio\n")])
        made.media[0].control = "x\na=y"
        let read = try SessionDescription(parsing: made.body)
        #expect(read.media.count == 1)
        #expect(read.media[0].attributes.count == 1)
    }

    @Test("Every prefix of a description is read or refused")
    func truncated() {
        let bytes = Array(Self.samsung.utf8)
        for count in 0...bytes.count {
            let found = try? SessionDescription(parsing: ByteBuffer(bytes: bytes[..<count]))
            for media in found?.media ?? [] { _ = media.stream }
        }
    }
}
