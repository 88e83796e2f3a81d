/// Walks the NAL units of a byte stream, ITU-T H.264 annex B: start codes of three or four bytes and zero bytes behind
/// a unit belong to neither unit. What comes before the first start code is passed over.
///
/// The units are regions of the bytes; nothing is copied or allocated.
struct AnnexBUnits: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    /// Behind the next unit's start code; the end of the bytes when there is none.
    private var position: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = Self.startCode(in: bytes, from: 0).map { $0 + 3 } ?? bytes.count
    }

    mutating func next() -> UnsafeRawBufferPointer? {
        while position < bytes.count {
            let start = position
            let code = Self.startCode(in: bytes, from: start)
            position = code.map { $0 + 3 } ?? bytes.count
            var end = code ?? bytes.count
            while end > start, bytes[end - 1] == 0 { end -= 1 }
            if end > start { return UnsafeRawBufferPointer(rebasing: bytes[start..<end]) }
        }
        return nil
    }

    /// Whether the bytes start with a start code, zero bytes before it included.
    static func startsWithCode(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var zeros = 0
        while zeros < bytes.count, bytes[zeros] == 0 { zeros += 1 }
        return zeros >= 2 && zeros < bytes.count && bytes[zeros] == 1
    }

    /// Where the next 0, 0, 1 is. Looks at eight bytes at once: most have no zero among them.
    static func startCode(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let end = bytes.count - 2
        var index = start
        while index < end {
            if index + 8 <= bytes.count {
                let word = base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080 == 0 {
                    index += 8
                    continue
                }
            }
            let stop = Swift.min(index + 8, end)
            while index < stop {
                if base.load(fromByteOffset: index, as: UInt8.self) == 0,
                    base.load(fromByteOffset: index + 1, as: UInt8.self) == 0,
                    base.load(fromByteOffset: index + 2, as: UInt8.self) == 1
                {
                    return index
                }
                index += 1
            }
        }
        return nil
    }
}
