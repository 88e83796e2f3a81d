import Testing

@testable import FlowRuntime

@Suite("Paths of recordings")
struct SegmentPatternTests {
    /// 2026-02-03 04:05:06 UTC, the 34th day.
    static let time: Int64 = 1_770_091_506

    @Test(
        "are expanded in UTC",
        arguments: [
            ("/r/a-%Y%m%d-%H%M%S.ts", "/r/a-20260203-040506.ts"),
            ("/r/%Y/%j/%F_%T.ts", "/r/2026/034/2026-02-03_04:05:06.ts"),
            ("/r/%y%%%s", "/r/26%1770091506"),
            ("r//x.ts", "r/x.ts"),
            ("/.hidden", "/.hidden"),
        ]
    )
    func expansion(text: String, path: String) throws {
        #expect(try SegmentPattern(text).path(at: Self.time) == path)
    }

    @Test(
        "are refused when they cannot be recognised again",
        arguments: [
            ("", .empty), ("/", .noFileName), ("/a/", .noFileName), ("/a-%b.ts", .unknownConversion("%b")),
            ("/a%", .unknownConversion("%")), (String(repeating: "x", count: 4096), .tooLong),
        ] as [(String, SegmentPattern.PatternError)]
    )
    func refused(text: String, error: SegmentPattern.PatternError) {
        #expect(throws: error) { try SegmentPattern(text) }
    }

    @Test(
        "recognise their files and no others",
        arguments: [
            ("a-20260203.ts", true), ("a-20260203-1.ts", true), ("a-20260203-9999.ts", true),
            ("a-20260203.recovered.ts", true), ("a-20260203.recovered-2.ts", true),
            ("a-20260203-3.recovered.ts", true),
            ("a-20260203-0.ts", false), ("a-20260203-10000.ts", false), ("a-20260203-x.ts", false),
            ("a-2026020.ts", false), ("a-202602034.ts", false), ("b-20260203.ts", false), ("a-20260203.mp4", false),
            ("a-20260203.ts.part", false), ("a-2026020x.ts", false), ("a-20260203", false), ("", false),
            ("a-20260203.recovered.recovered.ts", false),
        ]
    )
    func recognition(name: String, isOurs: Bool) throws {
        #expect(try SegmentPattern("/r/a-%Y%m%d.ts").matchesFile(name) == isOurs)
    }

    @Test("make names that they recognise", arguments: ["/r/a-%Y%m%d-%H%M%S.ts", "/r/%s.ts", "/r/%F", "/r/x.ts"])
    func roundTrip(text: String) throws {
        let pattern = try SegmentPattern(text)
        for suffix in ["", "-1", "-77"] {
            let name = String(pattern.path(at: Self.time, suffix: suffix).split(separator: "/")[1])
            #expect(pattern.matchesFile(name))
            #expect(pattern.matchesPartialFile(name + ".part"))
            let recovered = pattern.recoveredPath(ofPartial: "/r/\(name).part", collision: 0)
            #expect(pattern.matchesFile(String(recovered.dropFirst(3))))
        }
    }
}
