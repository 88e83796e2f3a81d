import Media
import NIOCore
import Testing

@testable import HLS

@Suite("Playlists that are waited for, and other answers")
struct ReloadTests {
    private typealias Fixture = HLSFixture

    /// Segments 1,000 to 1,002 of two seconds with eight parts each, and two parts of 1,003. A part has 280 ms and says
    /// 294, so that three seconds have eleven.
    private static let fixture: Fixture = {
        var fixture = Fixture(window: 3)
        fixture.feed(Fixture.pictures(0..<166))
        return fixture
    }()

    enum Expectation: Sendable {
        case now, later, tooFar
    }

    @Test(
        "A playlist comes when it has what was asked for",
        arguments: [
            (0, nil, .now), (999, nil, .now), (1_002, nil, .now), (1_003, nil, .later), (1_004, nil, .later),
            (1_005, nil, .tooFar), (.max, nil, .tooFar),
            (1_002, 0, .now), (1_002, 7, .now), (0, 99, .now), (1_003, 0, .now), (1_003, 1, .now),
            (1_003, 2, .later), (1_003, 12, .later), (1_003, 13, .tooFar), (1_003, .max, .tooFar),
            // A part behind the last of its segment is the first of the next.
            (1_001, 8, .now), (1_002, 8, .now), (1_002, .max, .now),
            (1_004, 0, .later), (1_004, 10, .later), (1_004, 11, .tooFar), (1_005, 0, .tooFar),
        ] as [(Int, Int?, Expectation)]
    )
    func reload(_ segment: Int, _ part: Int?, _ expectation: Expectation) {
        for form in HLSForm.allCases {
            let answer = Self.fixture.answer(.playlist(form), reload: .init(segment: segment, part: part))
            switch expectation {
            case .now:
                guard case .content(let content) = answer else {
                    Issue.record("\(answer)")
                    continue
                }
                // What was waited for does not change its meaning.
                #expect(content.cacheControl == "max-age=12")
                #expect(content.contentType == "application/vnd.apple.mpegurl")
                #expect(content.pieces == [Self.fixture.presentation.mediaPlaylist(as: form)])
            case .later: #expect(answer == .wait)
            case .tooFar: #expect(answer == .badRequest)
            }
        }
    }

    @Test("A part behind the last one waits while the next segment has none")
    func nextSegment() {
        var fixture = Fixture(window: 3)
        fixture.feed(Fixture.pictures(0..<151))
        #expect(fixture.answer(.playlist(.fragments), reload: .init(segment: 1_002, part: 8)) == .wait)
        fixture.feed(Fixture.pictures(151..<158))
        #expect(fixture.answer(.playlist(.fragments), reload: .init(segment: 1_002, part: 8)) != .wait)
    }

    @Test("With the end of the stream nobody waits any more")
    func ended() {
        var fixture = Self.fixture
        fixture.segmenter.finish()
        for reload in [HLSRequest.Reload(segment: 1_004), .init(segment: .max, part: .max)] {
            guard case .content(let content) = fixture.answer(.playlist(.fragments), reload: reload) else {
                Issue.record("no content")
                continue
            }
            #expect(content.cacheControl == "no-cache")
        }
    }

    @Test("The part that was announced is waited for, others are not there")
    func hintedPart() {
        let fixture = Self.fixture
        for form in HLSForm.allCases {
            #expect(fixture.answer(.part(segment: 1_003, index: 2, form)) == .wait)
            #expect(fixture.answer(.part(segment: 1_003, index: 3, form)) == .notFound)
            #expect(fixture.answer(.part(segment: 1_002, index: 8, form)) == .notFound)
            #expect(fixture.answer(.part(segment: 1_004, index: 0, form)) == .notFound)
            #expect(fixture.answer(.part(segment: 999, index: 0, form)) == .notFound)
            #expect(fixture.answer(.segment(1_003, form)) == .notFound)
            #expect(fixture.answer(.segment(.max, form)) == .notFound)
        }
        #expect(fixture.answer(.initialization(999)) == .notFound)
        #expect(fixture.answer(.initialization(1_001)) == .notFound)
    }

    @Test("Media may be kept, playlists hardly")
    func caching() {
        let fixture = Self.fixture
        let media: [(HLSResource, String)] = [
            (.initialization(1_000), "video/mp4"), (.segment(1_001, .fragments), "video/mp4"),
            (.part(segment: 1_003, index: 1, .fragments), "video/mp4"), (.segment(1_001, .transport), "video/mp2t"),
            (.part(segment: 1_003, index: 1, .transport), "video/mp2t"),
        ]
        for (resource, type) in media {
            guard case .content(let content) = fixture.answer(resource) else {
                Issue.record("\(resource)")
                continue
            }
            #expect(content.contentType == type)
            #expect(content.cacheControl == "max-age=3600, immutable")
            #expect(content.byteCount == content.pieces.reduce(0) { $0 + $1.readableBytes })
            #expect(content.byteCount > 0)
        }
        for resource in [
            HLSResource.multivariantPlaylist(.transport), .multivariantPlaylist(.fragments), .playlist(.fragments),
            .playlist(.transport),
        ] {
            guard case .content(let content) = fixture.answer(resource) else {
                Issue.record("\(resource)")
                continue
            }
            #expect(content.cacheControl == "max-age=1")
        }
        var short = Fixture(seconds: 1, tracks: [Fixture.video])
        short.feed(Fixture.pictures(0..<80) { $0 % 25 == 0 })
        guard case .content(let content) = short.answer(.playlist(.fragments)) else {
            Issue.record("no playlist")
            return
        }
        #expect(content.cacheControl == "no-cache")
    }

    @Test("Patience is three target durations, and longer until there are three segments to begin with")
    func patience() {
        #expect(Self.fixture.presentation.patience == .seconds(6))
        #expect(HLSPresentation().patience == .seconds(15))
        var short = HLSFixture()
        short.feed(HLSFixture.stream(to: 3))
        #expect(short.presentation.patience == .seconds(15))
        var long = HLSFixture(seconds: 10)
        long.feed(HLSFixture.stream(to: 11))
        #expect(long.presentation.patience == .seconds(40))
    }
}
