import Testing

@testable import SRT

@Suite("Stream IDs")
struct SRTStreamIDTests {
    struct Accepted: Sendable, CustomTestStringConvertible {
        var text: String
        var resource: String
        var mode: SRTStreamID.Mode?
        var testDescription: String { text }

        init(_ text: String, _ resource: String, _ mode: SRTStreamID.Mode? = nil) {
            self.text = text
            self.resource = resource
            self.mode = mode
        }
    }

    @Test(
        "The plain and the access-control form are understood",
        arguments: [
            Accepted("", ""),
            Accepted("stadium/venue", "stadium/venue"),
            Accepted("publish/stadium", "publish/stadium"),
            Accepted("#!::r=stadium/venue", "stadium/venue"),
            Accepted("#!::r=stadium/venue,m=publish", "stadium/venue", .publish),
            Accepted("#!::m=request,r=stadium/venue", "stadium/venue", .request),
            Accepted("#!::m=bidirectional,r=a/b", "a/b", .bidirectional),
            Accepted("#!::u=admin,h=host,s=1,t=stream,r=a/b,x=y", "a/b"),
            Accepted("#!::r=", ""),
            Accepted("#!::", ""),
            Accepted("#!::r=a=b", "a=b"),
            Accepted("#!:r=a", "#!:r=a"),
            Accepted("#!::r=a/b,,m=publish,", "a/b", .publish),
        ]
    )
    func accepts(_ fixture: Accepted) throws {
        let parsed = try SRTStreamID(parsing: Array(fixture.text.utf8))
        #expect(parsed == SRTStreamID(resource: fixture.resource, mode: fixture.mode))
    }

    @Test(
        "What cannot be a stream ID is refused",
        arguments: [
            ("#!::r=a,m=teleport", .unknownMode),
            ("#!::m=", .unknownMode),
            ("#!::r", .malformed),
            ("#!::=a", .malformed),
            ("#!::r=a,r=b", .malformed),
            ("#!::m=publish,m=request", .malformed),
            ("a b", .notText),
            ("a\n", .notText),
            ("é", .notText),
            (String(repeating: "a", count: 513), .tooLong),
        ] as [(String, SRTStreamID.ParseFailure)]
    )
    func refuses(_ text: String, _ failure: SRTStreamID.ParseFailure) {
        #expect(throws: failure) { try SRTStreamID(parsing: Array(text.utf8)) }
    }

    @Test("512 bytes are the most")
    func longest() throws {
        let text = String(repeating: "a", count: SRTLimits.streamIDBytes)
        #expect(try SRTStreamID(parsing: Array(text.utf8)).resource == text)
    }
}
