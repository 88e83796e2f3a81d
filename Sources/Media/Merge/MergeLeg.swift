/// One of the two ways on which a stream comes that is merged.
public enum MergeLeg: Int, Hashable, Sendable, CaseIterable {
    case first, second

    @inlinable public var other: MergeLeg { self == .first ? .second : .first }
    /// In a set of legs.
    @inlinable public var bit: UInt8 { self == .first ? 1 : 2 }
}
