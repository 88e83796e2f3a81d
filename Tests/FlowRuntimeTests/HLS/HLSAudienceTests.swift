import FlowHub
import Media
import Testing

@testable import FlowRuntime

@Suite("The audience of an HLS output")
struct HLSAudienceTests {
    private static func second(_ count: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: count * 1_000_000_000)
    }

    @Test("Who fetches again and again is one member, until it stays away")
    func members() {
        var audience = HLSAudience()
        for second in 0..<40 { audience.delivered(1_000, to: "192.0.2.1", at: Self.second(Int64(second))) }
        audience.delivered(500, to: "192.0.2.2", at: Self.second(5))
        audience.sampleRates(at: Self.second(34))
        #expect(audience.members.count == 2)
        #expect(audience.members["192.0.2.1"]?.since == .zero)
        #expect(audience.members["192.0.2.1"]?.bytes == 40_000)
        audience.sampleRates(at: Self.second(35))
        #expect(audience.members.keys.sorted() == ["192.0.2.1"])
        #expect(audience.requests == 41)
        #expect(audience.bytes == 40_500)
    }

    @Test("Rates are those of the last second")
    func rates() {
        var audience = HLSAudience()
        audience.sampleRates(at: .zero)
        audience.delivered(0, to: "192.0.2.1", at: .zero)
        audience.sampleRates(at: .zero)
        audience.delivered(1_000, to: "192.0.2.1", at: Self.second(1))
        audience.sampleRates(at: Self.second(1))
        #expect(audience.rate.bitsPerSecond == 8_000)
        #expect(audience.members["192.0.2.1"]?.rate.bitsPerSecond == 8_000)
    }

    @Test("However many addresses there are, so many are kept, and those that stay away make room")
    func limit() {
        var audience = HLSAudience()
        for number in 0..<HLSAudience.maximumMembers + 100 {
            audience.delivered(1, to: "client \(number)", at: .zero)
        }
        #expect(audience.members.count == HLSAudience.maximumMembers)
        #expect(audience.requests == UInt64(HLSAudience.maximumMembers) + 100)
        audience.delivered(1, to: "late", at: Self.second(60))
        #expect(audience.members.keys.sorted() == ["late"])
    }
}
