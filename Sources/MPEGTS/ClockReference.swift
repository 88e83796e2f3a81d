/// A program clock reference, ISO/IEC 13818-1 §2.4.3.5: a count of the 27 MHz system clock that wraps after 26.5 hours.
@frozen
public struct ClockReference: Hashable, Sendable {
    /// Ticks a second.
    public static let frequency: UInt64 = 27_000_000
    /// The count wraps here: 2^33 ticks of 90 kHz, 300 ticks of 27 MHz each.
    public static let period: UInt64 = (1 << 33) * 300

    /// Of a PCR or OPCR field.
    static let byteCount = 6

    /// 27 MHz ticks, below `period`.
    public let ticks: UInt64

    public init(ticks: UInt64) {
        self.ticks = ticks % Self.period
    }

    /// Reads the six bytes of a PCR or OPCR field.
    @usableFromInline
    init(reading field: UnsafeRawPointer) {
        let high = UInt64(UInt32(bigEndian: field.loadUnaligned(as: UInt32.self)))
        let low = UInt64(UInt16(bigEndian: field.loadUnaligned(fromByteOffset: 4, as: UInt16.self)))
        let base = high << 1 | low >> 15
        self.init(ticks: base * 300 + low & 0x1FF)
    }

    /// Writes the six bytes of a PCR or OPCR field, with the reserved bits set.
    func write(to field: UnsafeMutableRawPointer) {
        let base = ticks / 300
        let low = UInt16(truncatingIfNeeded: (base & 1) << 15 | 0x7E00 | ticks % 300)
        field.storeBytes(of: UInt32(truncatingIfNeeded: base >> 1).bigEndian, as: UInt32.self)
        field.storeBytes(of: low.bigEndian, toByteOffset: 4, as: UInt16.self)
    }

    /// The shorter way from `earlier` to this count around the wrap, in 27 MHz ticks: negative when it went back.
    public func ticks(since earlier: ClockReference) -> Int64 {
        let forward = (ticks + Self.period - earlier.ticks) % Self.period
        return forward <= Self.period / 2 ? Int64(forward) : Int64(forward) - Int64(Self.period)
    }

    /// This count after `ticks` more, wrapped.
    public func advanced(by ticks: UInt64) -> ClockReference {
        ClockReference(ticks: self.ticks + ticks % Self.period)
    }

    /// This count after `ticks` more, or before it by as many less, wrapped.
    public func advanced(bySigned ticks: Int64) -> ClockReference {
        let rest = ticks % Int64(Self.period)
        return advanced(by: UInt64(rest < 0 ? rest + Int64(Self.period) : rest))
    }
}

/// A presentation or decoding timestamp, ISO/IEC 13818-1 §2.4.3.7: a 33-bit count of a 90 kHz clock.
@frozen
public struct PESTimestamp: Hashable, Sendable {
    /// A picture is shown so long after it is decoded at most; a step back by more is another timeline: 2 s.
    static let maximumReordering: Int64 = 180_000

    /// Ticks a second.
    public static let frequency: UInt64 = 90_000
    /// The count wraps here.
    public static let period: UInt64 = 1 << 33

    /// 90 kHz ticks, below `period`.
    public let ticks: UInt64

    public init(ticks: UInt64) {
        self.ticks = ticks & (Self.period - 1)
    }

    /// Reads the five bytes of a PTS or DTS field, without looking at its marker bits.
    init(reading field: UnsafeRawPointer) {
        let first = UInt64(field.load(as: UInt8.self))
        let middle = UInt64(UInt16(bigEndian: field.loadUnaligned(fromByteOffset: 1, as: UInt16.self)))
        let last = UInt64(UInt16(bigEndian: field.loadUnaligned(fromByteOffset: 3, as: UInt16.self)))
        ticks = (first >> 1 & 0x7) << 30 | (middle >> 1) << 15 | last >> 1
    }

    /// Writes the 33 bits and their markers over a PTS or DTS field, keeping the four bits that name it.
    func write(to field: UnsafeMutableRawPointer) {
        let name = field.load(as: UInt8.self) & 0xF0
        field.storeBytes(of: name | UInt8(truncatingIfNeeded: ticks >> 30 & 0x7) << 1 | 1, as: UInt8.self)
        let middle = UInt16(truncatingIfNeeded: ticks >> 15 & 0x7FFF) << 1 | 1
        let last = UInt16(truncatingIfNeeded: ticks & 0x7FFF) << 1 | 1
        field.storeBytes(of: middle.bigEndian, toByteOffset: 1, as: UInt16.self)
        field.storeBytes(of: last.bigEndian, toByteOffset: 3, as: UInt16.self)
    }

    /// The shorter way from `earlier` to this count around the wrap, in 90 kHz ticks: negative when it went back.
    public func ticks(since earlier: PESTimestamp) -> Int64 {
        let forward = (ticks &- earlier.ticks) & (Self.period - 1)
        return forward <= Self.period / 2 ? Int64(forward) : Int64(forward) - Int64(Self.period)
    }

    /// This count after `ticks` more, wrapped.
    public func advanced(by ticks: UInt64) -> PESTimestamp {
        PESTimestamp(ticks: self.ticks &+ ticks)
    }

    /// This count after `ticks` more, or before it by as many less, wrapped.
    public func advanced(bySigned ticks: Int64) -> PESTimestamp {
        PESTimestamp(ticks: self.ticks &+ UInt64(bitPattern: ticks))
    }
}
