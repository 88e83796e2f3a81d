import HeadgateTestKit
import MPEGTS
import Media
import NIOCore
import Testing

@testable import HLS

@Suite("The stream as MPEG-TS")
struct TransportTests {
    private typealias Fixture = HLSFixture

    private static func fixture(tracks: [MediaTrack] = [HLSFixture.video, HLSFixture.audio]) -> Fixture {
        Fixture(window: 60, tracks: tracks)
    }

    private static func pid(_ packet: ArraySlice<UInt8>) -> Int {
        Int(packet[packet.startIndex + 1] & 0x1F) << 8 | Int(packet[packet.startIndex + 2])
    }

    private static func packets(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: bytes.count, by: 188).map { bytes[$0..<min($0 + 188, bytes.count)] }
    }

    /// Empty if each segment begins with PAT and PMT, and counters go on over all of them.
    private static func problems(_ fixture: Fixture, segments: [HLSSegment]) -> [String] {
        var problems: [String] = []
        var counters: [Int: UInt8] = [:]
        for segment in segments {
            guard let bytes = fixture.bytes(.segment(segment.number, .transport)), bytes.count % 188 == 0 else {
                problems.append("\(segment.number) is no whole packets")
                continue
            }
            let packets = packets(bytes)
            if packets.prefix(2).map(pid) != [0, 0x1000] { problems.append("\(segment.number) begins without tables") }
            for packet in packets where packet[packet.startIndex + 3] & 0x10 != 0 {
                let counter = packet[packet.startIndex + 3] & 0xF
                if let last = counters[pid(packet)], (last + 1) & 0xF != counter {
                    problems.append("\(segment.number): a gap on \(pid(packet))")
                }
                counters[pid(packet)] = counter
            }
        }
        return problems
    }

    private static func demuxed(_ bytes: [UInt8]) -> [MediaSample] {
        var demuxer = TSDemuxer()
        var samples: [MediaSample] = []
        let sink: (TSDemuxerEvent) -> Void = { if case .sample(let sample) = $0 { samples.append(sample) } }
        bytes.withUnsafeBytes { demuxer.consume($0, sink: sink) }
        demuxer.finish(sink: sink)
        return samples
    }

    @Test("Each segment begins with PAT, PMT and a keyframe, and counters go on")
    func segments() {
        var fixture = Self.fixture()
        fixture.feed(Fixture.stream(to: 21))
        #expect(Self.problems(fixture, segments: fixture.segments) == [])
        for segment in fixture.segments {
            let third = Self.packets(fixture.bytes(.segment(segment.number, .transport)) ?? [])[2]
            #expect(Self.pid(third) == 0x100)
            // An adaptation field with random_access_indicator.
            #expect(third[third.startIndex + 3] & 0x20 != 0 && third[third.startIndex + 5] & 0x40 != 0)
        }
    }

    @Test("Sound alone begins its segments with tables too")
    func soundAlone() {
        var fixture = Self.fixture(tracks: [Fixture.audio])
        fixture.feed(Fixture.sounds(0..<1_000))
        #expect(fixture.segments.count == 10)
        #expect(Self.problems(fixture, segments: fixture.segments) == [])
    }

    @Test("So do segments that must end between keyframes, and those of few pictures a second")
    func otherSegments() {
        var rare = Self.fixture(tracks: [Fixture.video])
        rare.feed(Fixture.pictures(0..<1_500) { $0 == 0 })
        #expect(Self.problems(rare, segments: rare.segments) == [])
        var slow = Self.fixture(tracks: [Fixture.video])
        slow.feed(Fixture.pictures(0..<60, interval: 18_000) { $0 % 10 == 0 })
        #expect(slow.segments.count == 5)
        #expect(Self.problems(slow, segments: slow.segments) == [])
    }

    @Test("The samples are those of the other form, with the same times")
    func sameSamples() {
        var fixture = Self.fixture()
        fixture.feed(Fixture.stream(to: 11))
        let bytes = fixture.segments.flatMap { fixture.bytes(.segment($0.number, .transport)) ?? [] }
        let samples = Self.demuxed(bytes)
        let pictures = fixture.samples().samples(of: 1).prefix(250)
        let read = samples.filter { $0.track == TSDemuxer.videoTrack }
        #expect(read.count == pictures.count)
        // The demuxer's timeline begins elsewhere.
        let shift = Int64(pictures.first?.decodeTime ?? 0) - (read.first?.decodeTime.ticks ?? 0)
        for (sample, picture) in zip(read, pictures) {
            #expect(sample.decodeTime.ticks + shift == Int64(picture.decodeTime))
            #expect(sample.compositionOffset == Int64(picture.compositionOffset))
            #expect(Array(sample.payload.readableBytesView) == picture.payload)
        }
        // The first time stamp is that of the other form: the sixth byte after the start code and its optional header.
        let first = Self.packets(bytes)[2]
        let code = first.indices.first { Array(first[$0...].prefix(4)) == [0, 0, 1, 0xE0] } ?? first.startIndex
        let stamp = first[(code + 9)...].prefix(5).map { UInt64($0) }
        let time = (stamp[0] >> 1 & 7) << 30 | stamp[1] << 22 | (stamp[2] >> 1) << 15 | stamp[3] << 7 | stamp[4] >> 1
        #expect(time == 900_000 + 3_600)
    }

    @Test("Parts make the segment")
    func parts() {
        var fixture = Self.fixture()
        fixture.feed(Fixture.stream(to: 9))
        for segment in fixture.segments {
            let parts = segment.parts.indices.flatMap { index in
                fixture.bytes(.part(segment: segment.number, index: index, .transport)) ?? []
            }
            #expect(parts == fixture.bytes(.segment(segment.number, .transport)))
            #expect(segment.parts.allSatisfy { $0.transport.readableBytes % 188 == 0 })
        }
        let open = fixture.presentation.open?.parts ?? []
        #expect(!open.isEmpty)
        #expect(open.allSatisfy { $0.transport.readableBytes > 0 })
    }

    @Test("Sound that joins the first segment is in its tables from the beginning")
    func lateSound() throws {
        var fixture = Self.fixture(tracks: [Fixture.video])
        fixture.feed(Fixture.stream(to: 1).filter { $0.track == Fixture.video.id })
        fixture.segmenter.consume(Fixture.audio)
        fixture.feed(Fixture.stream(from: 1, to: 5))
        let bytes = try #require(fixture.bytes(.segment(1_000, .transport)))
        let map = Array(Self.packets(bytes)[1])
        // The section's length: thirteen bytes, and five for each stream.
        #expect(Int(map[6] & 0xF) << 8 | Int(map[7]) == 13 + 2 * 5)
        #expect(Self.problems(fixture, segments: fixture.segments) == [])
        let samples = Self.demuxed(bytes)
        #expect(samples.filter { $0.track == TSDemuxer.videoTrack }.count == 50)
        #expect(samples.count > 50 + 40)
        for segment in fixture.segments {
            let parts = segment.parts.indices.flatMap { index in
                fixture.bytes(.part(segment: segment.number, index: index, .transport)) ?? []
            }
            #expect(parts == fixture.bytes(.segment(segment.number, .transport)))
            #expect(segment.parts.allSatisfy { $0.transport.readableBytes > 0 })
        }
    }

    @Test("Counters go on over seams, changes of the tracks and jumps")
    func interruptions() {
        var fixture = Self.fixture()
        fixture.feed(Fixture.stream(to: 5))
        fixture.segmenter.markDiscontinuity()
        fixture.feed(Fixture.stream(from: 5, to: 9))
        fixture.segmenter.consume(
            MediaTrack(id: .init(1), codec: .h264, configuration: Fixture.record(level: 0x1F))
        )
        fixture.feed(Fixture.stream(from: 9, to: 15))
        fixture.feed(Fixture.stream(from: 15, to: 25).filter { $0.track == Fixture.video.id })
        fixture.feed(Fixture.stream(from: 60, to: 70))
        #expect(fixture.segments.filter(\.isDiscontinuous).count == 5)
        #expect(Self.problems(fixture, segments: fixture.segments) == [])
        fixture.segmenter.finish()
        #expect(Self.problems(fixture, segments: fixture.segments) == [])
    }
}
