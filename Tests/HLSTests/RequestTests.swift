import Testing

@testable import HLS

@Suite("What players ask for")
struct RequestTests {
    @Test(
        "Each resource has one name",
        arguments: [
            ("index.m3u8", .multivariantPlaylist(.transport)), ("index-fmp4.m3u8", .multivariantPlaylist(.fragments)),
            ("live.m3u8", .playlist(.fragments)),
            ("ts.m3u8", .playlist(.transport)), ("init-0.mp4", .initialization(0)),
            ("init-217847167.mp4", .initialization(217_847_167)), ("12.m4s", .segment(12, .fragments)),
            ("12.ts", .segment(12, .transport)), ("12.0.m4s", .part(segment: 12, index: 0, .fragments)),
            ("9223372036854775807.3.ts", .part(segment: .max, index: 3, .transport)),
        ] as [(String, HLSResource)]
    )
    func names(_ name: String, _ resource: HLSResource) {
        #expect(HLSResource(name: name) == resource)
        #expect(resource.name == name)
    }

    @Test(
        "Other names are unknown",
        arguments: [
            "", ".", "..", "...", "index.m3u", "Index.m3u8", "live.m3u8 ", "init-.mp4", "init-1.m4s", "init-01.mp4",
            "init-1.2.mp4", "012.m4s", "+1.m4s", "-1.m4s", "1_0.m4s", "1.m4s.m4s", "1.2.3.m4s", "1..m4s", ".m4s",
            "9223372036854775808.m4s", "١.m4s", "1.٢.m4s", "1.mp4", "%31.m4s", "1.m4s\0",
            String(repeating: "1", count: 1_000) + ".m4s", String(repeating: ".", count: 64),
        ]
    )
    func unknownNames(_ name: String) {
        #expect(HLSResource(name: name) == nil)
        #expect(throws: HLSRequestError.unknownName) { try HLSRequest(name: name, query: "") }
    }

    @Test(
        "Delivery directives are numbers, and a part comes with its segment",
        arguments: [
            ("", nil), ("_HLS_msn=7", .init(segment: 7)), ("_HLS_msn=7&_HLS_part=0", .init(segment: 7, part: 0)),
            ("_HLS_part=3&a=b&_HLS_msn=0&_HLS_skip=YES", .init(segment: 0, part: 3)), ("a&b=&=c&&", nil),
            ("_hls_msn=1", nil), ("_HLS_skip=v2", nil), ("_HLS_msn", nil),
        ] as [(String, HLSRequest.Reload?)]
    )
    func directives(_ query: String, _ reload: HLSRequest.Reload?) throws {
        for name in ["live.m3u8", "ts.m3u8"] {
            #expect(try HLSRequest(name: name, query: query).reload == reload)
        }
        // They mean nothing elsewhere.
        #expect(try HLSRequest(name: "index.m3u8", query: query).reload == nil)
    }

    @Test(
        "Others are refused",
        arguments: [
            "_HLS_part=1", "_HLS_msn=", "_HLS_msn=a", "_HLS_msn=-1", "_HLS_msn=1.0", "_HLS_msn=9223372036854775808",
            "_HLS_msn=1&_HLS_part=x", "_HLS_msn=1&_HLS_msn=1", "_HLS_msn=1&_HLS_part=1&_HLS_part=2", "_HLS_msn=01",
            "_HLS_msn=1=2",
        ]
    )
    func badDirectives(_ query: String) {
        #expect(throws: HLSRequestError.badDirective) { try HLSRequest(name: "live.m3u8", query: query) }
        #expect(throws: Never.self) { try HLSRequest(name: "1.m4s", query: query) }
    }
}
