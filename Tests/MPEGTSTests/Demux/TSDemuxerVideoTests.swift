import Media
import NIOCore
import Testing

@testable import MPEGTS

@Suite("Demuxed video")
struct TSDemuxerVideoTests {
    @Test("has its configuration before the first keyframe, and lengths instead of start codes")
    func keyframe() throws {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.annexB(TestPictures.delimiter, TestPictures.inter), pts: 90_000)
        stream.add(
            TestPictures.annexB(
                TestPictures.delimiter,
                TestPictures.sequenceSet,
                TestPictures.pictureSet,
                TestPictures.message,
                TestPictures.idr + [0, 0]
            ),
            pts: 97_200,
            dts: 93_600
        )
        stream.add(TestPictures.annexB(TestPictures.delimiter, TestPictures.inter), pts: 104_400, dts: 97_200)
        let events = stream.events()

        let track = try #require(events.tracks.first)
        #expect(events.all.first == .track(track))
        #expect(events.tracks.count == 1)
        #expect((track.id, track.codec) == (TSDemuxer.videoTrack, .h264))
        let configuration = try AVCDecoderConfiguration(reading: track.configuration)
        #expect(configuration.sequenceParameterSets == [ByteBuffer(bytes: TestPictures.sequenceSet)])
        #expect(configuration.pictureParameterSets == [ByteBuffer(bytes: TestPictures.pictureSet)])
        #expect(configuration.highProfile?.chromaFormat == 1)

