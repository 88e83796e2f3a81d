import Testing

@testable import RTSP

@Suite("RTSP addresses")
struct RTSPURLTests {
    @Test(
        "Parts of an address",
        arguments: [
            ("rtsp://h", .rtsp, "h", 554, ""),
            ("RTSPS://h/", .rtsps, "h", 322, "/"),
            (
                "rtsp://192.168.1.9:8554/cam/realmonitor?channel=1&subtype=0", .rtsp, "192.168.1.9", 8_554,
                "/cam/realmonitor?channel=1&subtype=0"
            ),
            ("rtsp://[2001:db8::1]:8554/a/b", .rtsp, "2001:db8::1", 8_554, "/a/b"),
            ("rtsp://h:/a", .rtsp, "h", 554, "/a"),
            ("rtsp://h?x=/y", .rtsp, "h", 554, "?x=/y"),
            ("rtsp://h/a#b", .rtsp, "h", 554, "/a"),
            ("rtsp://u:p@h/a", .rtsp, "h", 554, "/a"),
            ("rtsp://u@p@h/a", .rtsp, "h", 554, "/a"),
            ("rtsp://@h/a", .rtsp, "h", 554, "/a"),
        ] as [(String, RTSPURL.Scheme, String, UInt16, String)]
    )
    func parts(_ text: String, _ scheme: RTSPURL.Scheme, _ host: String, _ port: UInt16, _ resource: String) throws {
        let url = try RTSPURL(parsing: text)
        #expect(url.scheme == scheme)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.resource == resource)
    }

    @Test(
        "What is no address",
        arguments: [
            ("http://h/", .unknownScheme), ("h/a", .unknownScheme), ("rtsp:/h", .unknownScheme), ("", .unknownScheme),
            ("rtsp://", .invalidHost), ("rtsp:///a", .invalidHost), ("rtsp://[::1/a", .invalidHost),
            ("rtsp://[h]/", .invalidHost), ("rtsp://[fe80::1%25eth0]/", .invalidHost), ("rtsp://a\"b/", .invalidHost),
            ("rtsp://u:p@/", .invalidHost),
            ("rtsp://h:x/", .invalidPort), ("rtsp://h:0/", .invalidPort), ("rtsp://h:65536/", .invalidPort),
            ("rtsp://h:-1/", .invalidPort), ("rtsp://[::1]x/", .invalidPort),
            ("rtsp://h/a b", .notText), ("rtsp://h/\r\n", .notText), ("rtsp://h/ü", .notText),
            ("rtsp://a%zz@h/", .invalidCredentials), ("rtsp://a:b%4@h/", .invalidCredentials),
            ("rtsp://h/" + String(repeating: "x", count: 2_048), .tooLong),
        ] as [(String, RTSPURL.ParseFailure)]
    )
    func refused(_ text: String, _ failure: RTSPURL.ParseFailure) {
        #expect(throws: failure) { try RTSPURL(parsing: text) }
    }

    @Test(
        "Credentials are split off and unescaped",
        arguments: [
            ("rtsp://u:p@h/", "u", "p"), ("rtsp://u@h/", "u", ""), ("rtsp://:p@h/", "", "p"),
            ("rtsp://a%40b:c%3Ad%2F@h/", "a@b", "c:d/"), ("rtsp://u:p:q@h/", "u", "p:q"),
            ("rtsp://u:p@q@h/", "u", "p@q"),
        ]
    )
    func credentials(_ text: String, _ username: String, _ password: String) throws {
        let url = try RTSPURL(parsing: text)
        #expect(url.credentials == RTSPCredentials(username: username, password: password))
        #expect(url.requestURI == "rtsp://h/")
    }

    @Test("Requests name the server as it was called, but for its usual port")
    func requestURI() throws {
        #expect(try RTSPURL(parsing: "rtsp://h:554/a?b").requestURI == "rtsp://h/a?b")
        #expect(try RTSPURL(parsing: "rtsp://[::1]:8554/a").requestURI == "rtsp://[::1]:8554/a")
        #expect(try RTSPURL(parsing: "rtsps://h:554/a").requestURI == "rtsps://h:554/a")
    }

    @Test("No way of describing an address shows its secrets")
    func redaction() throws {
        let texts = [
            "rtsp://secret:secret@h/a?user=secret", "rtsp://h/user=admin&password=secret&channel=1/b",
            "rtsp://h/Passwd=secret",
        ]
        for text in texts {
            let url = try RTSPURL(parsing: text)
            var dumped = ""
            dump(url, to: &dumped)
            for shown in ["\(url)", String(reflecting: url), dumped] { #expect(!shown.contains("secret")) }
        }
        #expect(try RTSPURL(parsing: "rtsp://u:p@h:8554/a/b?c").description == "rtsp://h:8554/a/b?***")
    }
}
