/// Walks the NAL units of an aggregation packet, each behind its length of 16 bits: RFC 6184 §5.7.1, RFC 7798 §4.4.2. Units
/// without bytes are passed over. The walk ends at a length that reaches beyond the packet; `isBroken` then tells.
struct AggregatedUnits: IteratorProtocol {
    private var rest: UnsafeRawBufferPointer
    private(set) var isBroken = false

    init(_ payload: UnsafeRawBufferPointer) {
        rest = payload
    }

    mutating func next() -> UnsafeRawBufferPointer? {
        while !rest.isEmpty {
            guard rest.count >= 2 else { break }
            let length = Int(UInt16(bigEndian: rest.loadUnaligned(as: UInt16.self)))
            guard length <= rest.count - 2 else { break }
            let unit = UnsafeRawBufferPointer(rebasing: rest[2..<2 + length])
            rest = UnsafeRawBufferPointer(rebasing: rest[(2 + length)...])
            if !unit.isEmpty { return unit }
        }
        isBroken = !rest.isEmpty
        return nil
    }
}
