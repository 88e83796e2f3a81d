import Media
import NIOCore
import Testing

@testable import RTP

@Suite("Reading the tracks of a sender")
struct RTPSampleReaderTests {
    private static let opus: [UInt8] = [0xFC, 1, 2]

    private static func report(_ ssrc: UInt32, wall milliseconds: Int64, timestamp: UInt32) -> RTCPReport {
        let time = NTPTime(unixNanoseconds: 1_700_000_000_000_000_000 + milliseconds * 1_000_000)
        return RTCPReport(
            ssrc: ssrc,
            senderInfo: RTCPSenderInfo(time: time, timestamp: timestamp, packetCount: 1, byteCount: 1)
        )
    }

    @Test("aligns audio and video by their sender reports")
    func alignment() throws {
        var test = try TestReader.usual()
        try test.receive(Self.report(7, wall: 0, timestamp: 1_000), track: 0)
        test.receive(TestUnits.idr, sequence: 1, timestamp: 1_000)
        test.receive(Self.opus, track: 1, sequence: 9, timestamp: 500)
        // The audio's first sample was taken 250 ms after the picture.
        try test.receive(Self.report(7, wall: 250, timestamp: 500), track: 1)
        test.receive(Self.opus, track: 1, sequence: 10, timestamp: 500 + 960, at: 20)
        let times = test.samples.map { $0.presentationTime.ticks(since: RTPClockAlignment.beginning) }
        #expect(times == [0, 0, (250 + 20) * 90])
        #expect(test.tracks.map(\.id) == [TestReader.video, TestReader.audio])
        #expect(test.samples[0].compositionOffset == 2 * 3600)
    }

