import HeadgateTestKit
import NIOCore
import Testing

@testable import FragmentedMP4

@Suite("The segment before the first fragment")
struct InitializationSegmentTests {
    private static func bytes() throws -> [UInt8] {
        let video = try FragmentedTrack(TrackFixture.avc, trackID: 1)
        let audio = try FragmentedTrack(TrackFixture.aac, trackID: 2)
        return Array(InitializationSegment.bytes(for: [video, audio]).readableBytesView)
    }

    @Test("It is a file type and a movie, nothing else")
    func boxes() throws {
        let bytes = try Self.bytes()
        #expect(MP4Box.boxes(in: bytes).map(\.type) == ["ftyp", "moov"])
        let movie = try #require(MP4Box.find("moov", in: bytes))
        #expect(MP4Box.boxes(in: movie.content).map(\.type) == ["mvhd", "trak", "trak", "mvex"])
        let tables = try #require(MP4Box.find("moov/trak/mdia/minf/stbl", in: bytes))
        #expect(MP4Box.boxes(in: tables.content).map(\.type) == ["stsd", "stts", "stsc", "stsz", "stco"])
    }

    @Test("Tracks have their ID, kind, size and clock")
    func tracks() throws {
        let bytes = try Self.bytes()
        let headers = MP4Box.all("moov/trak/tkhd", in: bytes)
        #expect(headers.map { $0.integer(at: 12, byteCount: 4) } == [1, 2])
        #expect(headers.map { $0.integer(at: 76, byteCount: 4) >> 16 } == [640, 0])
        #expect(headers.map { $0.integer(at: 80, byteCount: 4) >> 16 } == [360, 0])
        #expect(headers.map(\.content.count) == [84, 84])
        #expect(
            MP4Box.all("moov/trak/mdia/mdhd", in: bytes).map { $0.integer(at: 12, byteCount: 4) } == [90_000, 90_000]
        )
        let kinds = MP4Box.all("moov/trak/mdia/hdlr", in: bytes)
        #expect(kinds.map { String(decoding: $0.content[8..<12], as: UTF8.self) } == ["vide", "soun"])
        #expect(MP4Box.all("moov/trak/mdia/minf/vmhd", in: bytes).count == 1)
        #expect(MP4Box.all("moov/trak/mdia/minf/smhd", in: bytes).count == 1)
        #expect(MP4Box.find("moov/trak/mdia/minf/dinf/dref/url ", in: bytes)?.content == [0, 0, 0, 1])
        #expect(MP4Box.find("moov/mvhd", in: bytes)?.content.count == 100)
        #expect(MP4Box.find("moov/mvhd", in: bytes)?.integer(at: 96, byteCount: 4) == 3)
    }

    @Test("Each track says that fragments follow")
    func fragmentsFollow() throws {
        let extends = MP4Box.all("moov/mvex/trex", in: try Self.bytes())
        #expect(extends.map { $0.integer(at: 4, byteCount: 4) } == [1, 2])
        #expect(extends.map { $0.integer(at: 8, byteCount: 4) } == [1, 1])
        #expect(extends.map(\.content.count) == [24, 24])
    }

    @Test("Without tracks it is still a file")
    func empty() {
        let bytes = Array(InitializationSegment.bytes(for: []).readableBytesView)
        #expect(MP4Box.boxes(in: bytes).map(\.type) == ["ftyp", "moov"])
    }
}
