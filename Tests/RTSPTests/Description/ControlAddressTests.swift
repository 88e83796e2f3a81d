import Testing

@testable import RTSP

@Suite("Descriptions: where a track is controlled")
struct ControlAddressTests {
    private static func address(_ url: String, base: String? = nil, location: String? = nil, session: String? = nil)
        throws
        -> ControlAddress
    {
        ControlAddress(url: try RTSPURL(parsing: url), contentBase: base, contentLocation: location, control: session)
    }

    @Test(
        "A track, by the base and what the description says",
        arguments: [
            // By the book
            ("rtsp://h/a/", "trackID=1", "rtsp://h/a/trackID=1"),
            // Without the slash, as Dahua, Beward and others have it
            ("rtsp://h:8554/cam/realmonitor", "trackID=0", "rtsp://h:8554/cam/realmonitor/trackID=0"),
            // With a query, as Dahua and Hikvision have it
            ("rtsp://h/cam?channel=1&subtype=0", "trackID=0", "rtsp://h/cam?channel=1&subtype=0/trackID=0"),
            (
                "rtsp://h/Streaming/101?transportmode=unicast",
                "rtsp://h/Streaming/101/trackID=1?transportmode=unicast",
                "rtsp://h/Streaming/101/trackID=1?transportmode=unicast"
            ),
            // Nothing said, or all of it
            ("rtsp://h/a/", nil, "rtsp://h/a/"), ("rtsp://h/a", "", "rtsp://h/a"), ("rtsp://h/a", "*", "rtsp://h/a"),
            // A query alone
            ("rtsp://h/test", "?ctype=video", "rtsp://h/test?ctype=video"),
            ("rtsp://h/", "?ctype=video", "rtsp://h/?ctype=video"),
            // A slash at both ends, or at the beginning
            ("rtsp://h/a/", "/track1", "rtsp://h/a/track1"), ("rtsp://h", "/track1", "rtsp://h/track1"),
            ("rtsp://h", "track1", "rtsp://h/track1"),
            // The server stays the one that was called
            ("rtsp://u:p@public.example:10554/a", "rtsp://192.168.1.9/a/video", "rtsp://public.example:10554/a/video"),
            ("rtsps://h/a", "rtsp://10.0.0.1:554/b", "rtsps://h/b"),
            // What no request can name
            ("rtsp://h/a", "http://h/x", "rtsp://h/a"), ("rtsp://h/a", "track 1", "rtsp://h/a"),
            ("rtsp://h/a", "x\r\nEvil: 1", "rtsp://h/a"), ("rtsp://h/a", "rtsp://", "rtsp://h/a"),
        ] as [(String, String?, String)]
    )
    func tracks(_ base: String, _ control: String?, _ expected: String) throws {
        #expect(try Self.address(base).url(control: control).requestURI == expected)
        // The same when the base comes with the response.
        let server = base.split(separator: "/").prefix(2).joined(separator: "//")
        #expect(try Self.address(server, base: base).url(control: control).requestURI == expected)
    }

    @Test("Content-Base counts before Content-Location, and both before the address that was asked for")
    func bases() throws {
        #expect(
            try Self.address("rtsp://h/a", base: "rtsp://x/b/", location: "rtsp://x/c").aggregate.requestURI
                == "rtsp://h/b/"
        )
        #expect(try Self.address("rtsp://h/a", location: "rtsp://x/c").aggregate.requestURI == "rtsp://h/c")
        #expect(try Self.address("rtsp://h/a").aggregate.requestURI == "rtsp://h/a")
    }

    @Test(
        "A base that is no address is passed over",
        arguments: ["192.168.1.10:554/stream0/", "", "/x", "rtsp://", "rtsp://h/a b"]
    )
    func brokenBase(_ base: String) throws {
        #expect(try Self.address("rtsp://h/a", base: base).aggregate.requestURI == "rtsp://h/a")
    }

    @Test("The control of the whole changes the base only when it is absolute")
    func sessionControl() throws {
        let samsung = "rtsp://10.0.100.50/profile5/media.smp"
        let address = try Self.address("rtsp://h/p5", base: "rtsp://h/p5/", session: samsung)
        #expect(address.aggregate.requestURI == "rtsp://h/profile5/media.smp")
        #expect(address.url(control: "t").requestURI == "rtsp://h/profile5/media.smp/t")
        for control in ["*", "", "aggregate"] {
            #expect(try Self.address("rtsp://h/a", session: control).aggregate.requestURI == "rtsp://h/a")
        }
    }
}
