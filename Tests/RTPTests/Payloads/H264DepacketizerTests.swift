import Media
import NIOCore
import Testing

@testable import RTP

@Suite("H.264 in RTP")
struct H264DepacketizerTests {
    private typealias Units = TestUnits

    private static func depacketizer(
        sets: [ByteBuffer] = [],
        recovery: RTPLossRecovery = .nextKeyframe
    ) throws -> TestDepacketizer {
        try TestDepacketizer(.h264(parameterSets: sets), recovery: recovery)
    }

    @Test("becomes samples, with the parameter sets in the configuration")
    func singleUnits() throws {
        var test = try Self.depacketizer()
        test.consume([
            TestPayload(Units.delimiter, at: 90), TestPayload(Units.sequenceSet, at: 90),
            TestPayload(Units.pictureSet, at: 90), TestPayload(Units.message, at: 90),
            TestPayload(Units.idr, at: 90, marker: true),
            TestPayload(Units.inter, at: 3690), TestPayload(Units.rest, at: 3690, marker: true),
        ])
        #expect(test.payloads == [Units.lengths(Units.message, Units.idr), Units.lengths(Units.inter, Units.rest)])
        #expect(test.frames.map(\.timestamp) == [90, 3690])
        #expect(test.frames.map(\.isKeyframe) == [true, false])
        let configuration = try #require(test.configurations.first)
        #expect(test.configurations.count == 1 && test.events.first == .configuration(configuration))
        let record = try AVCDecoderConfiguration(reading: configuration.record)
        #expect(record.sequenceParameterSets == [ByteBuffer(bytes: Units.sequenceSet)])
        #expect(record.pictureParameterSets == [ByteBuffer(bytes: Units.pictureSet)])
        #expect(configuration.reorderDepth == 2 && configuration.frameDuration == 3600)
        #expect(test.counters.frames == 2)
    }

    @Test("ends a picture at another timestamp when there is no marker, and the last at the end")
    func withoutMarker() throws {
        var test = try Self.depacketizer(sets: Units.sets)
        test.consume([TestPayload(Units.idr), TestPayload(Units.inter, at: 3600)])
        #expect(test.payloads == [Units.lengths(Units.idr)])
        test.consume([], finishes: true)
        #expect(test.payloads == [Units.lengths(Units.idr), Units.lengths(Units.inter)])
    }

    @Test("takes parameter sets from the session description")
    func outOfBand() throws {
        var test = try Self.depacketizer(sets: Units.sets)
        test.consume([TestPayload(Units.idr, marker: true)])
        #expect(test.configurations.count == 1 && test.frames.count == 1)
    }

    @Test("tells a new configuration when the parameter sets change, not when they repeat")
    func changedSets() throws {
        var test = try Self.depacketizer(sets: Units.sets)
        test.consume(Units.group(at: 0) + Units.group(at: 90_000))
        #expect(test.configurations.count == 1)
        test.consume([
            TestPayload(Units.otherPictureSet, at: 180_000), TestPayload(Units.idr, at: 180_000, marker: true),
        ])
        #expect(test.configurations.count == 2)
        let record = try AVCDecoderConfiguration(reading: test.configurations[1].record)
        #expect(record.pictureParameterSets == [ByteBuffer(bytes: Units.otherPictureSet)])
        guard case .frame = test.events.last, case .configuration = test.events.dropLast().last else {
            Issue.record("The configuration does not come right before its frame")
            return
        }
    }

    @Test("aggregated in one packet is taken apart")
    func aggregation() throws {
        var test = try Self.depacketizer()
        let packet = Units.aggregation(Units.sequenceSet, Units.pictureSet, [], Units.message, Units.idr)
        test.consume([TestPayload(packet, marker: true)])
        #expect(test.payloads == [Units.lengths(Units.message, Units.idr)])
        #expect(test.counters.malformed == 0)
    }

