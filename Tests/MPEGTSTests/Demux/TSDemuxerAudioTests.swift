import Media
import NIOCore
import Testing

@testable import MPEGTS

@Suite("Demuxed audio")
struct TSDemuxerAudioTests {
    private func adts(_ payload: [UInt8], rateIndex: UInt8 = 4) throws -> [UInt8] {
        let header = try ADTSHeader(
            objectType: .lowComplexity,
            samplingFrequencyIndex: rateIndex,
            channelConfiguration: 2,
            payloadByteCount: payload.count
        )
        var bytes: [UInt8] = Array(repeating: 0, count: ADTSHeader.byteCount)
        bytes.withUnsafeMutableBytes { _ = header.write(to: $0) }
        return bytes + payload
    }

    private func frames(_ count: Int, byteCount: Int = 40) -> [[UInt8]] {
        (0..<count).map { index in (0..<byteCount).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0 &* 7) } }
    }

    @Test("of several ADTS frames in a PES packet has exact times without drift")
    func times() throws {
        let frames = frames(441)
        var stream = DemuxFixture.audio(0x0F)
        for start in stride(from: 0, to: frames.count, by: 7) {
            let packet = try frames[start..<start + 7].flatMap { try adts($0) }
            stream.add(packet, pid: DemuxFixture.audioPID, pts: start == 0 ? 90_000 : nil, isBounded: true)
        }
        let events = stream.events(finishes: false)
        #expect(events.payloads == frames)
        let track = try #require(events.tracks.first)
        #expect(events.tracks.count == 1)
        #expect((track.id, track.codec) == (TSDemuxer.firstAudioTrack, .aac))
        #expect(track.configuration == ByteBuffer(bytes: [0x12, 0x10]))
        let samples = events.samples
        #expect(samples.allSatisfy { $0.isKeyframe && $0.compositionOffset == 0 })
        let isExact = events.times.enumerated().allSatisfy { index, time in
            time == Int64((Double(index) * 1024 * 90_000 / 44_100).rounded())
        }
        #expect(isExact)
        // 441 frames of 44.1 kHz are 1024 hundredths of a second.
        let last: Int64 = 921_600 - 2090
        #expect(events.times.last == last)
    }

    @Test("of ADTS frames over PES packets is put together, and a time is the first whole frame's")
    func split() throws {
        let frames = frames(3, byteCount: 300)
        let bytes = try frames.flatMap { try adts($0) }
        var stream = DemuxFixture.audio(0x0F)
        stream.add(Array(bytes[..<100]), pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        stream.add(Array(bytes[100..<310]), pid: DemuxFixture.audioPID, pts: 95_000, isBounded: true)
        stream.add(Array(bytes[310...]), pid: DemuxFixture.audioPID, isBounded: true)
        let events = stream.events()
        #expect(events.payloads == frames)
        #expect(events.times == [0, 5000, 5000 + 2090])
    }

    @Test("finds its step again after garbage")
    func garbage() throws {
        let frames = frames(4)
        var stream = DemuxFixture.audio(0x0F)
        var bytes = try [0x12, 0xFF, 0xF1, 0x50, 0x80] + adts(frames[0]) + adts(frames[1])
        bytes += try [0xFF, 0xFF, 0xF1, 0x00] + adts(frames[2]) + adts(frames[3])
        stream.add(bytes, pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        let events = stream.events()
        #expect(events.payloads == frames)
        #expect(events.statistics.malformed == 1)
    }

    @Test("tells its configuration again when the headers change")
    func change() throws {
        let frames = frames(3)
        var stream = DemuxFixture.audio(0x0F)
        let bytes = try adts(frames[0]) + adts(frames[1], rateIndex: 3) + adts(frames[2], rateIndex: 3)
        stream.add(bytes, pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        let events = stream.events()
        #expect(events.tracks.map(\.configuration) == [[0x12, 0x10], [0x11, 0x90]].map { ByteBuffer(bytes: $0) })
        #expect(events.times == [0, 2090, 2090 + 1920])
    }

    @Test("of a second and third stream gets the tracks 3 and 4; others than audio get none")
    func several() throws {
        let pids: [UInt16] = [0x101, 0x102, 0x103]
        var stream = DemuxFixture(
            [(0x06, 0x110, [0x56, 0])] + pids.map { (0x0F, $0, []) } + [(0x86, 0x111, []), (0x1B, 0x100, [])]
        )
        for (index, pid) in pids.enumerated() {
            stream.add(try adts(frames(3)[index]), pid: pid, pts: 90_000 + UInt64(index), isBounded: true)
        }
        let events = stream.events()
        #expect(events.tracks.map(\.id.rawValue) == [2, 3, 4])
        #expect(events.samples.map(\.track.rawValue) == [2, 3, 4])
        #expect(events.times == [0, 1, 2])
        #expect(events.all.count == 6)
    }

    // MARK: - LATM

    private static let muxConfiguration =
        "0" + "1" + "000000" + "0000" + "000" + "00010" + "0011" + "0010" + "000" + "000" + "11111111" + "0" + "0"

    private func latm(_ payload: [UInt8], configuration: String? = muxConfiguration) -> [UInt8] {
        let full = payload.count / 255
        let length = String(repeating: "11111111", count: full) + TestBits.bits(payload.count % 255, 8)
        let data = payload.map { TestBits.bits(Int($0), 8) }.joined()
        let element = TestBits.bytes((configuration.map { "0" + $0 } ?? "1") + length + data)
        return TestBits.bytes(TestBits.bits(0x2B7, 11) + TestBits.bits(element.count, 13)) + element
    }

    @Test("in LATM comes as raw frames, with and without a repeated configuration")
    func latm() throws {
        let frames = frames(4, byteCount: 300)
        var stream = DemuxFixture.audio(0x11)
        let other = Self.muxConfiguration.replacing("00010" + "0011", with: "00010" + "0100")
        // Nothing can be understood before the first configuration.
        stream.add(latm(frames[3], configuration: nil), pid: DemuxFixture.audioPID, pts: 88_080, isBounded: true)
        stream.add(
            latm(frames[0]) + latm(frames[1], configuration: nil),
            pid: DemuxFixture.audioPID,
            pts: 90_000,
            isBounded: true
        )
        stream.add(latm(frames[2]), pid: DemuxFixture.audioPID, pts: 93_840, isBounded: true)
        stream.add(latm(frames[3], configuration: other), pid: DemuxFixture.audioPID, pts: 95_760, isBounded: true)
        let events = stream.events()
        #expect(events.payloads == frames)
        #expect(events.times == [0, 1920, 3840, 5760])
        #expect(events.tracks.map(\.codec) == [.aac, .aac])
        #expect(events.tracks.map(\.configuration) == [[0x11, 0x90], [0x12, 0x10]].map { ByteBuffer(bytes: $0) })
    }

    @Test("in LATM of several frames in an element, with lengths of its configuration")
    func latmVariants() throws {
        let frames = frames(2, byteCount: 30)
        let lengths = frames.map { frame in
            TestBits.bits(frame.count, 8) + frame.map { TestBits.bits(Int($0), 8) }.joined()
        }
        // The newer syntax, two subframes, a configuration of 16 bits, other data and a checksum.
        let configuration =
            "1" + "0" + "00" + "00000000" + "1" + "000001" + "0000" + "000" + "00" + "00010000" + "00010" + "0011"
            + "0010" + "000" + "000" + "11111111" + "1" + "00" + "00000000" + "1" + "10101010"
        let element = TestBits.bytes("0" + configuration + lengths.joined())
        let bytes = TestBits.bytes(TestBits.bits(0x2B7, 11) + TestBits.bits(element.count, 13)) + element
        var stream = DemuxFixture.audio(0x11)
        stream.add(bytes, pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        let events = stream.events()
        #expect(events.payloads == frames)
        #expect(events.times == [0, 1920])
    }

    @Test("in LATM of several programs is not supported")
    func latmPrograms() {
        var stream = DemuxFixture.audio(0x11)
        let configuration = "0" + "1" + "000000" + "0001" + "000"
        stream.add(
            latm([1, 2, 3], configuration: configuration),
            pid: DemuxFixture.audioPID,
            pts: 90_000,
            isBounded: true
        )
        let events = stream.events()
        #expect(
            events.all == [
                .unsupportedCodec(name: "AAC-LATM of several programs or layers", pid: DemuxFixture.audioPID)
            ]
        )
    }

    // MARK: - Others

    private func mpeg(_ second: UInt8, byteCount: Int) -> [UInt8] {
        [0xFF, second, 0x90, 0x00] + Array(repeating: 0x55, count: byteCount - 4)
    }

    @Test("of MPEG layer III is MP3")
    func mp3() {
        let frame = mpeg(0xFB, byteCount: 417)
        var stream = DemuxFixture.audio(0x03)
        stream.add(frame + frame + frame, pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        let events = stream.events()
        #expect(events.tracks == [MediaTrack(id: TSDemuxer.firstAudioTrack, codec: .mp3)])
        #expect(events.payloads == [frame, frame, frame])
        #expect(events.times == [0, 2351, 4702])
    }

    @Test("of MPEG layer II is told once, as are other codecs")
    func unsupported() {
        let frame = mpeg(0xFD, byteCount: 522)
        var stream = DemuxFixture([
            (0x04, DemuxFixture.audioPID, []), (0x02, 0x100, []), (0x06, 0x102, [0x7B, 0]), (0x06, 0x103, [0x59, 0]),
        ])
        for index in 0..<3 as Range<UInt64> {
            stream.add(frame + frame, pid: DemuxFixture.audioPID, pts: 90_000 + index * 2351, isBounded: true)
            stream.addMap([(0x04, DemuxFixture.audioPID, []), (0x02, 0x100, [])], version: UInt8(index) + 1)
        }
        let events = stream.events()
        #expect(
            events.all == [
                .unsupportedCodec(name: "MPEG-2 video", pid: 0x100), .unsupportedCodec(name: "DTS", pid: 0x102),
                .unsupportedCodec(name: "MP2", pid: DemuxFixture.audioPID),
            ]
        )
    }

    @Test("of AC-3 is cut by the length of its frames")
    func ac3() {
        let frame: [UInt8] = [0x0B, 0x77, 0x12, 0x34, 0x00, 0x40] + Array(repeating: 0x66, count: 122)
        var stream = DemuxFixture.audio(0x81)
        stream.add(frame + frame.prefix(50), pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        stream.add(Array(frame.dropFirst(50)) + frame, pid: DemuxFixture.audioPID, pts: 95_760, isBounded: true)
        let events = stream.events()
        #expect(events.tracks == [MediaTrack(id: TSDemuxer.firstAudioTrack, codec: .ac3)])
        #expect(events.payloads == [frame, frame, frame])
        #expect(events.times == [0, 2880, 5760])
    }

    @Test("of E-AC-3 keeps dependent substreams with their frame, and leaves other programs out")
    func eac3() {
        func frame(_ kind: UInt8, byteCount: Int) -> [UInt8] {
            let size = byteCount / 2 - 1
            return [0x0B, 0x77, kind | UInt8(size >> 8), UInt8(size & 0xFF), 0x30, 0x80]
                + Array(repeating: 0x66, count: byteCount - 6)
        }
        let main = frame(0x00, byteCount: 200)
        let dependent = frame(0x40, byteCount: 60)
        let other = frame(0x08, byteCount: 80)
        var stream = DemuxFixture.audio(0x06, descriptors: [0x7A, 1, 0])
        stream.add(main + dependent + other + main, pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        let events = stream.events()
        #expect(events.tracks == [MediaTrack(id: TSDemuxer.firstAudioTrack, codec: .eac3)])
        #expect(events.payloads == [main + dependent, main])
        #expect(events.times == [0, 2880])
    }

    @Test("of Opus comes without its control header, and with an identification header")
    func opus() throws {
        let descriptors: [UInt8] = [0x05, 4] + Array("Opus".utf8) + [0x7F, 2, 0x80, 2]
        let packet: [UInt8] = [0xF8] + Array(repeating: 0x44, count: 299)
        var stream = DemuxFixture.audio(0x06, descriptors: descriptors)
        let first: [UInt8] = [0x7F, 0xF0, 0xFF, 45, 0x01, 0x38] + packet
        let second: [UInt8] = [0x7F, 0xE0, 3, 0xF9, 1, 2]
        stream.add(first + second + second, pid: DemuxFixture.audioPID, pts: 90_000, isBounded: true)
        let events = stream.events()
        let track = try #require(events.tracks.first)
        let identification = try OpusIdentification(reading: track.configuration)
        #expect((identification.channelCount, identification.preSkip) == (2, 312))
        #expect(events.payloads == [packet, [0xF9, 1, 2], [0xF9, 1, 2]])
        #expect(events.times == [0, 1800, 5400])
    }
}
