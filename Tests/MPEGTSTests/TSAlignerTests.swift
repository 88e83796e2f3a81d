import HeadgateTestKit
import Testing

@testable import MPEGTS

@Suite("Cutting bytes into packets")
struct TSAlignerTests {
    private let stream = Array(
        (0..<60).map { TestPackets.packet(pid: 0x100, counter: $0, payload: [UInt8($0)]) }.joined()
    )

    @Test(
        "gives the same packets however the bytes are cut",
        arguments: [1, 7, 187, 188, 189, 500, 1316, 1472, 20_000]
    )
    func anyCut(size: Int) {
        var aligner = TSAligner()
        var whole: [UInt8] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            whole += aligner.append(Array(stream[start..<min(start + size, stream.count)]))
        }
        let isSame = whole == stream
        #expect(isSame)
        #expect(aligner.syncLosses == 0)
        #expect(aligner.discardedBytes == 0)
        #expect(!aligner.hasPartialPacket)
    }

    @Test("skips what is between packets and counts it", arguments: [1, 55, 188, 300])
    func garbage(count: Int) {
        var aligner = TSAligner()
        let garbage = Array(repeating: UInt8(0x11), count: count)
        let isSame = aligner.append(garbage + stream) == stream
        #expect(isSame)
        #expect(aligner.syncLosses == 1)
        #expect(aligner.discardedBytes == UInt64(count))
    }

    @Test("is not fooled by a sync byte that no other follows")
    func falseSync() {
        var aligner = TSAligner()
        let isSame = aligner.append([0x47, 0, 0, 0x47] + stream) == stream
        #expect(isSame)
    }

    @Test("drops the beginning of a packet whose rest was lost")
    func lostRest() {
        var aligner = TSAligner()
        let isSame = aligner.append(Array(stream[..<250])) == Array(stream[..<188])
        #expect(isSame)
        let restIsSame = aligner.append(Array(stream[1316...])) == Array(stream[1316...])
        #expect(restIsSame)
        #expect(aligner.discardedBytes == 62)
        #expect(aligner.syncLosses == 1)
    }

    @Test("holds less than a packet, whatever comes", arguments: 1...10 as ClosedRange<UInt64>)
    func bounded(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var aligner = TSAligner()
        var isRight = true
        for _ in 0..<200 {
            var bytes = generator.bytes(Int.random(in: 0...600, using: &generator))
            for index in bytes.indices where Int.random(in: 0..<20, using: &generator) == 0 { bytes[index] = 0x47 }
            let whole = aligner.append(bytes)
            isRight = isRight && whole.count.isMultiple(of: 188) && aligner.partialByteCount < 188
        }
        #expect(isRight)
    }
}
