import NIOCore

/// Lists of NAL units, each behind its length of 16 bits, as decoder configuration records have them.
enum ParameterSets {
    /// The units share the record's memory. Empty ones are left out.
    static func read(count: Int, from rest: inout ByteBuffer) throws(CodecConfigurationError) -> [ByteBuffer] {
        var sets: [ByteBuffer] = []
        for _ in 0..<count {
            guard let set = rest.readLengthPrefixedSlice(as: UInt16.self) else { throw .truncated }
            if set.readableBytes > 0 { sets.append(set) }
        }
        return sets
    }

    static func check(_ sets: [ByteBuffer]) throws(CodecConfigurationError) {
        for set in sets where set.readableBytes == 0 || set.readableBytes > UInt16.max { throw .invalidParameterSet }
    }

    /// The units are no longer than their lengths can say: see `check`.
    static func write(_ sets: [ByteBuffer], to buffer: inout ByteBuffer) {
        for set in sets {
            buffer.writeInteger(UInt16(truncatingIfNeeded: set.readableBytes))
            buffer.writeImmutableBuffer(set)
        }
    }
}