    @Test("in fragments is put together", arguments: [1, 2, 3, 100])
    func fragments(pieceBytes: Int) throws {
        var test = try Self.depacketizer(sets: Units.sets)
        let fragments = Units.fragments(Units.idr, pieceBytes: pieceBytes)
        test.consume(fragments.map { TestPayload($0, at: 5) } + [TestPayload(Units.rest, at: 5, marker: true)])
        #expect(test.payloads == [Units.lengths(Units.idr, Units.rest)])
    }

    @Test("starts with a keyframe whose parameter sets are known")
    func start() throws {
        var test = try Self.depacketizer()
        test.consume([
            TestPayload(Units.inter, marker: true), TestPayload(Units.idr, at: 3600, marker: true),
        ])
        #expect(test.frames.isEmpty && test.counters.skipped == 2)
        test.consume(Units.group(at: 7200))
        #expect(test.frames.map(\.timestamp) == [7200, 10_800, 14_400])
    }

    @Test("takes recovery points, and intra pictures behind a sequence parameter set, for keyframes")
    func otherKeyframes() throws {
        var test = try Self.depacketizer(sets: Units.sets)
        test.consume([
            TestPayload(Units.recoveryPoint), TestPayload(Units.inter, marker: true),
            TestPayload(Units.intra, at: 1, marker: true),
            TestPayload(Units.sequenceSet, at: 2), TestPayload(Units.pictureSet, at: 2),
            TestPayload(Units.intra, at: 2, marker: true),
        ])
        #expect(test.frames.map(\.isKeyframe) == [true, false, true])
    }

    @Test("joins parameter sets that a marker ends with the picture behind them")
    func markedSets() throws {
        var test = try Self.depacketizer()
        test.consume([
            TestPayload(Units.sequenceSet, at: 1, marker: true), TestPayload(Units.pictureSet, at: 1, marker: true),
            TestPayload(Units.message, at: 1, marker: true), TestPayload(Units.intra, at: 2, marker: true),
        ])
        #expect(test.payloads == [Units.lengths(Units.message, Units.intra)])
        #expect(test.frames.map(\.isKeyframe) == [true])
    }

    @Test("of senders that mark each slice goes by timestamps, once that is known")
    func markedSlices() throws {
        var test = try Self.depacketizer(sets: Units.sets)
        for timestamp in UInt32(0)..<3 {
            test.consume([
                TestPayload(Units.idr, at: timestamp, marker: true),
                TestPayload(Units.rest, at: timestamp, marker: true),
            ])
        }
        test.consume([], finishes: true)
        // The first was passed on with its first slice alone.
        let whole = Units.lengths(Units.idr, Units.rest)
        #expect(test.payloads == [Units.lengths(Units.idr), whole, whole])
        #expect(test.counters.broken == 1)
    }

    @Test("leaves packets without payload alone")
    func empty() throws {
        var test = try Self.depacketizer(sets: Units.sets)
        test.consume([
            TestPayload(Units.idr), TestPayload([], at: 77, marker: true), TestPayload(Units.rest, marker: true),
        ])
        #expect(test.payloads == [Units.lengths(Units.idr, Units.rest)])
    }

    @Test("of the interleaved mode is refused, of types without a meaning passed over")
    func otherTypes() throws {
        var test = try Self.depacketizer(sets: Units.sets)
        for (index, type) in ([25, 26, 27, 29] as [UInt8]).enumerated() {
            let timestamp = UInt32(index)
            test.consume([
                TestPayload([type, 0, 0, 1, 2], at: timestamp), TestPayload(Units.idr, at: timestamp, marker: true),
            ])
        }
        #expect(test.frames.isEmpty && test.counters.unsupported == 4 && test.counters.broken == 4)
        test.consume([
            TestPayload([0, 1], at: 9), TestPayload([31], at: 9), TestPayload(Units.idr, at: 9, marker: true),
        ])
        #expect(test.frames.count == 1 && test.counters.unsupported == 6)
    }
}
