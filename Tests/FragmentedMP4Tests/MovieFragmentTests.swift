import HeadgateTestKit
import NIOCore
import Testing

@testable import FragmentedMP4

@Suite("Fragments")
struct MovieFragmentTests {
    private static func sample(
        _ byteCount: Int,
        duration: UInt32,
        offset: Int32 = 0,
        isKeyframe: Bool = true
    ) -> FragmentSample {
        FragmentSample(
            duration: duration,
            compositionOffset: offset,
            isKeyframe: isKeyframe,
            payload: ByteBuffer(bytes: (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &+ byteCount) })
        )
    }

    private static func read(_ fragment: MovieFragment) -> FragmentReader {
        let reader = FragmentReader(Array(fragment.bytes().readableBytesView))
        #expect(reader.problems == [])
        return reader
    }

    @Test("Two tracks come back as they were, with times, offsets and flags")
    func roundTrip() {
        let pictures = [
            Self.sample(500, duration: 3_600, offset: 7_200),
            Self.sample(20, duration: 3_599, offset: -3_600, isKeyframe: false),
            Self.sample(1, duration: 3_601, offset: 0, isKeyframe: false),
        ]
        let sounds = [Self.sample(300, duration: 1_920), Self.sample(301, duration: 1_921)]
        let reader = Self.read(
            MovieFragment(
                sequenceNumber: 7,
                runs: [
                    FragmentRun(trackID: 1, decodeTime: 1 << 40, samples: pictures),
                    FragmentRun(trackID: 2, decodeTime: 5, samples: sounds),
                ]
            )
        )
        #expect(reader.sequenceNumbers == [7])
        #expect(reader.samples.map(\.trackID) == [1, 1, 1, 2, 2])
        #expect(reader.samples.map(\.decodeTime) == [1 << 40, 1 << 40 + 3_600, 1 << 40 + 7_199, 5, 1_925])
        #expect(reader.samples.map(\.duration) == [3_600, 3_599, 3_601, 1_920, 1_921])
        #expect(reader.samples.map(\.compositionOffset) == [7_200, -3_600, 0, 0, 0])
        #expect(reader.samples.map(\.isKeyframe) == [true, false, false, true, true])
        #expect(reader.samples.map(\.payload) == (pictures + sounds).map { Array($0.payload.readableBytesView) })
    }

    @Test("A track without samples is left out, and so may be all")
    func emptyRuns() {
        let empty = FragmentRun(trackID: 1, decodeTime: 9, samples: [])
        let full = FragmentRun(trackID: 2, decodeTime: 9, samples: [Self.sample(10, duration: 1)])
        #expect(Self.read(MovieFragment(sequenceNumber: 1, runs: [empty, full])).samples.map(\.trackID) == [2])
        #expect(Self.read(MovieFragment(sequenceNumber: 1, runs: [])).samples == [])
    }

    @Test("Durations and offsets at their limits, and samples without bytes, are written as they are")
    func limits() {
        let samples = [
            Self.sample(0, duration: .max, offset: .min),
            Self.sample(0, duration: 0, offset: .max, isKeyframe: false),
        ]
        let run = FragmentRun(trackID: .max, decodeTime: 0, samples: samples)
        let reader = Self.read(MovieFragment(sequenceNumber: .max, runs: [run]))
        #expect(reader.samples.map(\.duration) == [Int(UInt32.max), 0])
        #expect(reader.samples.map(\.compositionOffset) == [Int(Int32.min), Int(Int32.max)])
    }

    @Test("All bytes are written at once, into memory that was made for them")
    func memory() {
        let samples = (0..<50).map { Self.sample(1_000 + $0, duration: 1_920) }
        let bytes = MovieFragment(
            sequenceNumber: 1,
            runs: [
                FragmentRun(trackID: 1, decodeTime: 0, samples: samples),
                FragmentRun(trackID: 2, decodeTime: 0, samples: samples),
            ]
        ).bytes()
        #expect(bytes.capacity < 2 * bytes.readableBytes)
        #expect(bytes.readableBytes - samples.reduce(0) { $0 + $1.payload.readableBytes } * 2 < 100 * 12 + 200)
    }
}
