import Testing

@testable import SRT

@Suite("Packet numbers of an SRT session")
struct SRTSequenceTests {
    @Test(
        "A number that is not the next one tells of a loss, also where the 31 bits wrap",
        arguments: [
            ([5, 6, 7], [false, false, false]), ([5, 7, 8], [false, true, false]),
            ([Int32.max - 1, Int32.max, 0, 1], [false, false, false, false]),
            ([Int32.max, 1], [false, true]), ([9, 3], [false, true]),
        ] as [([Int32], [Bool])]
    )
    func gaps(_ numbers: [Int32], _ expected: [Bool]) {
        var sequence = SRTSequence()
        #expect(numbers.map { sequence.isGap(before: $0) } == expected)
    }
}
