import Media
import NIOCore
import Testing

@testable import RTP

@Suite("H.265 in RTP")
struct H265DepacketizerTests {
    private typealias Units = TestUnits

    @Test("becomes samples, with the parameter sets in the configuration")
    func samples() throws {
        var test = try TestDepacketizer(.h265(parameterSets: []))
        let sets = Units.aggregation(
            Units.videoSet265,
            Units.sequenceSet265,
            Units.pictureSet265,
            header: [0x60, 0x01]
        )
        test.consume([TestPayload(sets, at: 9)])
        test.consume(Units.fragments265(Units.idr265, pieceBytes: 3).map { TestPayload($0, at: 9) })
        test.consume([
            // An end of sequence is nothing but a header; payload content information is not read.
            TestPayload([0x48, 0x01], at: 9), TestPayload([0x64, 0x01, 0, 0], at: 9, marker: true),
            TestPayload(Units.inter265, at: 3609, marker: true),
        ])
        #expect(test.payloads == [Units.lengths(Units.idr265), Units.lengths(Units.inter265)])
        #expect(test.frames.map(\.isKeyframe) == [true, false])
        #expect(test.counters.unsupported == 1 && test.counters.malformed == 0)
        let configuration = try #require(test.configurations.first)
        #expect(configuration.codec == .hevc && configuration.reorderDepth == 2)
        let record = try HEVCDecoderConfiguration(reading: configuration.record)
        #expect(record.videoParameterSets == [ByteBuffer(bytes: Units.videoSet265)])
        #expect(record.sequenceParameterSets == [ByteBuffer(bytes: Units.sequenceSet265)])
        #expect(record.pictureParameterSets == [ByteBuffer(bytes: Units.pictureSet265)])
    }

    @Test("takes parameter sets from the session description, and goes on with a keyframe after a loss")
    func loss() throws {
        var test = try TestDepacketizer(.h265(parameterSets: Units.sets265))
        test.consume([
            TestPayload(Units.idr265, at: 1, marker: true), TestPayload(Units.inter265, at: 2, marker: true),
            TestPayload(Units.inter265, at: 4, marker: true, lostBefore: true),
            TestPayload(Units.idr265, at: 5, marker: true),
        ])
        #expect(test.frames.map(\.timestamp) == [1, 2, 5])
        #expect(test.counters.skipped == 1)
    }
}
