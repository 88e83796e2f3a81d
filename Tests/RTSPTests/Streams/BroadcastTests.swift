import Delivery
import Media
import NIOCore
import RTP
import Testing

@testable import RTSP

@Suite("A stream as players are told of it")
struct BroadcastTests {
    private final class Subject {
        var broadcast = RTSPBroadcast(wallClock: { NTPTime(unixNanoseconds: 1_000_000_000) })
    }

    private let subject = Subject()
    private var broadcast: RTSPBroadcast { subject.broadcast }

    private func send(_ sample: MediaSample, at seconds: Double = 0) -> [RTSPFrame] {
        var frames: [RTSPFrame] = []
        subject.broadcast.add(sample, at: .seconds(seconds)) { frames.append($0) }
        return frames
    }

    private func add(_ track: MediaTrack, at seconds: Double = 0) -> RTSPBroadcast.Change {
        subject.broadcast.add(track, at: .seconds(seconds))
    }

    // MARK: The description

    @Test("Nothing is told before there are samples, nor until the tracks were the same for half a second")
    func settles() throws {
        #expect(broadcast.description(at: .seconds(100)) == nil)
        #expect(add(try TestTracks.h264()) == .redescribed)
        #expect(broadcast.description(at: .seconds(100)) == nil)
        _ = send(TestTracks.picture(0, isKeyframe: true))
        #expect(broadcast.description(at: .seconds(0.499)) == nil)
        #expect(broadcast.description(at: .seconds(0.5))?.media.count == 1)
        #expect(add(TestTracks.g711(), at: 0.4) == .redescribed)
        #expect(broadcast.description(at: .seconds(0.5)) == nil)
        #expect(broadcast.description(at: .seconds(0.9))?.media.count == 2)
    }

    @Test("Samples of a track that nobody told of are left out")
    func strangeSample() throws {
        #expect(send(TestTracks.picture(0, isKeyframe: true)).isEmpty)
        _ = add(try TestTracks.h264())
        #expect(send(TestTracks.sound(0)).isEmpty)
        #expect(broadcast.description(at: .seconds(9)) == nil)
    }

    @Test(
        "What is told reads back as what it was made of",
        arguments: [
            "h264", "hevc", "aac", "opus", "opus of one channel", "g711 of one channel", "g711 of two channels",
        ]
    )
    func roundTrip(_ name: String) throws {
        let (track, format): (MediaTrack, RTPPayloadFormat) =
            switch name {
            case "h264":
                (try TestTracks.h264(), .h264(parameterSets: [TestTracks.sequenceSet, TestTracks.pictureSet]))
            case "hevc": (try TestTracks.hevc(), .h265(parameterSets: TestTracks.sets265))
            case "aac":
                (TestTracks.aac(), .aac(configuration: ByteBuffer(bytes: [0x11, 0x90]), layout: .init()))
            case "opus": (try TestTracks.opus(), .opus(channelCount: 2))
            case "opus of one channel": (try TestTracks.opus(channelCount: 1), .opus(channelCount: 1))
            case "g711 of one channel": (TestTracks.g711(), .g711(.g711MuLaw, channelCount: 1))
            default: (TestTracks.g711(2, .g711ALaw, channelCount: 2), .g711(.g711ALaw, channelCount: 2))
            }
        let isVideo = track.codec.isVideo
        #expect(add(track) == .redescribed)
        _ = send(isVideo ? TestTracks.picture(0, isKeyframe: true) : TestTracks.sound(0))
        let told = try #require(broadcast.description(at: .seconds(1)))
        let read = try SessionDescription(parsing: told.body)
        #expect(read == told)
        let choice = RTSPTrackChoice(read, isAnnounced: false)
        #expect(choice.unsupported == [])
        let chosen = try #require(choice.tracks.first).track
        #expect(chosen.format == format)
        #expect(chosen.clockRate == RTPSamplePacketizer.clockRate(of: track))
        #expect(chosen.payloadType == 96)
        #expect(read.media.first?.kind == (isVideo ? "video" : "audio"))
        // And so for a server that it is pushed to.
        #expect(RTSPTrackChoice(read, isAnnounced: true).indices == [0])
    }

