import Media
import Testing

@testable import RTP

@Suite("H.264 in RTP with losses")
struct H264LossTests {
    private typealias Units = TestUnits

    /// Two groups of pictures, of which each picture has a first slice in fragments and a second one.
    private static let stream: [TestPayload] = (0..<8 as Range<UInt32>).flatMap { picture in
        let first = picture % 4 == 0 ? Units.idr : Units.inter
        return Units.fragments(first, pieceBytes: 2).map { TestPayload($0, at: picture * 3600) }
            + [TestPayload(Units.rest, at: picture * 3600, marker: true)]
    }

    private static func run(without lost: Set<Int>, recovery: RTPLossRecovery) throws -> TestDepacketizer {
        var test = try TestDepacketizer(.h264(parameterSets: Units.sets), recovery: recovery)
        var isGap = false
        for (index, payload) in stream.enumerated() {
            if lost.contains(index) {
                isGap = index > 0
                continue
            }
            var payload = payload
            payload.lostBefore = isGap
            isGap = false
            test.consume([payload])
        }
        test.consume([], finishes: true)
        return test
    }

    private static func picture(_ index: Int) -> UInt32 { stream[index].timestamp / 3600 }

    @Test("goes on with the next keyframe, whichever packet is missing", arguments: stream.indices)
    func nextKeyframe(lost: Int) throws {
        let test = try Self.run(without: [lost], recovery: .nextKeyframe)
        let picture = Self.picture(lost)
        let expected = (0..<8 as Range<UInt32>).filter { $0 < picture || picture < 4 && $0 >= 4 }
        #expect(test.frames.map { $0.timestamp / 3600 } == expected)
        #expect(test.payloads.allSatisfy { $0.count > Units.rest.count + 8 })
        #expect(test.counters.malformed == 0)
        #expect(test.counters.broken + test.counters.skipped == 8 - UInt64(expected.count))
    }

    @Test("or with the next whole picture, whichever packet is missing", arguments: stream.indices)
    func nextPicture(lost: Int) throws {
        let test = try Self.run(without: [lost], recovery: .nextPicture)
        let picture = Self.picture(lost)
        // Without the first keyframe there is nothing to show.
        let expected = (0..<8 as Range<UInt32>).filter { $0 != picture && (picture != 0 || $0 >= 4) }
        #expect(test.frames.map { $0.timestamp / 3600 } == expected)
        #expect(test.counters.broken == 1 && test.counters.malformed == 0)
    }

    @Test("drops what two pictures were cut from in the middle of both")
    func twoPictures() throws {
        let first = try #require(Self.stream.firstIndex { $0.timestamp == 3600 })
        let second = try #require(Self.stream.firstIndex { $0.timestamp == 7200 })
        let test = try Self.run(without: Set(first + 1...second), recovery: .nextPicture)
        #expect(test.frames.map { $0.timestamp / 3600 } == [0, 3, 4, 5, 6, 7])
        #expect(test.counters.broken == 2)
    }

    @Test("goes on at once with a keyframe right behind the gap")
    func keyframeBehindGap() throws {
        let keyframe = try #require(Self.stream.firstIndex { $0.timestamp == 4 * 3600 })
        let before = try #require(Self.stream.firstIndex { $0.timestamp == 2 * 3600 })
        let test = try Self.run(without: Set(before..<keyframe), recovery: .nextKeyframe)
        #expect(test.frames.map { $0.timestamp / 3600 } == [0, 1, 4, 5, 6, 7])
        #expect(test.counters.broken == 0 && test.counters.skipped == 0)
    }

    @Test("learns of a loss from a packet without payload")
    func emptyPacket() throws {
        var test = try TestDepacketizer(.h264(parameterSets: Units.sets))
        test.consume([
            TestPayload(Units.idr), TestPayload([], lostBefore: true), TestPayload(Units.rest, marker: true),
            TestPayload(Units.inter, at: 1, marker: true),
        ])
        #expect(test.frames.isEmpty)
        #expect(test.counters.broken == 1 && test.counters.skipped == 1)
    }

    @Test("keeps parameter sets that come in a broken picture")
    func setsInBrokenPicture() throws {
        var test = try TestDepacketizer(.h264(parameterSets: []))
        test.consume([
            TestPayload(Units.rest, at: 1, lostBefore: true),
            TestPayload(Units.aggregation(Units.sequenceSet, Units.pictureSet), at: 1, marker: true),
            TestPayload(Units.idr, at: 2, marker: true),
        ])
        #expect(test.frames.map(\.timestamp) == [2])
    }
}
