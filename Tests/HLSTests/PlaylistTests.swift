import Media
import NIOCore
import Testing

@testable import HLS

@Suite("Playlists")
struct PlaylistTests {
    private typealias Fixture = HLSFixture

    /// Ten pictures a second, a keyframe each second: three whole parts and a short one in a segment.
    private static func fixture(pictures: Range<Int>, window: Int = 3) -> Fixture {
        var fixture = Fixture(seconds: 1, window: window, tracks: [Fixture.video])
        fixture.feed(Fixture.pictures(pictures, interval: 9_000) { $0 % 10 == 0 })
        return fixture
    }

    @Test("The playlist of MP4 says all that a player of low latency needs")
    func fragments() {
        let lines = Self.fixture(pictures: 0..<28).lines(.playlist(.fragments))
        #expect(
            lines == [
                "#EXTM3U",
                "#EXT-X-VERSION:6",
                "#EXT-X-TARGETDURATION:1",
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.94500,HOLD-BACK=3",
                "#EXT-X-PART-INF:PART-TARGET=0.31500",
                "#EXT-X-MEDIA-SEQUENCE:1000",
                "#EXT-X-DISCONTINUITY-SEQUENCE:0",
                "#EXT-X-INDEPENDENT-SEGMENTS",
                "#EXT-X-MAP:URI=\"init-1000.mp4\"",
                "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:40.000Z",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1000.0.m4s\",INDEPENDENT=YES",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1000.1.m4s\"",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1000.2.m4s\"",
                "#EXT-X-PART:DURATION=0.10000,URI=\"1000.3.m4s\"",
                "#EXTINF:1.00000,",
                "1000.m4s",
                "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:41.000Z",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1001.0.m4s\",INDEPENDENT=YES",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1001.1.m4s\"",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1001.2.m4s\"",
                "#EXT-X-PART:DURATION=0.10000,URI=\"1001.3.m4s\"",
                "#EXTINF:1.00000,",
                "1001.m4s",
                "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:42.000Z",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1002.0.m4s\",INDEPENDENT=YES",
                "#EXT-X-PART:DURATION=0.30000,URI=\"1002.1.m4s\"",
                "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"1002.2.m4s\"",
            ]
        )
    }

    @Test("That of MPEG-TS says the same of the same segments, without an initialisation")
    func transport() {
        let fixture = Self.fixture(pictures: 0..<28)
        let expected = fixture.lines(.playlist(.fragments)).filter { !$0.hasPrefix("#EXT-X-MAP") }.map { line in
            line == "#EXT-X-VERSION:6"
                ? "#EXT-X-VERSION:3"
                : line.split(separator: "m4s", omittingEmptySubsequences: false).joined(separator: "ts")
        }
        #expect(fixture.lines(.playlist(.transport)) == expected)
    }

    @Test("Parts are listed up to three target durations from the end")
    func olderParts() {
        let lines = Self.fixture(pictures: 0..<75, window: 6).lines(.playlist(.fragments))
        let parts = Set(
            lines.filter { $0.hasPrefix("#EXT-X-PART:") }.compactMap { $0.split(separator: "\"").dropFirst().first }
        )
        let segments = Set(parts.compactMap { $0.split(separator: ".").first })
        #expect(segments == ["1004", "1005", "1006", "1007"])
        #expect(lines.filter { $0.hasPrefix("#EXTINF") }.count == 6)
        #expect(lines.contains("#EXT-X-MEDIA-SEQUENCE:1001"))
    }

    @Test("A hint comes also when the open segment has no part yet")
    func hintAtTheStart() {
        let fixture = Self.fixture(pictures: 0..<21)
        #expect(fixture.lines(.playlist(.fragments)).last == "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"1002.0.m4s\"")
    }

    private static func variant(_ fixture: Fixture, _ form: HLSForm, score: String = "") throws -> String {
        // Each segment lasts a second.
        let counts = fixture.segments.map { $0.byteCount(as: form) * 8 }
        let peak = try #require(counts.max())
        let average = (counts.reduce(0, +) + counts.count - 1) / counts.count
        let codec = try #require(fixture.segments.last?.initialization.codecs.first)
        return "#EXT-X-STREAM-INF:BANDWIDTH=\(peak),AVERAGE-BANDWIDTH=\(average)\(score),CODECS=\"\(codec)\","
            + "RESOLUTION=640x360,FRAME-RATE=10.000"
    }

    @Test("The first playlist names the stream in one form, with its rates", arguments: HLSForm.allCases)
    func multivariant(_ form: HLSForm) throws {
        let fixture = Self.fixture(pictures: 0..<31)
        let variant = try Self.variant(fixture, form)
        let name = form == .transport ? "ts.m3u8" : "live.m3u8"
        #expect(fixture.lines(.multivariantPlaylist(form)) == ["#EXTM3U", "#EXT-X-VERSION:6", variant, name])
    }

    @Test("Of H.265 it names both, MPEG-TS first and with the higher rate")
    func multivariantOfHEVC() throws {
        var fixture = Fixture(seconds: 1, window: 3, tracks: [Fixture.hevc])
        fixture.feed(Fixture.pictures(0..<31, interval: 9_000) { $0 % 10 == 0 })
        let transport = try Self.variant(fixture, .transport, score: ",SCORE=1.0")
        let fragments = try Self.variant(fixture, .fragments, score: ",SCORE=2.0")
        let lines = ["#EXTM3U", "#EXT-X-VERSION:6", transport, "ts.m3u8", fragments, "live.m3u8"]
        #expect(fixture.lines(.multivariantPlaylist(.transport)) == lines)
        #expect(fixture.lines(.multivariantPlaylist(.fragments)) == Array(lines[0...1] + lines[4...5]))
        #expect(fixture.segments.allSatisfy { $0.byteCount(as: .transport) > $0.byteCount(as: .fragments) })
    }

    @Test("Sound alone has neither size nor frame rate, and each codec is named")
    func codecs() {
        var sound = Fixture(tracks: [Fixture.audio])
        sound.feed(Fixture.sounds(0..<200))
        let line = sound.lines(.multivariantPlaylist(.transport))[2]
        #expect(line.hasSuffix("CODECS=\"mp4a.40.2\""))
        var both = Fixture()
        both.feed(Fixture.stream(to: 3))
        #expect(both.lines(.multivariantPlaylist(.transport))[2].contains("CODECS=\"avc1.64001E,mp4a.40.2\""))
    }

    @Test(
        "Ticks are told in seconds with five places",
        arguments: [
            (0, "0.00000"), (1, "0.00001"), (9, "0.00010"), (89_999, "0.99999"), (90_000, "1.00000"),
            (3_003, "0.03337"), (180_000, "2.00000"), (900_450, "10.00500"), (-5, "0.00000"),
        ]
    )
    func seconds(_ ticks: Int64, _ text: String) {
        #expect(PlaylistText.seconds(ticks) == text)
    }
}