    @Test("passes over reports of sources that are not the track's, and what is no RTCP")
    func otherSource() throws {
        var test = try TestReader.usual()
        test.receive(TestUnits.idr, sequence: 1, timestamp: 0)
        try test.receive(Self.report(8, wall: 0, timestamp: 0), track: 0)
        #expect(!test.reader.alignment.isAligned(track: 0))
        try test.receive(Self.report(7, wall: 0, timestamp: 0), track: 0)
        #expect(test.reader.alignment.isAligned(track: 0))
        #expect(throws: RTCPError.truncated) {
            try [UInt8](repeating: 0x80, count: 3).withUnsafeBytes { bytes in
                try test.reader.receiveControl(bytes, track: 0, at: .zero) { _ in }
            }
        }
    }

    @Test("puts packets in order, and gives up the missing ones in time")
    func reordering() throws {
        var test = try TestReader.usual()
        test.receive(TestUnits.idr, sequence: 1, timestamp: 0)
        test.receive(TestUnits.inter, sequence: 3, timestamp: 7200, at: 10)
        test.receive(TestUnits.inter, sequence: 2, timestamp: 3600, at: 20)
        #expect(test.samples.map { $0.presentationTime.ticks(since: RTPClockAlignment.beginning) } == [0, 3600, 7200])
        test.receive(TestUnits.idr, sequence: 5, timestamp: 14_400, at: 30)
        #expect(test.reader.deadline == TestReader.moment(80))
        test.tick(at: 79)
        #expect(test.samples.count == 3)
        test.tick(at: 80)
        #expect(test.samples.count == 4 && test.reader.deadline == nil)
        #expect(test.reader.receiverCounters(ofTrack: 0).lost == 1)
    }

    @Test("does not count packets of other payload types as lost")
    func otherPayloadTypes() throws {
        var test = try TestReader.usual()
        test.receive(TestUnits.idr, sequence: 1, timestamp: 0)
        // Of type 97, in the track of type 96.
        var packet = [UInt8](repeating: 0, count: 12)
        packet.withUnsafeMutableBytes {
            RTPHeader(payloadType: 97, sequenceNumber: 2, timestamp: 0, ssrc: 7).encode(into: $0)
        }
        test.receive(ByteBuffer(bytes: packet + TestUnits.inter))
        test.receive(TestUnits.inter, sequence: 3, timestamp: 3600)
        #expect(test.samples.count == 2)
    }

    @Test("goes on with another source, without an old picture's rest in a new one")
    func otherSSRC() throws {
        var test = try TestReader.usual()
        test.receive(TestUnits.idr, sequence: 1, timestamp: 0)
        test.receive(TestUnits.inter, sequence: 2, timestamp: 3600, marker: false, at: 40)
        for sequence in UInt16(500)..<503 {
            test.receive(
                TestUnits.idr,
                sequence: sequence,
                timestamp: 777 + UInt32(sequence) * 3600,
                ssrc: 9,
                at: 100 + Int64(sequence - 500) * 40
            )
        }
        let times = test.samples.map { $0.presentationTime.ticks(since: RTPClockAlignment.beginning) }
        // The first packet of the new source waits for a second one to show that it is one.
        #expect(times.count == 4 && times[1] == 140 * 90)
        #expect(times[2] - times[1] == 3600 && times[3] - times[2] == 3600)
        #expect(test.reader.depacketizerCounters(ofTrack: 0).broken == 1)
        #expect(test.samples.allSatisfy { $0.payload == ByteBuffer(bytes: TestUnits.lengths(TestUnits.idr)) })
    }

    @Test("hears the sender say goodbye")
    func goodbye() throws {
        var test = try TestReader.usual()
        test.receive(Self.opus, track: 1, sequence: 1, timestamp: 0)
        try test.receive(Self.report(8, wall: 0, timestamp: 0), track: 1, isLast: true)
        #expect(test.ended.isEmpty)
        try test.receive(Self.report(7, wall: 0, timestamp: 0), track: 1, isLast: true)
        #expect(test.ended == [TestReader.audio])
    }

    @Test("writes reports of what it received")
    func reports() throws {
        var test = try TestReader.usual()
        var buffer = ByteBuffer()
        test.reader.writeReport(ofTrack: 1, ssrc: 3, canonicalName: "n", at: .zero, to: &buffer)
        for sequence in [1, 2, 4] as [UInt16] {
            test.receive(Self.opus, track: 1, sequence: sequence, timestamp: UInt32(sequence) * 960)
        }
        test.reader.writeReport(ofTrack: 1, ssrc: 3, canonicalName: "n", at: .zero, isLast: true, to: &buffer)
        let packets = try buffer.withUnsafeReadableBytes { try RTCPPacket.decode($0) }
        let block = RTCPReportBlock(ssrc: 7, fractionLost: 64, cumulativeLost: 1, highestSequence: 4, jitter: 173)
        let name = RTCPPacket.sourceDescription([RTCPSourceName(ssrc: 3, canonicalName: "n")])
        #expect(packets.count == 5)
        #expect(packets[0] == .report(RTCPReport(ssrc: 3)) && packets[1] == name)
        guard case .report(let report) = packets[2], let found = report.blocks.first else {
            Issue.record("No block")
            return
        }
        #expect(found.cumulativeLost == block.cumulativeLost && found.fractionLost == block.fractionLost)
        #expect(found.highestSequence == 4 && found.jitter > 0)
        #expect(packets[3] == name && packets[4] == .goodbye([3]))
    }

    @Test("reads G.711 as it is, and transport streams byte for byte")
    func asItIs() throws {
        var test = try TestReader([
            .init(id: TestReader.audio, payloadType: 96, clockRate: .g711, format: .g711(.g711ALaw, channelCount: 1)),
            .init(id: TestReader.video, payloadType: 97, clockRate: .video, format: .transportStream),
        ])
        let audio = [UInt8](repeating: 0xD5, count: 160)
        test.receive(audio, sequence: 1, timestamp: 5, marker: true)
        test.receive(audio, sequence: 2, timestamp: 165, marker: false, at: 20)
        #expect(test.samples.map(\.payload) == [ByteBuffer(bytes: audio), ByteBuffer(bytes: audio)])
        #expect(test.samples.map { $0.decodeTime.ticks(since: RTPClockAlignment.beginning) } == [0, 1800])
        #expect(test.tracks.map(\.codec) == [.g711ALaw])
        let stream = RTPTestPackets.packetsOfStream(3)
        for sequence in [3, 5, 4] as [UInt16] {
            test.receive(stream + [UInt8(sequence)], track: 1, sequence: sequence, timestamp: 0)
        }
        #expect(test.streamBytes == stream + [3] + stream + [4] + stream + [5])
        #expect(test.tracks.count == 1 && test.samples.count == 2)
    }

    @Test("tells what cannot be turned into samples")
    func unsupported() throws {
        var test = try TestReader([
            .init(
                id: TestReader.audio,
                payloadType: 96,
                clockRate: .opus,
                format: .aac(configuration: AACDepacketizerTests.configuration, layout: .init())
            )
        ])
        test.receive([0, 32, 0, 8, 0, 9, 1, 2], sequence: 1, timestamp: 0)
        #expect(test.unsupported == [TestReader.audio])
    }

    @Test("passes packets on with their headers when asked")
    func receiverWithHeaders() {
        var receiver = RTPReceiver(configuration: .init(passesHeaders: true))
        var passedOn: [[UInt8]] = []
        let packets = [1, 3, 2].map { RTPTestPackets.packet($0) }
        for packet in packets {
            packet.withUnsafeBytes { receiver.receive($0, at: .zero) { passedOn.append(Array($0)) } }
        }
        #expect(passedOn == [packets[0], packets[2], packets[1]])
    }
}
