import HeadgateTestKit
import Media
import NIOCore
import Testing

@testable import MPEGTS

@Suite("The form of a muxed stream")
struct MuxFormTests {
    private static let delimiter: [UInt8] = [0x09, 0xF0]

    /// What becomes of one sample.
    private func unit(
        _ units: [[UInt8]],
        of track: MediaTrack,
        isKeyframe: Bool = false
    ) throws -> StreamChecker.Unit {
        let sample = MediaSample(
            track: track.id,
            decodeTime: .zero,
            isKeyframe: isKeyframe,
            payload: MuxFixture.payload(units)
        )
        let checker = StreamChecker(try MuxFixture.mux([sample], tracks: [track]))
        #expect(checker.violations == [])
        #expect(checker.units.count == 1)
        return try #require(checker.units.first)
    }

    private func bytes(_ units: [[UInt8]]) -> [UInt8] { units.flatMap { [0, 0, 0, 1] + $0 } }

    @Test("has one delimiter in front of each picture, the sample's own if it has one")
    func delimiters() throws {
        let track = try MuxFixture.videoTrack
        let slice: [UInt8] = [0x41, 7, 8]
        #expect(try unit([slice], of: track).data == bytes([Self.delimiter, slice]))
        #expect(try unit([[0x09, 0x30], slice], of: track).data == bytes([[0x09, 0x30], slice]))
        #expect(
            try unit([[6, 1], [0x09, 0x30], slice, [0x09, 0x50]], of: track).data
                == bytes([[0x09, 0x30], [6, 1], slice])
        )
    }

    @Test("has the parameter sets before a keyframe that does not bring them, and keeps those that one brings")
    func parameterSets() throws {
        let track = try MuxFixture.videoTrack
        let slice: [UInt8] = [0x65, 7, 8]
        let sets = [MuxFixture.sequenceSet, MuxFixture.pictureSet]
        let expected = bytes([Self.delimiter] + sets + [slice])
        // By its flag or by its kind.
        let refresh = try unit([slice], of: track)
        #expect(refresh.data == expected && !refresh.isRandomAccess)
        #expect(try unit([slice], of: track, isKeyframe: true).data == expected)
        #expect(try unit([slice], of: track, isKeyframe: true).isRandomAccess)
        #expect(
            try unit([[0x41, 1]], of: track, isKeyframe: true).data == bytes([Self.delimiter] + sets + [[0x41, 1]])
        )
        let own: [[UInt8]] = [[0x67, 1, 2, 3], [0x68, 4], slice]
        #expect(try unit(own, of: track, isKeyframe: true).data == bytes([Self.delimiter] + own))
        let half: [[UInt8]] = [[0x68, 4], slice]
        #expect(try unit(half, of: track, isKeyframe: true).data == bytes([Self.delimiter] + sets + half))
    }

    @Test("carries H.265 likewise")
    func hevc() throws {
        let sets: [[UInt8]] = [[0x40, 1, 2], [0x42, 1, 3], [0x44, 1, 4], [0x4E, 1, 5]]
        let configuration = try HEVCDecoderConfiguration(
            videoParameterSets: [ByteBuffer(bytes: sets[0])],
            sequenceParameterSets: [ByteBuffer(bytes: sets[1])],
            pictureParameterSets: [ByteBuffer(bytes: sets[2])],
            supplementalInformation: [ByteBuffer(bytes: sets[3])],
            profileTierLevel: .init(profile: 1, profileCompatibility: 0, level: 93),
            chromaFormat: 1,
            lumaBitDepth: 8,
            chromaBitDepth: 8
        )
        let track = MediaTrack(id: .init(1), codec: .hevc, configuration: configuration.record)
        let delimiter: [UInt8] = [0x46, 1, 0x50]
        let trailing: [UInt8] = [0x02, 1, 9]
        #expect(try unit([trailing], of: track).data == bytes([delimiter, trailing]))
        #expect(try unit([[0x46, 1, 0x10], trailing], of: track).data == bytes([[0x46, 1, 0x10], trailing]))
        for type in UInt8(16)...21 {
            let slice: [UInt8] = [type << 1, 1, 9]
            #expect(try unit([slice], of: track).data == bytes([delimiter] + sets + [slice]))
        }
        let own: [[UInt8]] = [[0x42, 1], [0x44, 1], [0x26, 1]]
        #expect(try unit(own, of: track, isKeyframe: true).data == bytes([delimiter] + own))
    }

    @Test("has the lengths of its configuration", arguments: [1, 2, 4])
    func lengthSizes(size: Int) throws {
        let configuration = try AVCDecoderConfiguration(
            sequenceParameterSets: [ByteBuffer(bytes: MuxFixture.sequenceSet)],
            pictureParameterSets: [],
            nalUnitLengthSize: size
        )
        let track = MediaTrack(id: .init(1), codec: .h264, configuration: configuration.record)
        let length = [UInt8](repeating: 0, count: size - 1) + [2]
        let sample = MediaSample(
            track: .init(1),
            decodeTime: .zero,
            isKeyframe: false,
            payload: ByteBuffer(bytes: length + [0x41, 5])
        )
        let checker = StreamChecker(try MuxFixture.mux([sample], tracks: [track]))
        #expect(checker.units.first?.data == bytes([Self.delimiter, [0x41, 5]]))
    }

    @Test("fills packets exactly, for every length")
    func lengths() throws {
        for byteCount in Array(1...600) + [65_490...65_550, 131_000...131_020].joined() {
            let checker = StreamChecker(
                try MuxFixture.mux([MuxFixture.picture(0, byteCount: byteCount), MuxFixture.sound(0)])
            )
            #expect(checker.violations == [])
            #expect(checker.units(0x100).first?.data.count == byteCount + 10)
        }
        for byteCount in 1...600 {
            let checker = StreamChecker(try MuxFixture.mux([MuxFixture.sound(0, byteCount: byteCount)]))
            #expect(checker.violations == [])
            #expect(checker.units.first?.data.count == byteCount + 7)
        }
    }

    @Test("describes each codec as players read it")
    func descriptions() throws {
        let opus = try OpusIdentification(channelCount: 2).record
        let tracks = [
            try MuxFixture.videoTrack, MuxFixture.audioTrack, MediaTrack(id: .init(3), codec: .mp3),
            MediaTrack(id: .init(4), codec: .ac3), MediaTrack(id: .init(5), codec: .eac3),
            MediaTrack(id: .init(6), codec: .opus, configuration: opus),
            MediaTrack(id: .init(7), codec: .opus, configuration: opus),
            MediaTrack(id: .init(8), codec: .opus, configuration: opus),
        ]
        #expect(tracks.count == TSMuxer.maximumTracks)
        let samples = [MuxFixture.picture(0, isKeyframe: true)] + (2...8).map { MuxFixture.sound(0, track: $0) }
        let stream = try MuxFixture.mux(samples, tracks: tracks)
        let checker = StreamChecker(stream)
        #expect(checker.violations == [])
        #expect((0x100..<0x108).map { checker.streams[$0]?.type } == [0x1B, 0x0F, 3, 0x81, 0x87, 6, 6, 6])
        #expect(checker.streams[0x104]?.descriptors == [5, 4] + Array("EAC3".utf8))
        #expect(checker.streams[0x105]?.descriptors == [5, 4] + Array("Opus".utf8) + [0x7F, 2, 0x80, 2])
        #expect(checker.units.map(\.streamID) == [0xE0, 0xC0, 0xC0, 0xBD, 0xBD, 0xBD, 0xBD, 0xBD])
        var inspector = TSInspector()
        inspector.inspect(stream)
        let names = inspector.snapshot().streams.map(\.codec.name)
        #expect(names == ["H.264", "AAC", "MP2", "AC-3", "E-AC-3", "Opus", "Opus", "Opus"])
        var muxer = TSMuxer()
        for track in tracks { _ = muxer.setTrack(track) }
        let isCarried = muxer.setTrack(MediaTrack(id: .init(9), codec: .mp3))
        #expect(!isCarried)
    }

    @Test("announces the size of Opus packets in steps of 255", arguments: [1, 254, 255, 256, 510, 1_000])
    func opus(byteCount: Int) throws {
        let track = MediaTrack(
            id: .init(2),
            codec: .opus,
            configuration: try OpusIdentification(channelCount: 2, preSkip: 312).record
        )
        let checker = StreamChecker(
            try MuxFixture.mux([MuxFixture.sound(0, byteCount: byteCount)], tracks: [track])
        )
        let full = [UInt8](repeating: 255, count: byteCount / 255)
        let header = [0x7F, 0xE0] + full + [UInt8(byteCount % 255)]
        #expect(checker.units.first?.data == header + [UInt8](repeating: 0x21, count: byteCount))
    }

    @Test("leaves out sound that is too long for its headers, and huge pictures")
    func tooLong() throws {
        let aac = ADTSHeader.maximumFrameByteCount - ADTSHeader.byteCount
        #expect(try !MuxFixture.mux([MuxFixture.sound(0, byteCount: aac)]).isEmpty)
        #expect(try MuxFixture.mux([MuxFixture.sound(0, byteCount: aac + 1)]).isEmpty)
        let mp3 = [MediaTrack(id: .init(2), codec: .mp3)]
        let longest = PESHeaderBytes.maximumBoundedByteCount
        let checker = StreamChecker(try MuxFixture.mux([MuxFixture.sound(0, byteCount: longest)], tracks: mp3))
        #expect(checker.violations == [] && checker.units.first?.data.count == longest)
        #expect(try MuxFixture.mux([MuxFixture.sound(0, byteCount: longest + 1)], tracks: mp3).isEmpty)
        let largest = AccessUnitFramer.maximumSampleBytes - 4
        #expect(try !MuxFixture.mux([MuxFixture.picture(0, byteCount: largest)]).isEmpty)
        #expect(try MuxFixture.mux([MuxFixture.picture(0, byteCount: largest + 1)]).isEmpty)
    }

    @Test("gives the memory of a huge picture back")
    func memory() {
        var buffer = TSPacketBuffer()
        var continuity: UInt8 = 0
        let header = PESHeaderBytes(streamID: 0xE0, presentation: PESTimestamp(ticks: 0), payloadByteCount: 1 << 21)
        _ = [UInt8](repeating: 1, count: 1 << 21).withUnsafeBytes { data in
            buffer.appendUnit(
                header,
                data,
                pid: 0x100,
                continuity: &continuity,
                clock: nil,
                isRandomAccess: false,
                isDiscontinuous: false
            )
        }
        #expect(buffer.capacity > 1 << 21)
        buffer.take { #expect($0.count > 1 << 21) }
        #expect(buffer.capacity <= TSPacketBuffer.maximumRetainedBytes)
        buffer.take { #expect($0.isEmpty) }
    }

    @Test("counts the PMT's version up when tracks change, and only then; PIDs and counters stay")
    func versions() throws {
        var muxer = TSMuxer()
        var stream: [UInt8] = []
        var time: Int64 = 0
        func run(_ muxer: inout TSMuxer) {
            for _ in 0..<10 {
                time += 3_600
                muxer.mux(MuxFixture.picture(time, isKeyframe: true))
                muxer.mux(MuxFixture.sound(time))
                muxer.takePackets { stream.append(contentsOf: $0) }
            }
        }
        let video = try MuxFixture.videoTrack
        _ = muxer.setTrack(MuxFixture.audioTrack)
        run(&muxer)
        _ = muxer.setTrack(video)
        run(&muxer)
        _ = muxer.setTrack(video)
        run(&muxer)
        _ = muxer.setTrack(MediaTrack(id: video.id, codec: .av1))
        run(&muxer)
        _ = muxer.setTrack(video)
        run(&muxer)
        muxer.removeTrack(MuxFixture.audioTrack.id)
        run(&muxer)
        let checker = StreamChecker(stream)
        #expect(checker.violations == [])
        #expect(checker.mapVersions == [0, 1, 2, 3, 4])
        #expect(checker.units(0x100).count == 50 && checker.units(0x101).count == 40)
        #expect(Array(checker.streams.keys) == [0x101])
    }

    @Test("uses no further PID for a track that comes and goes for ever")
    func flapping() throws {
        var muxer = TSMuxer()
        for _ in 0..<20_000 {
            _ = muxer.setTrack(MuxFixture.audioTrack)
            _ = muxer.setTrack(MediaTrack(id: MuxFixture.audioTrack.id, codec: .aac))
        }
        for id in UInt8.min...UInt8.max {
            let isCarried = muxer.setTrack(MediaTrack(id: .init(id), codec: .mp3))
            #expect(isCarried)
            muxer.mux(MuxFixture.sound(0, track: id))
            muxer.removeTrack(.init(id))
        }
        var pids: Set<UInt16> = []
        muxer.takePackets { packets in
            for start in stride(from: 0, to: packets.count, by: 188) {
                if let packet = TSPacket(UnsafeRawBufferPointer(rebasing: packets[start...])) {
                    pids.insert(packet.pid)
                }
            }
        }
        #expect(pids.count <= 2 + TSMuxer.maximumTracks)
        #expect(pids.allSatisfy { $0 <= 0x1000 })
    }
}
