import Testing

@testable import RTSP

@Suite("RTSP headers: Session, Range, RTP-Info")
struct HeaderValueTests {
    @Test(
        "Sessions",
        arguments: [
            ("123;timeout=60", "123", 60), ("123 ; Timeout = 60 ", "123", 60), ("abc", "abc", nil),
            ("a;timeout=x", "a", nil),
            ("a;timeout=-1", "a", nil), ("a;timeout=99999999999", "a", nil), ("a;x;timeout=\"5\"", "a", 5),
        ] as [(String, String, UInt32?)]
    )
    func sessions(_ text: String, _ id: String, _ timeout: UInt32?) {
        #expect(SessionHeader(text) == SessionHeader(id: id, timeoutSeconds: timeout))
    }

    @Test(
        "What names no session",
        arguments: ["", " ", ";timeout=60 ", "a b;timeout=1", String(repeating: "x", count: 257)]
    )
    func noSession(_ text: String) {
        // An identifier that is a parameter is one with an equals sign: it cannot be told apart.
        #expect(SessionHeader(text).map { $0.id.contains("=") } ?? true)
    }

    @Test("ffmpeg wants no blank before the timeout")
    func sessionWriting() {
        #expect(SessionHeader(id: "a", timeoutSeconds: 60).description == "a;timeout=60")
        #expect(SessionHeader(id: "a").description == "a")
    }

    @Test(
        "Ranges",
        arguments: [
            ("npt=now-", .now), ("npt = Now -", .now), ("npt=0.000-", .beginning), ("npt=0-", .beginning),
            ("npt=1.5-3", .seconds(from: 1.5, to: 3)), ("npt=0:01:02.5-;time=x", .seconds(from: 62.5, to: nil)),
            ("clock=19961108T142300Z-", .other("clock=19961108T142300Z-")), ("", .other("")),
            ("npt=-5", .other("npt=-5")),
            ("npt=nan-", .other("npt=nan-")), ("npt=inf-", .other("npt=inf-")), ("npt=1", .other("npt=1")),
            ("npt=1e9-", .other("npt=1e9-")), ("npt=1:2-", .other("npt=1:2-")), ("npt=1.2.3-", .other("npt=1.2.3-")),
        ] as [(String, RangeHeader)]
    )
    func ranges(_ text: String, _ range: RangeHeader) {
        #expect(RangeHeader(text) == range)
    }

    @Test("Ranges are written with milliseconds, whatever number they have")
    func rangeWriting() {
        #expect(RangeHeader.beginning.description == "npt=0.000-")
        #expect(RangeHeader.now.description == "npt=now-")
        #expect(RangeHeader.seconds(from: 1.0456, to: 12).description == "npt=1.046-12.000")
        #expect(RangeHeader("npt=" + String(repeating: "9", count: 30) + "-").description == "npt=0.000-")
    }

    @Test(
        "First packets",
        arguments: [
            (
                "url=rtsp://h/a/trackID=1;seq=58477;rtptime=1020884293, url=rtsp://h/a/trackID=2;seq=1;rtptime=2;ssrc=ee",
                [
                    .init(url: "rtsp://h/a/trackID=1", sequenceNumber: 58_477, timestamp: 1_020_884_293),
                    .init(url: "rtsp://h/a/trackID=2", sequenceNumber: 1, timestamp: 2),
                ]
            ),
            ("url=trackID=0;seq=1", [.init(url: "trackID=0", sequenceNumber: 1)]),
            ("URL=\"rtsp://h/a\";RTPTime=70000", [.init(url: "rtsp://h/a", timestamp: 70_000)]),
            ("url=rtsp://h/a,b;seq=70000;rtptime=-1,url=c", [.init(url: "rtsp://h/a,b"), .init(url: "c")]),
            ("seq=1;rtptime=2", []), ("", []), (",,;", []),
        ] as [(String, [RTPInfoHeader.Entry])]
    )
    func firstPackets(_ text: String, _ entries: [RTPInfoHeader.Entry]) {
        #expect(RTPInfoHeader(parsing: text).entries == entries)
    }

    @Test("First packets are written as they are read")
    func firstPacketWriting() {
        let text = "url=rtsp://h/a;seq=1;rtptime=2,url=b"
        #expect(RTPInfoHeader(parsing: text).description == text)
    }
}
