import Media
import NIOCore
import Testing

@testable import RTP

@Suite("Samples through RTP and back")
struct RoundTripTests {
    private static let maximumPayload = 100

    /// What becomes of the packets on the way.
    enum Way: String, CaseIterable {
        case whole, reordered, lossy
    }

    private static func stream(_ clockRate: RTPClockRate) -> RTPOutgoingStream {
        RTPOutgoingStream(
            payloadType: 96,
            clockRate: clockRate,
            ssrc: 5,
            firstSequenceNumber: 65_500,
            timestampOffset: 0xFFFF_F000
        )
    }

    /// Sends samples 20 ms apart to a reader.
    private static func send(
        _ samples: [MediaSample],
        _ track: MediaTrack,
        _ format: RTPPayloadFormat,
        way: Way,
        seed: UInt64 = 1
    ) throws -> TestReader {
        var generator = SeededGenerator(seed: seed)
        let clockRate = try #require(RTPSamplePacketizer.clockRate(of: track))
        let made = try RTPSamplePacketizer(track, stream: stream(clockRate), maximumPayload: maximumPayload)
        var packetizer = try #require(made)
        var packets: [ByteBuffer] = []
        for sample in samples {
            let made = packetizer.packetize(sample)
            let packetsOfSample = try #require(made)
            for packet in packetsOfSample {
                let overhead = RTPHeader.fixedByteCount
                #expect(packet.readableBytes <= maximumPayload + overhead || track.codec == .opus)
                packets.append(packet)
            }
        }
        switch way {
        case .whole: break
        case .reordered:
            // The first packet says where the stream begins.
            for start in stride(from: 1, to: packets.count, by: 20) {
                packets[start..<min(start + 20, packets.count)].shuffle(using: &generator)
            }
        case .lossy: packets.removeAll { _ in UInt8.random(in: 0..<20, using: &generator) == 0 }
        }
        var test = try TestReader(
            [.init(id: track.id, payloadType: 96, clockRate: clockRate, format: format)],
            recovery: .nextPicture
        )
        for (index, packet) in packets.enumerated() { test.receive(packet, at: Int64(index)) }
        test.finish(at: Int64(packets.count))
        return test
    }

    /// Holds what came to what was sent.
    private static func check(_ test: TestReader, _ samples: [MediaSample], _ way: Way) {
        let payloads = samples.map(\.payload)
        guard way != .lossy else {
            // Nothing but what was sent, in order.
            var rest = payloads[...]
            for sample in test.samples {
                guard let place = rest.firstIndex(of: sample.payload) else {
                    Issue.record("A sample came that was not sent, or not in order")
                    return
                }
                rest = rest[(place + 1)...]
            }
            #expect(test.samples.count > samples.count / 4)
            return
        }
        #expect(test.samples.map(\.payload) == payloads)
        #expect(test.samples.map(\.isKeyframe) == samples.map(\.isKeyframe))
        let times = test.samples.map(\.presentationTime)
        for (received, sent) in zip(times, samples.map(\.presentationTime)) {
            #expect(abs(received.ticks(since: times[0]) - sent.ticks(since: samples[0].presentationTime)) <= 1)
        }
        for (sample, next) in zip(test.samples, test.samples.dropFirst()) {
            #expect(sample.decodeTime <= next.decodeTime && next.compositionOffset >= 0)
        }
        let counters = test.reader.depacketizerCounters(ofTrack: 0)
        #expect(counters.malformed == 0 && counters.broken == 0 && counters.skipped == 0)
        #expect(test.reader.receiverCounters(ofTrack: 0).lost == 0)
    }

    private static func unit(_ start: [UInt8], _ count: Int) -> [UInt8] {
        start + (start.count..<max(count, start.count)).map { UInt8(truncatingIfNeeded: $0 | 1) }
    }

    /// Sizes of NAL units around those at which packets are cut.
    private static let sizes: [Int] = [
        6, 50, 98, 99, 100, 101, 102, 103, 195, 196, 197, 198, 199, 293, 294, 295, 1000, 9000,
    ]