    // MARK: Tracks

    @Test("The same track again changes nothing")
    func same() throws {
        _ = add(try TestTracks.h264())
        let generation = broadcast.generation
        _ = send(TestTracks.picture(0, isKeyframe: true))
        #expect(add(try TestTracks.h264()) == .none)
        #expect(broadcast.generation == generation)
    }

    @Test("Parameter sets that change go along in the stream: players stay, and new ones are told of them")
    func inBand() throws {
        _ = add(try TestTracks.h264())
        _ = send(TestTracks.picture(0, isKeyframe: true))
        let generation = broadcast.generation
        #expect(add(try TestTracks.h264(pictureSet: TestTracks.otherPictureSet), at: 10) == .none)
        #expect(broadcast.generation == generation)
        let told = try #require(broadcast.description(at: .seconds(10)))
        guard case .h264(let format)? = told.media.first?.stream?.format else {
            Issue.record("no H.264 is told of")
            return
        }
        #expect(format.pictureParameterSets == [TestTracks.otherPictureSet])
        let frames = send(TestTracks.picture(1, isKeyframe: true), at: 11)
        guard case .packets(let packets)? = frames.last?.content else {
            Issue.record("no packets come")
            return
        }
        let needle = Array(TestTracks.otherPictureSet.readableBytesView)
        let bytes = Array(packets.interleaved.readableBytesView)
        #expect(bytes.indices.contains { bytes[$0...].starts(with: needle) })
    }

    @Test("Another codec, other sound, or one track more is another stream")
    func generations() throws {
        _ = add(try TestTracks.h264())
        var generations: Set = [broadcast.generation]
        var origins: Set<String> = []
        for track in [TestTracks.aac(), TestTracks.g711(), try TestTracks.opus(), try TestTracks.hevc(1)] {
            _ = send(TestTracks.picture(0, isKeyframe: true))
            #expect(add(track) == .redescribed)
            #expect(generations.insert(broadcast.generation).inserted)
            _ = send(TestTracks.picture(0, isKeyframe: false))
            if let told = broadcast.description(at: .seconds(1)) { origins.insert(told.origin) }
        }
        #expect(origins.count == 4)
    }

