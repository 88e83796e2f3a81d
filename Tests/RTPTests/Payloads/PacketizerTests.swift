import Media
import NIOCore
import Testing

@testable import RTP

@Suite("Packets of samples")
struct PacketizerTests {
    private typealias Units = TestUnits

    static let stream = RTPOutgoingStream(
        payloadType: 96,
        clockRate: .video,
        ssrc: 0x0102_0304,
        firstSequenceNumber: 65_534,
        timestampOffset: 0xFFFF_FF00,
        channel: 2
    )

    private static func videoTrack() throws -> MediaTrack {
        let configuration = try AVCDecoderConfiguration(
            sequenceParameterSets: [ByteBuffer(bytes: Units.sequenceSet)],
            pictureParameterSets: [ByteBuffer(bytes: Units.pictureSet)]
        )
        return MediaTrack(id: MediaTrack.ID(1), codec: .h264, configuration: configuration.record)
    }

    private static func sample(_ payload: [UInt8], ticks: Int64 = 0, isKeyframe: Bool = false) -> MediaSample {
        MediaSample(
            track: MediaTrack.ID(1),
            decodeTime: MediaTime(ticks: ticks),
            isKeyframe: isKeyframe,
            payload: ByteBuffer(bytes: payload)
        )
    }

    private static func payloads(_ packets: RTPPackets) throws -> [[UInt8]] {
        try packets.map { packet in
            try packet.withUnsafeReadableBytes { bytes in
                let header = try #require(RTPHeader(decoding: bytes))
                return Array(bytes[header.payloadRange])
            }
        }
    }

