import Testing

@testable import MPEGTS

@Suite("Units of a byte stream")
struct AnnexBUnitsTests {
    private func units(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.withUnsafeBytes { bytes in AnnexBUnits(bytes).map(Array.init) }
    }

    @Test(
        "are told apart by start codes",
        arguments: [
            ([], []),
            ([1, 2, 3, 4, 5, 6, 7, 8, 9], []),
            ([0, 0, 1], []),
            ([0, 0, 0, 1, 9], [[9]]),
            ([7, 7, 0, 0, 1, 9, 0, 8], [[9, 0, 8]]),
            ([0, 0, 1, 9, 8, 0, 0, 0, 0, 1, 7, 0, 0], [[9, 8], [7]]),
            ([0, 0, 1, 0, 0, 1, 5, 0, 0, 3, 1, 0, 0, 2], [[5, 0, 0, 3, 1, 0, 0, 2]]),
            ([0, 0, 1, 1, 0, 0, 1, 2, 0, 0, 1, 3, 0, 0, 1, 4], [[1], [2], [3], [4]]),
        ] as [([UInt8], [[UInt8]])]
    )
    func units(bytes: [UInt8], expected: [[UInt8]]) {
        #expect(units(bytes) == expected)
    }

    @Test("are found wherever they start", arguments: 0...40)
    func positions(position: Int) {
        let filler: [UInt8] = Array(repeating: 0xEE, count: position)
        #expect(units([0, 0, 1, 5] + filler + [0, 0, 1, 6]) == [[5] + filler, [6]])
        #expect(units(filler + [0, 0, 1] + filler + [0, 0]) == (position == 0 ? [] : [filler]))
    }
}
