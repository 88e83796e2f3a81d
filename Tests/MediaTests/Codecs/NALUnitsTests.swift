import Media
import Testing

@Suite("The NAL units of a sample")
struct NALUnitsTests {
    private func units(_ bytes: [UInt8], lengthSize: Int) -> (units: [[UInt8]], isBroken: Bool) {
        bytes.withUnsafeBytes { bytes in
            var walk = NALUnits(bytes, lengthSize: lengthSize)
            var found: [[UInt8]] = []
            while let unit = walk.next() { found.append(Array(unit)) }
            return (found, walk.isBroken)
        }
    }

    @Test("are found behind lengths of each size, empty ones passed over", arguments: [1, 2, 4])
    func sizes(size: Int) {
        func length(_ count: UInt8) -> [UInt8] { Array(repeating: 0, count: size - 1) + [count] }
        let bytes = length(2) + [0x65, 1] + length(0) + length(1) + [0x41] + length(0)
        let found = units(bytes, lengthSize: size)
        #expect(found.units == [[0x65, 1], [0x41]])
        #expect(!found.isBroken)
        let none = units([], lengthSize: size)
        #expect(none.units == [] && !none.isBroken)
    }

    @Test(
        "end at a length that reaches beyond the payload",
        arguments: [
            ([0xFF, 0xFF, 0xFF, 0xFF, 1], 4), ([0x7F, 0xFF, 0xFF, 0xFF], 4), ([0, 3, 1, 2], 2), ([0, 0, 1], 4),
            ([2, 1], 1), ([1], 1), ([0, 0, 1, 5], 3), ([1, 5], 0), ([1, 5], -1),
        ] as [([UInt8], Int)]
    )
    func broken(bytes: [UInt8], lengthSize: Int) {
        let found = units(bytes, lengthSize: lengthSize)
        #expect(found.units == [] && found.isBroken)
    }

    @Test("that were whole before a broken one are found")
    func prefix() {
        let found = units([0, 1, 0x65, 0, 9, 1], lengthSize: 2)
        #expect(found.units == [[0x65]] && found.isBroken)
    }

    @Test("have the types of their standards")
    func types() {
        #expect(AVCUnitType(firstByte: 0x65) == .instantaneousRefresh && AVCUnitType(firstByte: 0x65).isRandomAccess)
        #expect(AVCUnitType(firstByte: 0x67) == .sequenceParameterSet && !AVCUnitType(firstByte: 0x67).isPicture)
        #expect(AVCUnitType(firstByte: 0x41).isPicture && !AVCUnitType(firstByte: 0x41).isRandomAccess)
        #expect(HEVCUnitType(firstByte: 0x46) == .accessUnitDelimiter)
        #expect(HEVCUnitType(firstByte: 0x40) == .videoParameterSet)
        #expect((0...63).filter { HEVCUnitType(rawValue: $0).isRandomAccess } == Array(16...21))
    }
}
