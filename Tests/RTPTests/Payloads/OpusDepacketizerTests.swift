import Media
import NIOCore
import Testing

@testable import RTP

@Suite("Opus in RTP")
struct OpusDepacketizerTests {
    @Test("is a packet a packet")
    func packets() throws {
        var test = try TestDepacketizer(.opus(channelCount: 2), clockRate: .opus)
        // 20 ms of one frame; nothing, from a sender that is silent; 120 ms, and more than that.
        test.consume([
            TestPayload([0xFC, 1, 2], at: 5), TestPayload([], at: 965), TestPayload([0x1B, 2, 1, 2], at: 1925),
            TestPayload([0x1B, 3, 1, 2], at: 7685),
        ])
        #expect(test.payloads == [[0xFC, 1, 2], [0x1B, 2, 1, 2]])
        #expect(test.frames.map(\.timestamp) == [5, 1925])
        #expect(test.counters.malformed == 1)
        let record = try OpusIdentification(channelCount: 2).record
        #expect(test.configurations == [RTPTrackConfiguration(codec: .opus, record: record)])
    }

    @Test("has one or two channels")
    func channels() {
        #expect(throws: CodecConfigurationError.unsupportedChannelConfiguration(6)) {
            try TestDepacketizer(.opus(channelCount: 6))
        }
    }
}
