import Media
import Testing

@testable import RTP

@Suite("Decode times of pictures of which only the presentation is known")
struct DecodeClockTests {
    private static let frame: Int64 = 3600

    /// When pictures that are shown at these places are decoded, in frames from 100 on.
    private static func decoded(_ shown: [Int64], _ clock: inout DecodeClock) -> [Int64] {
        shown.map { clock.decodeTime(ofShown: MediaTime(ticks: (100 + $0) * frame)).ticks / frame - 100 }
    }

    @Test(
        "go on a frame at a time, as far before as the depth says",
        arguments: [
            (0, [0, 1, 2, 3], [0, 1, 2, 3]),
            (1, [0, 2, 1, 4, 3, 6, 5], [-1, 0, 1, 2, 3, 4, 5]),
            // A pyramid: two pictures come before one that is shown before both.
            (2, [0, 4, 2, 1, 3, 8, 6, 5, 7], [-2, -1, 0, 1, 2, 3, 4, 5, 6]),
            (2, [0, 1, 2, 3], [-2, -1, 0, 1]),
        ] as [(Int, [Int64], [Int64])]
    )
    func known(depth: Int, shown: [Int64], expected: [Int64]) {
        var clock = DecodeClock()
        clock.configure(reorderDepth: depth, frameDuration: Self.frame)
        #expect(Self.decoded(shown, &clock) == expected)
    }

    @Test("are learned from the pictures when nothing is known")
    func unknown() {
        var clock = DecodeClock()
        clock.configure(reorderDepth: nil, frameDuration: nil)
        #expect(Self.decoded([0, 3, 1, 2, 6, 4, 5, 9, 7, 8], &clock) == [0, 3, 3, 3, 3, 4, 5, 6, 7, 8])
        #expect(clock.depth == 1)
        // What was seen stays when parameter sets come that do not tell, and goes when they do.
        clock.configure(reorderDepth: nil, frameDuration: nil)
        #expect(clock.depth == 1)
        clock.configure(reorderDepth: 0, frameDuration: nil)
        #expect(clock.depth == 0)
    }

    @Test("do not lag behind for ever when pictures are missing")
    func missing() {
        var clock = DecodeClock()
        clock.configure(reorderDepth: 1, frameDuration: Self.frame)
        #expect(Self.decoded([0, 2, 1, 8, 7, 10, 9], &clock) == [-1, 0, 1, 2, 7, 8, 9])
    }

    @Test("start anew at a step forward, and wait at one back")
    func steps() {
        var clock = DecodeClock()
        clock.configure(reorderDepth: 1, frameDuration: Self.frame)
        #expect(Self.decoded([0, 2, 1, 100, 102, 101], &clock) == [-1, 0, 1, 99, 100, 101])
        #expect(Self.decoded([0, 1, 2], &clock) == [101, 101, 101])
    }

    @Test("are not below zero")
    func zero() {
        var clock = DecodeClock()
        clock.configure(reorderDepth: 16, frameDuration: 90_000)
        #expect(clock.decodeTime(ofShown: .zero) == .zero)
        #expect(clock.decodeTime(ofShown: MediaTime(ticks: -5)) == .zero)
    }

    @Test("never go back, whatever times and parameter sets come", arguments: [1, 2, 3] as [UInt64])
    func anyTimes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var clock = DecodeClock()
        var last = MediaTime.zero
        for number in 0..<5_000 as Range<Int64> {
            if number % 100 == 0 {
                let depth = Int.random(in: -5...40, using: &generator)
                clock.configure(
                    reorderDepth: depth > 30 ? nil : depth,
                    frameDuration: .random(in: .min ... .max, using: &generator)
                )
            }
            let jitter = Int64.random(in: -200_000...200_000, using: &generator)
            let wild = Int64.random(in: -(1 << 60)...(1 << 60), using: &generator)
            let isWild = UInt8.random(in: 0...200, using: &generator) == 0
            let time = clock.decodeTime(ofShown: MediaTime(ticks: isWild ? wild : number * 3600 + jitter))
            #expect(time >= last)
            last = time
            #expect(clock.depth <= DecodeClock.maximumDepth)
        }
    }
}