        #expect(
            events.payloads == [
                TestPictures.lengths(TestPictures.message, TestPictures.idr), TestPictures.lengths(TestPictures.inter),
            ]
        )
        #expect(events.samples.map(\.isKeyframe) == [true, false])
        #expect(events.times == [0, 3600])
        #expect(events.samples.map(\.compositionOffset) == [3600, 7200])
    }

    @Test("is the same in pieces of any size", arguments: [1, 7, 187, 188, 189, 1316, 1_000_000])
    func pieces(pieceBytes: Int) {
        var stream = DemuxFixture.usual
        for index in 0..<6 as Range<UInt64> {
            let slice = TestPictures.inter + Array(repeating: UInt8(0xA0 + index), count: 50 * Int(index))
            let picture = index % 3 == 0 ? TestPictures.keyframe : TestPictures.annexB(TestPictures.delimiter, slice)
            stream.add(picture, pts: 90_000 + 3600 * index)
        }
        let events = stream.events(pieceBytes: pieceBytes)
        #expect(events == stream.events(pieceBytes: stream.bytes.count))
        #expect(events.samples.count == 6)
    }

    @Test("tells its configuration again when parameter sets change, and only then")
    func change() throws {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        stream.add(TestPictures.keyframe, pts: 93_600)
        let interlaced = TestPictures.annexB(
            TestPictures.interlacedSequenceSet,
            TestPictures.pictureSet,
            TestPictures.idr
        )
        stream.add(interlaced, pts: 97_200)
        let events = stream.events()
        #expect(events.tracks.count == 2)
        #expect(events.samples.count == 3)
        let last = try AVCDecoderConfiguration(reading: try #require(events.tracks.last).configuration)
        #expect(last.sequenceParameterSets == [ByteBuffer(bytes: TestPictures.interlacedSequenceSet)])
        #expect(events.all.firstIndex(of: .track(events.tracks[1])) == 3)
    }

    @Test(
        "starts at recovery points, and at intra pictures behind parameter sets",
        arguments: [
            ([TestPictures.recoveryPoint, TestPictures.inter], true),
            ([TestPictures.message, TestPictures.inter], false),
            ([TestPictures.sequenceSet, TestPictures.intra], true),
            ([TestPictures.sequenceSet, TestPictures.inter], false),
            ([TestPictures.intra], false),
        ] as [([[UInt8]], Bool)]
    )
    func openGroups(units: [[UInt8]], isKeyframe: Bool) throws {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        stream.add(units.flatMap { [0, 0, 1] + $0 }, pts: 93_600)
        #expect(try #require(stream.events().video.last).isKeyframe == isKeyframe)
    }

    @Test("of two fields in one or two PES packets is one sample", arguments: [false, true])
    func fields(isInOne: Bool) {
        let fields = [
            TestPictures.field(isBottom: false, frame: 0, isIDR: true), TestPictures.field(isBottom: true, frame: 0),
            TestPictures.field(isBottom: false, frame: 1), TestPictures.field(isBottom: true, frame: 1),
        ]
        var stream = DemuxFixture.usual
        let sets = TestPictures.annexB(TestPictures.interlacedSequenceSet, TestPictures.pictureSet)
        let units = fields.map { TestPictures.annexB(TestPictures.delimiter, TestPictures.message, $0) }
        if isInOne {
            stream.add(sets + units[0] + units[1], pts: 90_000)
            stream.add(units[2] + units[3], pts: 93_600)
        } else {
            for (index, unit) in units.enumerated() {
                stream.add(index == 0 ? sets + unit : unit, pts: 90_000 + 1800 * UInt64(index))
            }
        }
        let events = stream.events()
        #expect(events.times == [0, 3600])
        #expect(
            events.payloads == [
                TestPictures.lengths(TestPictures.message, fields[0], TestPictures.message, fields[1]),
                TestPictures.lengths(TestPictures.message, fields[2], TestPictures.message, fields[3]),
            ]
        )
        #expect(events.samples.map(\.isKeyframe) == [true, false])
    }

    @Test("of a field without its other half is a sample of its own")
    func loneFields() {
        let fields = [
            TestPictures.field(isBottom: false, frame: 0, isIDR: true), TestPictures.field(isBottom: false, frame: 1),
        ]
        var stream = DemuxFixture.usual
        stream.add(
            TestPictures.annexB(TestPictures.interlacedSequenceSet, TestPictures.pictureSet, fields[0]),
            pts: 90_000
        )
        stream.add(TestPictures.annexB(TestPictures.delimiter, fields[1]), pts: 93_600)
        #expect(stream.events().payloads == fields.map { TestPictures.lengths($0) })
    }

    @Test("of several pictures in a PES packet takes the frame's duration from the stream")
    func several() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe + TestPictures.annexB(TestPictures.inter), pts: 90_000)
        stream.add(TestPictures.annexB(TestPictures.inter) + TestPictures.annexB(TestPictures.inter), pts: 97_200)
        stream.add(TestPictures.annexB(TestPictures.inter), pts: 104_400)
        // 25 frames a second, by the parameter set and by the packets.
        #expect(stream.events().times == [0, 3600, 7200, 10_800, 14_400])
    }

    @Test("of one picture over several PES packets is put together, from the second such picture on")
    func split() {
        var stream = DemuxFixture.usual
        stream.add(TestPictures.keyframe, pts: 90_000)
        for index in 1...3 as ClosedRange<UInt64> {
            stream.add(TestPictures.annexB(TestPictures.delimiter, TestPictures.inter), pts: 90_000 + index * 3600)
            stream.add(TestPictures.annexB(TestPictures.rest), pts: 90_000 + index * 3600)
        }
        let whole = TestPictures.lengths(TestPictures.inter, TestPictures.rest)
        #expect(
            stream.events().payloads == [
                TestPictures.lengths(TestPictures.idr), TestPictures.lengths(TestPictures.inter), whole, whole,
            ]
        )
    }

    @Test("of a picture longer than a PES packet's length can say is put together")
    func full() {
        let slice = TestPictures.idr + Array(repeating: 0xAB, count: 70_000)
        let payload = TestPictures.annexB(TestPictures.sequenceSet, TestPictures.pictureSet, slice)
        var stream = DemuxFixture.usual
        stream.add(Array(payload[..<65_000]), pts: 90_000, isBounded: true)
        stream.add(Array(payload[65_000...]), isBounded: true)
        stream.add(TestPictures.annexB(TestPictures.inter), pts: 93_600, isBounded: true)
        let events = stream.events()
        #expect(events.samples.map(\.payload.readableBytes) == [slice.count + 4, TestPictures.inter.count + 4])
    }

    @Test("with a PES length comes with the packet's last byte; without, when the next starts")
    func latency() {
        for isBounded in [true, false] {
            var stream = DemuxFixture.usual
            stream.add(TestPictures.keyframe, pts: 90_000, isBounded: isBounded)
            #expect(stream.events(finishes: false).samples.count == (isBounded ? 1 : 0))
            stream.add(TestPictures.annexB(TestPictures.inter), pts: 93_600, isBounded: isBounded)
            #expect(stream.events(finishes: false).samples.count == (isBounded ? 2 : 1))
        }
    }

    @Test("without a PES length comes at once when filled up packets were seen to mean the end")
    func filledUp() {
        var stream = DemuxFixture.usual
        for index in 0...UInt64(PESAssembler.endsBeforeTrust) + 1 {
            stream.add(TestPictures.keyframe, pts: 90_000 + 3600 * index)
        }
        let count = PESAssembler.endsBeforeTrust + 2
        #expect(stream.events(finishes: false).samples.count == count)
        // Once a filled up packet was inside, only the next start ends one.
        let long = TestPictures.annexB(TestPictures.inter + Array(repeating: 0x99, count: 300))
        stream.add(long, pts: 900_000, fillsInside: true)
        stream.add(long, pts: 903_600, fillsInside: true)
        let events = stream.events(finishes: false)
        #expect(events.samples.count == count + 1)
        #expect(stream.events().payloads.last?.count == long.count)
    }

    @Test("of H.265 has the three parameter sets in its configuration, and starts at random access points")
    func h265() throws {
        let sets: [[UInt8]] = [
            [
                0x40, 0x01, 0x0C, 0x01, 0xFF, 0xFF, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00,
                0x00, 0x03, 0x00, 0x3F, 0x95, 0x94, 0x09,
            ],
            [
                0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
                0x3F, 0xA0, 0x05, 0x02, 0x01, 0x71, 0xF2, 0xE5, 0x95, 0x95, 0x29, 0x30, 0xBC, 0x05, 0xA0, 0x20, 0x00,
                0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0x21,
            ],
            [0x44, 0x01, 0xC0, 0x73, 0xC1, 0x89],
        ]
        let idr: [UInt8] = [0x28, 0x01, 0xAF, 0x11, 0x22]
        let trailing: [UInt8] = [0x02, 0x01, 0xD0, 0x33]
        let clean: [UInt8] = [0x2A, 0x01, 0xAF, 0x44]
        let suffix: [UInt8] = [0x50, 0x01, 0x84, 0x01, 0x02, 0x80]
        var stream = DemuxFixture([(0x24, DemuxFixture.videoPID, [])])
        stream.add(TestPictures.annexB([0x46, 0x01, 0x50], trailing), pts: 90_000)
        stream.add(TestPictures.annexB([0x46, 0x01, 0x10], sets[0], sets[1], sets[2], idr, suffix), pts: 93_600)
        stream.add(TestPictures.annexB([0x46, 0x01, 0x50], trailing), pts: 97_200)
        stream.add(TestPictures.annexB([0x46, 0x01, 0x10], sets[0], sets[1], sets[2], clean), pts: 100_800)
        let events = stream.events()
        #expect(events.tracks.map(\.codec) == [.hevc])
        let configuration = try HEVCDecoderConfiguration(reading: try #require(events.tracks.first).configuration)
        #expect(configuration.videoParameterSets == [ByteBuffer(bytes: sets[0])])
        #expect(configuration.sequenceParameterSets == [ByteBuffer(bytes: sets[1])])
        #expect(configuration.pictureParameterSets == [ByteBuffer(bytes: sets[2])])
        #expect(configuration.profileTierLevel.level == 63)
        #expect(
            events.payloads == [
                TestPictures.lengths(idr, suffix), TestPictures.lengths(trailing), TestPictures.lengths(clean),
            ]
        )
        #expect(events.samples.map(\.isKeyframe) == [true, false, true])
    }
}