    @Test(
        "What RTSP does not carry is left out, and nobody else hears of it",
        arguments: [Codec.av1, .vp9, .mp3, .ac3, .eac3, .flac]
    )
    func unsupported(_ codec: Codec) throws {
        _ = add(try TestTracks.h264())
        let generation = broadcast.generation
        for _ in 0..<2 { #expect(add(MediaTrack(id: .init(2), codec: codec)) == .unsupported) }
        #expect(broadcast.generation == generation)
        #expect(send(TestTracks.sound(0)).isEmpty)
    }

    @Test("A configuration that cannot be read, and sound of more channels than there are, is unsupported")
    func broken() throws {
        for codec in [Codec.h264, .hevc, .aac, .opus] {
            #expect(add(MediaTrack(id: .init(1), codec: codec)) == .unsupported)
            let garbage = ByteBuffer(repeating: 0xFF, count: 40)
            #expect(add(MediaTrack(id: .init(1), codec: codec, configuration: garbage)) == .unsupported)
        }
        var surround = ByteBuffer(string: "OpusHead")
        surround.writeBytes([1, 6, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 1, 4, 2, 0, 1, 2, 3, 4, 5])
        #expect((try OpusIdentification(reading: surround)).channelCount == 6)
        #expect(add(MediaTrack(id: .init(1), codec: .opus, configuration: surround)) == .unsupported)
    }

    @Test("A track that becomes one that is not carried goes, and its number is the next one's")
    func replaced() throws {
        _ = add(try TestTracks.h264())
        _ = add(TestTracks.g711(2))
        _ = add(TestTracks.g711(3, .g711ALaw))
        let generation = broadcast.generation
        #expect(add(MediaTrack(id: .init(2), codec: .ac3)) == .unsupported)
        #expect(broadcast.generation != generation)
        #expect(add(TestTracks.aac(4)) == .redescribed)
        _ = send(TestTracks.picture(0, isKeyframe: true))
        let told = try #require(broadcast.description(at: .seconds(1)))
        #expect(told.media.map { $0.stream?.payloadType } == [96, 98, 97])
    }

    @Test("There are not more tracks than a session may have")
    func limit() throws {
        for id in 0..<UInt8(RTSPBroadcast.maximumTracks) { #expect(add(TestTracks.g711(id)) == .redescribed) }
        #expect(add(TestTracks.g711(200)) == .unsupported)
        _ = send(TestTracks.sound(0, track: 0))
        let told = try #require(broadcast.description(at: .seconds(1)))
        #expect(Set(told.media.compactMap { $0.stream?.payloadType }).count == RTSPBroadcast.maximumTracks)
    }

    // MARK: Frames

    @Test("Frames count on, and know their track, their description and whether a decoder can start there")
    func frames() throws {
        _ = add(try TestTracks.h264())
        _ = add(TestTracks.g711())
        var frames = send(TestTracks.picture(0, isKeyframe: true))
        frames += send(TestTracks.sound(0))
        frames += send(TestTracks.picture(1, isKeyframe: false))
        frames += send(TestTracks.sound(1))
        #expect(frames.map(\.sequence) == Array(0..<UInt64(frames.count)))
        #expect(broadcast.nextSequence == UInt64(frames.count))
        let packets = frames.filter { if case .packets = $0.content { true } else { false } }
        #expect(packets.map(\.track) == [0, 1, 0, 1])
        // Sound is no place to begin where there are pictures.
        #expect(packets.map(\.isStart) == [true, false, false, false])
        #expect(Set(frames.map(\.generation)) == [broadcast.generation])
    }

    @Test("A player in the middle gets where the tracks are, by one clock")
    func openingReports() throws {
        _ = add(try TestTracks.h264())
        _ = add(TestTracks.g711())
        for index in 0..<7 {
            _ = send(TestTracks.picture(index, isKeyframe: index % 3 == 0), at: Double(index) * 0.04)
            _ = send(TestTracks.sound(index * 2), at: Double(index) * 0.04)
        }
        _ = send(TestTracks.picture(7, isKeyframe: false), at: 0.28)
        let reports = subject.broadcast.reports()
        #expect(reports.map(\.track) == [0, 1])
        var times: Set<NTPTime> = []
        for frame in reports {
            guard case .report(let packet) = frame.content else {
                Issue.record("no report comes first")
                continue
            }
            let read = try packet.withUnsafeReadableBytes { try RTCPPacket.decode($0) }
            guard case .report(let report) = try #require(read.first) else {
                Issue.record("a report is none")
                continue
            }
            times.insert(try #require(report.senderInfo?.time))
        }
        #expect(times.count == 1)
        // The next frame follows.
        #expect(reports.allSatisfy { $0.sequence < broadcast.nextSequence })
    }

    @Test("Reports go out now and then, of tracks that have sent")
    func reports() throws {
        _ = add(try TestTracks.h264())
        _ = add(TestTracks.g711())
        #expect(subject.broadcast.reports().isEmpty)
        var times: [Double] = []
        for index in 0..<1_000 {
            let frames = send(TestTracks.picture(index, isKeyframe: index == 0), at: Double(index) * 0.04)
            let reports = frames.filter { if case .report = $0.content { true } else { false } }
            #expect(reports.allSatisfy { $0.track == 0 })
            if !reports.isEmpty { times.append(Double(index) * 0.04) }
        }
        // Forty seconds.
        #expect((4...17).contains(times.count))
    }
}