    private static func headers(_ packets: RTPPackets) throws -> [RTPHeader] {
        try packets.map { try #require($0.withUnsafeReadableBytes { RTPHeader(decoding: $0) }) }
    }

    @Test("of H.264 are units, behind the parameter sets where a decoder can start")
    func units() throws {
        var packetizer = try VideoPacketizer(Self.videoTrack(), stream: Self.stream)
        let keyframe = Self.sample(Units.lengths(Units.delimiter, Units.message, Units.idr), ticks: 1, isKeyframe: true)
        let made1 = packetizer.packetize(keyframe)
        let packets = try #require(made1)
        let sets = Units.aggregation(Units.sequenceSet, Units.pictureSet)
        #expect(try Self.payloads(packets) == [sets, Units.message, Units.idr])
        let headers = try Self.headers(packets)
        #expect(headers.map(\.marker) == [false, false, true])
        #expect(headers.map(\.sequenceNumber) == [65_534, 65_535, 0])
        #expect(headers.allSatisfy { $0.payloadType == 96 && $0.ssrc == 0x0102_0304 && $0.timestamp == 0xFFFF_FF01 })
        #expect(packets.count == 3)

        let made2 = packetizer.packetize(Self.sample(Units.lengths(Units.inter), ticks: 0x200))
        let inter = try #require(made2)
        #expect(try Self.payloads(inter) == [Units.inter])
        #expect(try Self.headers(inter).map(\.timestamp) == [0x100])
        #expect(packetizer.writer.packetCount == 4 && packetizer.writer.sequenceNumber == 2)
        let byteCount = sets.count + Units.message.count + Units.idr.count + Units.inter.count
        #expect(packetizer.writer.byteCount == UInt32(byteCount))
    }

    @Test("of a picture with its own parameter sets have no others")
    func ownSets() throws {
        var packetizer = try VideoPacketizer(Self.videoTrack(), stream: Self.stream)
        let payload = Units.lengths(Units.sequenceSet, Units.otherPictureSet, Units.idr)
        let made3 = packetizer.packetize(Self.sample(payload, isKeyframe: true))
        let packets = try #require(made3)
        #expect(try Self.payloads(packets) == [Units.sequenceSet, Units.otherPictureSet, Units.idr])
    }

    @Test("have the sets of the newest configuration")
    func changedSets() throws {
        var packetizer = try #require(try RTPSamplePacketizer(Self.videoTrack(), stream: Self.stream))
        let configuration = try AVCDecoderConfiguration(
            sequenceParameterSets: [ByteBuffer(bytes: Units.sequenceSet)],
            pictureParameterSets: [ByteBuffer(bytes: Units.otherPictureSet)]
        )
        var track = try Self.videoTrack()
        track.configuration = configuration.record
        let isTaken = packetizer.configure(track)
        #expect(isTaken)
        let made4 = packetizer.packetize(Self.sample(Units.lengths(Units.idr), isKeyframe: true))
        let packets = try #require(made4)
        #expect(try Self.payloads(packets).first == Units.aggregation(Units.sequenceSet, Units.otherPictureSet))
        track.configuration = ByteBuffer()
        let isTakenAgain = packetizer.configure(track)
        #expect(!isTakenAgain)
    }

    @Test("of broken samples are none")
    func broken() throws {
        var packetizer = try VideoPacketizer(Self.videoTrack(), stream: Self.stream)
        for payload in [[], [0, 0, 0, 9, 0x65], [0, 0], Units.lengths(Units.delimiter), [0, 0, 0, 0]] as [[UInt8]] {
            #expect(packetizer.packetize(Self.sample(payload)) == nil)
        }
        #expect(packetizer.refused == 5 && packetizer.writer.packetCount == 0)
    }

    @Test("have the time at which pictures are shown")
    func presentationTime() throws {
        var packetizer = try VideoPacketizer(Self.videoTrack(), stream: Self.stream)
        var sample = Self.sample(Units.lengths(Units.inter), ticks: 0x100)
        sample.compositionOffset = 0x20
        let made5 = packetizer.packetize(sample)
        let packets = try #require(made5)
        #expect(try Self.headers(packets).map(\.timestamp) == [0x20])
    }

    @Test("lie in one piece of memory, framed for the connection")
    func framing() throws {
        var packetizer = try VideoPacketizer(Self.videoTrack(), stream: Self.stream, maximumPayload: 64)
        let unit = Units.idr + [UInt8](repeating: 9, count: 150)
        let made6 = packetizer.packetize(Self.sample(Units.lengths(unit)))
        let packets = try #require(made6)
        func framed(_ channel: UInt8) -> [UInt8] {
            packets.flatMap { packet in
                [0x24, channel, 0, UInt8(packet.readableBytes)] + Array(packet.readableBytesView)
            }
        }
        #expect(packets.count == 4)
        #expect(Array(packets.interleaved.readableBytesView) == framed(2))
        #expect(Array(packets.interleaved(onChannel: 2).readableBytesView) == framed(2))
        #expect(Array(packets.interleaved(onChannel: 7).readableBytesView) == framed(7))
        #expect(Array(packets.interleaved.readableBytesView) == framed(2))
        let start = packets.interleaved.withUnsafeReadableBytes { $0.baseAddress }
        let first = packets.first { _ in true }
        #expect(first?.withUnsafeReadableBytes { $0.baseAddress } == start.map { $0 + 4 })
    }

    @Test("of AAC count whole frames, though the samples' times are in milliseconds")
    func audioTimestamps() throws {
        var stream = Self.stream
        stream.clockRate = try #require(RTPClockRate(hertz: 44_100))
        stream.timestampOffset = 0
        var packetizer = try AACPacketizer(configuration: ByteBuffer(bytes: [0x12, 0x10]), stream: stream)
        var timestamps: [UInt32] = []
        for number in 0..<200 as Range<Int64> {
            let milliseconds = (number * 1024 * 1000 + 22_050) / 44_100
            let sample = Self.sample([1], ticks: milliseconds * 90)
            let packets = packetizer.packetize(sample)
            timestamps += try Self.headers(#require(packets)).map(\.timestamp)
        }
        #expect(timestamps == (0..<200).map { UInt32($0) * 1024 })
        // A gap is one.
        let made7 = packetizer.packetize(Self.sample([1], ticks: 900_000))
        let late = try #require(made7)
        #expect(try Self.headers(late).map(\.timestamp) == [441_000])
    }

    @Test("of AAC and Opus refuse what cannot be carried")
    func refusedAudio() throws {
        var stream = Self.stream
        stream.clockRate = .opus
        var aac = try AACPacketizer(configuration: AACDepacketizerTests.configuration, stream: stream)
        let most = AACPacketizer.maximumFrameBytes
        for count in [0, most + 1] {
            #expect(aac.packetize(Self.sample([UInt8](repeating: 1, count: count))) == nil)
        }
        #expect(aac.packetize(Self.sample([UInt8](repeating: 1, count: most)))?.count == (most + 1395) / 1396)
        var opus = OpusPacketizer(stream: stream)
        #expect(opus.packetize(Self.sample([])) == nil)
        #expect(opus.packetize(Self.sample([0x1B, 63])) == nil)
        #expect(opus.packetize(Self.sample([0xFC] + [UInt8](repeating: 1, count: 2_000)))?.count == 1)
        #expect(aac.refused == 2 && opus.refused == 2)
    }

    @Test("of G.711 have its bytes, cut between samples, and a marker after silence")
    func g711() throws {
        var stream = Self.stream
        stream.clockRate = .g711
        stream.timestampOffset = 0
        var packetizer = G711Packetizer(stream: stream, channelCount: 2, maximumPayload: 101)
        let payload = (0..<250).map { UInt8($0) }
        var sample = MediaSample(
            track: MediaTrack.ID(2),
            decodeTime: MediaTime(milliseconds: 20),
            isKeyframe: true,
            payload: ByteBuffer(bytes: payload)
        )
        let made8 = packetizer.packetize(sample)
        let packets = try #require(made8)
        #expect(try Self.payloads(packets).map(\.count) == [100, 100, 50])
        #expect(try Self.payloads(packets).flatMap { $0 } == payload)
        #expect(try Self.headers(packets).map(\.timestamp) == [160, 210, 260])
        #expect(try Self.headers(packets).map(\.marker) == [true, false, false])
        sample.decodeTime = MediaTime(ticks: sample.decodeTime.ticks + 125 * 90_000 / 8_000)
        let made10 = packetizer.packetize(sample)
        #expect(try Self.headers(try #require(made10)).map(\.marker) == [false, false, false])
        sample.decodeTime = MediaTime(milliseconds: 500)
        let made11 = packetizer.packetize(sample)
        #expect(try Self.headers(try #require(made11)).map(\.marker) == [true, false, false])
    }

    @Test("go by the clock of the track")
    func clockRates() throws {
        #expect(RTPSamplePacketizer.clockRate(of: try Self.videoTrack()) == .video)
        let aac = MediaTrack(id: MediaTrack.ID(2), codec: .aac, configuration: AACDepacketizerTests.configuration)
        #expect(RTPSamplePacketizer.clockRate(of: aac)?.hertz == 48_000)
        let mp3 = MediaTrack(id: MediaTrack.ID(2), codec: .mp3)
        #expect(RTPSamplePacketizer.clockRate(of: mp3) == nil)
        #expect(try RTPSamplePacketizer(mp3, stream: Self.stream) == nil)
        #expect(throws: CodecConfigurationError.self) {
            try RTPSamplePacketizer(MediaTrack(id: MediaTrack.ID(1), codec: .h264), stream: Self.stream)
        }
    }

    @Test("are reported with a time that stays the stream's own, however unevenly samples come")
    func senderClock() throws {
        var clock = RTPSenderClock()
        let start = NTPTime(unixNanoseconds: 1_700_000_000_000_000_000)
        func wall(_ milliseconds: Int64) -> NTPTime { start.advanced(byMediaTicks: milliseconds * 90) }
        #expect(clock.report(at: start) == nil)
        let before = clock.report(at: start)
        #expect(before == nil)
        clock.sampleSent(MediaTime(milliseconds: 5_000), at: wall(0))
        // A second comes at once, as encoders begin.
        clock.sampleSent(MediaTime(milliseconds: 6_000), at: wall(1))
        let reported1 = clock.report(at: wall(1))
        let first = try #require(reported1)
        #expect(first.mediaTime == MediaTime(milliseconds: 6_000))
        #expect(abs(first.time.mediaTicks(since: wall(1_000))) <= 46)
        clock.sampleSent(MediaTime(milliseconds: 10_000), at: wall(4_300))
        let reported2 = clock.report(at: wall(4_300))
        let second = try #require(reported2)
        #expect(abs(second.time.mediaTicks(since: wall(5_000))) <= 92)
        // Another track is behind.
        clock.sampleSent(MediaTime(milliseconds: 9_000), at: wall(4_400))
        let third = clock.report(at: wall(4_400))
        #expect(third?.mediaTime == MediaTime(milliseconds: 10_000))
    }

    @Test("are reported near the machine's clock, though the stream's runs slower")
    func drift() throws {
        var clock = RTPSenderClock()
        let start = NTPTime(unixNanoseconds: 1_700_000_000_000_000_000)
        var far: Int64 = 0
        for report in 0..<17_280 as Range<Int64> {
            // Every five seconds of a day, 50 millionths slower: 4 s in all.
            let time = start.advanced(byMediaTicks: report * 5 * 90_000)
            clock.sampleSent(MediaTime(ticks: report * (5 * 90_000 - 22)), at: time)
            let reported = clock.report(at: time)
            let told = try #require(reported)
            far = max(far, abs(time.mediaTicks(since: told.time)))
        }
        #expect(far < 900)
        // A stream that jumps takes its relation along.
        let time = start.advanced(byMediaTicks: 17_280 * 5 * 90_000)
        clock.sampleSent(MediaTime(milliseconds: 1_000_000_000), at: time)
        let last = clock.report(at: time)
        #expect(last?.time == time)
    }

    @Test("are counted in reports")
    func senderInfo() {
        let writer = RTPPacketWriter(Self.stream, maximumPayload: 0)
        let info = writer.senderInfo(time: .unknown, mediaTime: MediaTime(ticks: 0x200))
        #expect(info.timestamp == 0x100)
    }
}