    private static func pictures(_ key: [UInt8], _ inter: [UInt8]) -> [MediaSample] {
        // Shown in another order than they are decoded: two pictures come early.
        let places: [Int64] = [0, 3, 1, 2]
        return (sizes + sizes.reversed()).enumerated().map { index, size in
            let isKey = index % 12 == 0
            let (group, place) = index.quotientAndRemainder(dividingBy: 4)
            return MediaSample(
                track: MediaTrack.ID(1),
                decodeTime: MediaTime(ticks: Int64(index) * 3600),
                compositionOffset: (Int64(group) * 4 + places[place] - Int64(index) + 2) * 3600,
                isKeyframe: isKey,
                payload: ByteBuffer(bytes: TestUnits.lengths(unit(isKey ? key : inter, size), unit([0x06, 5], 101)))
            )
        }
    }

    @Test("are the same: H.264", arguments: Way.allCases)
    func h264(way: Way) throws {
        let configuration = try AVCDecoderConfiguration(
            sequenceParameterSets: [ByteBuffer(bytes: TestUnits.sequenceSet)],
            pictureParameterSets: [ByteBuffer(bytes: TestUnits.pictureSet)]
        )
        let track = MediaTrack(id: MediaTrack.ID(1), codec: .h264, configuration: configuration.record)
        let samples = Self.pictures(TestUnits.idr, TestUnits.inter)
        let test = try Self.send(samples, track, .h264(parameterSets: []), way: way)
        Self.check(test, samples, way)
        let record = try AVCDecoderConfiguration(reading: #require(test.tracks.first).configuration)
        #expect(record.sequenceParameterSets == configuration.sequenceParameterSets)
        #expect(record.pictureParameterSets == configuration.pictureParameterSets)
    }

    @Test("are the same: H.265", arguments: Way.allCases)
    func h265(way: Way) throws {
        var store = ParameterSetStore(codec: .hevc)
        for (set, kind) in [
            (TestUnits.videoSet265, .video), (TestUnits.sequenceSet265, .sequence), (TestUnits.pictureSet265, .picture),
        ] as [([UInt8], ParameterSetStore.Kind)] {
            _ = set.withUnsafeBytes { store.receive($0, kind: kind) }
        }
        let taken = store.takeConfiguration()
        let track = try MediaTrack(id: MediaTrack.ID(1), codec: .hevc, configuration: #require(taken))
        let samples = Self.pictures(TestUnits.idr265, TestUnits.inter265)
        let test = try Self.send(samples, track, .h265(parameterSets: []), way: way)
        Self.check(test, samples, way)
        #expect(test.tracks == [track])
    }

    @Test("are the same: AAC", arguments: Way.allCases)
    func aac(way: Way) throws {
        let configuration = AACDepacketizerTests.configuration
        let track = MediaTrack(id: MediaTrack.ID(2), codec: .aac, configuration: configuration)
        let samples = [1, 2, 95, 96, 97, 98, 191, 192, 193, 8191].enumerated().map { index, size in
            MediaSample(
                track: track.id,
                decodeTime: MediaTime(ticks: Int64(index) * 1920),
                isKeyframe: true,
                payload: ByteBuffer(bytes: Self.unit([UInt8(index)], size))
            )
        }
        let format = RTPPayloadFormat.aac(configuration: configuration, layout: .init())
        let test = try Self.send(samples + samples.map(Self.later), track, format, way: way)
        Self.check(test, samples + samples.map(Self.later), way)
        #expect(test.tracks == [track])
    }

    private static func later(_ sample: MediaSample) -> MediaSample {
        var later = sample
        later.decodeTime = sample.decodeTime.advanced(byTicks: 19_200)
        later.payload.writeInteger(UInt8(9))
        if later.payload.readableBytes > 8191 {
            later.payload = later.payload.getSlice(at: 1, length: 8191) ?? ByteBuffer()
        }
        return later
    }

    @Test("are the same: Opus", arguments: Way.allCases)
    func opus(way: Way) throws {
        let track = MediaTrack(
            id: MediaTrack.ID(2),
            codec: .opus,
            configuration: try OpusIdentification(channelCount: 2).record
        )
        let samples = (0..<60).map { index in
            MediaSample(
                track: track.id,
                decodeTime: MediaTime(ticks: Int64(index) * 1800),
                isKeyframe: true,
                payload: ByteBuffer(bytes: Self.unit([0xFC, UInt8(index)], 20 * index))
            )
        }
        let test = try Self.send(samples, track, .opus(channelCount: 2), way: way)
        Self.check(test, samples, way)
        #expect(test.tracks == [track])
    }
}
