import Testing

@testable import RTSP

@Suite("RTSP paths")
struct RTSPPathTests {
    @Test(
        "A stream and its tracks",
        arguments: [
            ("rtsp://h:8554/stadium/studio", RTSPPath(flow: "stadium", name: "studio")),
            ("rtsp://h/stadium/studio/", RTSPPath(flow: "stadium", name: "studio")),
            ("rtsps://u:p@[::1]/a-b_c.1/x", RTSPPath(flow: "a-b_c.1", name: "x")),
            ("/a/b/trackID=0", RTSPPath(flow: "a", name: "b", track: "trackID=0")),
            ("rtsp://h/a/b/streamid=1/", RTSPPath(flow: "a", name: "b", track: "streamid=1")),
        ]
    )
    func reading(_ uri: String, _ path: RTSPPath) throws {
        #expect(try RTSPPath(requestURI: uri) == path)
        #expect(try RTSPPath(requestURI: uri).stream == RTSPPath(flow: path.flow, name: path.name))
    }

    @Test(
        "What names no stream",
        arguments: [
            ("rtsp://h", .notAStream), ("rtsp://h/", .notAStream), ("rtsp://h/a", .notAStream),
            ("rtsp://h/a/", .notAStream),
            ("rtsp://h/a/b/c/d", .notAStream), ("/", .notAStream),
            ("*", .malformed), ("", .malformed), ("a/b", .malformed), ("http://h/a/b", .malformed),
            ("rtsp://h/a//b", .malformed), ("rtsp://h//a/b", .malformed), ("rtsp://h/a/b//", .malformed),
            ("rtsp://h/a/../b", .malformed), ("rtsp://h/../a/b", .malformed), ("rtsp://h/a/b/..", .malformed),
            ("rtsp://h/./a", .malformed), ("rtsp://h/a/%2e%2e", .malformed), ("rtsp://h/%61/b", .malformed),
            ("rtsp://h/a/b%00", .malformed), ("rtsp://h/a\\b/c", .malformed), ("rtsp://h/a/b;c", .malformed),
            ("rtsp://h/a/<b>", .malformed), ("rtsp://h/a/b c", .malformed), ("/a/\u{202e}b", .malformed),
            ("/a/" + String(repeating: "b", count: 129), .malformed),
            ("/" + String(repeating: "a/", count: 2_000), .malformed),
            ("rtsp://h/a/b?c", .hasQuery), ("rtsp://h/a/b?", .hasQuery), ("/a/b?x=/..", .hasQuery),
        ] as [(String, RTSPPath.ParseFailure)]
    )
    func refused(_ uri: String, _ failure: RTSPPath.ParseFailure) {
        #expect(throws: failure) { try RTSPPath(requestURI: uri) }
    }
}
