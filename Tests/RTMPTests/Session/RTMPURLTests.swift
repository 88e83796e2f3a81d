import Testing

@testable import RTMP

@Suite("RTMP addresses and stream names")
struct RTMPURLTests {
    struct Address: Sendable, CustomTestStringConvertible {
        var text: String
        var host: String
        var port: UInt16
        var application: String
        var stream: String?
        var testDescription: String { text }

        init(_ text: String, _ host: String, _ port: UInt16, _ application: String, _ stream: String? = nil) {
            self.text = text
            self.host = host
            self.port = port
            self.application = application
            self.stream = stream
        }
    }

    @Test(
        "Addresses are taken apart",
        arguments: [
            Address("rtmp://a.example/live/key", "a.example", 1935, "live", "key"),
            Address("RTMPS://a.example/live/key", "a.example", 443, "live", "key"),
            Address("rtmps://a.example:8443/rtmp/FB-1?s_bl=1&s=/x", "a.example", 8443, "rtmp", "FB-1?s_bl=1&s=/x"),
            Address("rtmp://[2001:db8::1]:1936/live/key", "2001:db8::1", 1936, "live", "key"),
            Address("rtmp://[::1]/live", "::1", 1935, "live"),
            Address("rtmp://a.example:/live", "a.example", 1935, "live"),
            Address("rtmp://user:pass@a.example/live/key", "a.example", 1935, "live", "key"),
            Address("rtmp://a.example/app/_definst_/key", "a.example", 1935, "app/_definst_", "key"),
            Address("rtmp://a.example/live/", "a.example", 1935, "live"),
            Address("rtmp://a.example/live?x=a/b", "a.example", 1935, "live?x=a/b"),
        ]
    )
    func parsing(_ address: Address) throws {
        let url = try RTMPURL(parsing: address.text)
        #expect(url.host == address.host)
        #expect(url.port == address.port)
        #expect(url.application == address.application)
        #expect(url.streamName == address.stream)
    }

    @Test("With the stream apart, the whole path is the application")
    func streamApart() throws {
        let url = try RTMPURL(parsing: "rtmp://a.example/app/instance/", streamName: "key")
        #expect(url.application == "app/instance")
        #expect(url.streamName == "key")
        #expect(url.applicationURL == "rtmp://a.example/app/instance")
    }

    @Test(
        "What is no address is refused",
        arguments: [
            ("", .unknownScheme), ("http://a/b", .unknownScheme), ("rtmp:/a/b", .unknownScheme),
            ("rtmp://", .invalidHost),
            ("rtmp:///live", .invalidHost), ("rtmp://[::1/live", .invalidHost), ("rtmp://[x]/live", .invalidHost),
            ("rtmp://a:0/live", .invalidPort), ("rtmp://a:65536/live", .invalidPort),
            ("rtmp://a:+1/live", .invalidPort), ("rtmp://[::1]x/live", .invalidPort), ("rtmp://a", .missingApplication),
            ("rtmp://a/", .missingApplication), ("rtmp://a/?x", .missingApplication), ("rtmp://a/l ive", .notText),
            ("rtmp://a/l\n", .notText), ("rtmp://a/\u{301}", .notText),
            ("rtmp://a/" + String(repeating: "x", count: 1_024), .tooLong),
        ] as [(String, RTMPURL.ParseFailure)]
    )
    func refused(_ text: String, _ failure: RTMPURL.ParseFailure) {
        #expect(throws: failure) { try RTMPURL(parsing: text) }
    }

    @Test("However it is shown, neither key nor user is")
    func redaction() throws {
        let url = try RTMPURL(parsing: "rtmp://anna:pw12@a.example:1936/live/topsecret?t=hidden")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped, "\([url])", "\(RTMPClientAction.redirect(url))"] {
            for secret in ["anna", "pw12", "topsecret", "hidden"] { #expect(!text.contains(secret)) }
        }
        #expect("\(url)" == "rtmp://a.example:1936/live/***")
        #expect("\(RTMPURL(scheme: .rtmp, host: "::1", application: "live"))" == "rtmp://[::1]/live")
    }

    @Test(
        "Flow and key are found wherever the client made the cut",
        arguments: [
            ("stadium", "key", "key", ""), ("stadium/", "key", "key", ""), ("/stadium", "key", "key", ""),
            ("stadium/key", "", "key", ""), ("stadium/_definst_", "key", "key", ""),
            ("stadium/_definst_/", "key", "key", ""),
            ("stadium", "", "", ""), ("", "stadium/key", "key", ""), ("stadium", "a/b", "a/b", ""),
            ("stadium/a", "b", "a/b", ""),
            ("stadium", "key?x=y", "key", "x=y"), ("stadium?x=y", "key", "key", "x=y"),
            ("stadium?a=1", "key?b=2", "key", "a=1&b=2"),
            ("stadium/key?x=a/b", "", "key", "x=a/b"), ("stadium", "key?", "key", ""),
        ]
    )
    func streamNames(_ application: String, _ stream: String, _ key: String, _ query: String) throws {
        let name = try #require(RTMPStreamName(application: application, streamName: stream, applicationURL: ""))
        #expect(name == RTMPStreamName(flow: "stadium", key: key, query: query))
    }

    @Test("Without app, the address says it; the address for logs has no secrets")
    func address() throws {
        let url = "rtmp://anna:pw@gateway:1937/stadium/topsecret?t=1"
        let name = try #require(RTMPStreamName(application: "", streamName: "", applicationURL: url))
        #expect(
            name
                == RTMPStreamName(
                    flow: "stadium",
                    key: "topsecret",
                    query: "t=1",
                    address: "rtmp://gateway:1937/stadium"
                )
        )
        #expect("\(name)" == "stadium/***?***")
    }

    @Test("Names may be so long and no longer")
    func longNames() {
        let limit = String(repeating: "x", count: RTMPSessionLimits.nameBytes)
        #expect(RTMPStreamName(application: limit, streamName: limit, applicationURL: limit) != nil)
        #expect(RTMPStreamName(application: limit + "x", streamName: "", applicationURL: "") == nil)
        #expect(RTMPStreamName(application: "a", streamName: limit + "x", applicationURL: "") == nil)
        #expect(RTMPStreamName(application: "/", streamName: "?x", applicationURL: "") == nil)
    }
}
