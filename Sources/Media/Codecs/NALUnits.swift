/// Walks the NAL units of a sample, each behind its length, ISO/IEC 14496-15 §5.3.4.2 and §8.3.2.1.
///
/// The units are regions of the payload, valid as long as it is; nothing is copied or allocated. Units without bytes are
/// passed over. The walk ends at a length that reaches beyond the payload; `isBroken` then tells.
public struct NALUnits: Sequence, IteratorProtocol {
    private var rest: UnsafeRawBufferPointer
    private let lengthSize: Int
    /// A unit claimed more bytes than there are, or a length was cut off.
    public private(set) var isBroken = false

    /// - Parameters:
    ///   - payload: a sample of H.264 or H.265.
    ///   - lengthSize: the bytes of each length: 1, 2 or 4. The walk of any other size yields nothing and is broken.
    public init(_ payload: UnsafeRawBufferPointer, lengthSize: Int) {
        rest = payload
        self.lengthSize = lengthSize
        if !Self.isSupported(lengthSize: lengthSize) {
            rest = UnsafeRawBufferPointer(start: nil, count: 0)
            isBroken = true
        }
    }

    static func isSupported(lengthSize: Int) -> Bool {
        lengthSize == 1 || lengthSize == 2 || lengthSize == 4
    }

    public mutating func next() -> UnsafeRawBufferPointer? {
        while !rest.isEmpty {
            guard rest.count >= lengthSize else { return end() }
            let length =
                switch lengthSize {
                case 4: Int(UInt32(bigEndian: rest.loadUnaligned(as: UInt32.self)))
                case 2: Int(UInt16(bigEndian: rest.loadUnaligned(as: UInt16.self)))
                default: Int(rest[0])
                }
            guard length <= rest.count - lengthSize else { return end() }
            let unit = UnsafeRawBufferPointer(rebasing: rest[lengthSize..<lengthSize + length])
            rest = UnsafeRawBufferPointer(rebasing: rest[(lengthSize + length)...])
            if !unit.isEmpty { return unit }
        }
        return nil
    }

    private mutating func end() -> UnsafeRawBufferPointer? {
        rest = UnsafeRawBufferPointer(start: nil, count: 0)
        isBroken = true
        return nil
    }
}
