import Media
import NIOCore

/// `StreamMuxConfig` of LATM, ISO/IEC 14496-3 §1.7.3.1: how the elements that follow are laid out, and the decoder's
/// configuration.
struct LATMStreamMux: Sendable {
    let configuration: AudioSpecificConfig
    /// Payloads in each element.
    let subframes: Int
    /// The length of each payload; nil when each says it.
    let fixedByteCount: Int?

    /// Nil for what is allowed but not read: several programs or layers, the second version of the syntax, and layouts
    /// of channels that have no number.
    init?(_ reader: inout BitstreamReader, of element: UnsafeRawBufferPointer) throws(BitstreamError) {
        let hasVersion = try reader.readFlag()
        if hasVersion {
            if try reader.readFlag() { return nil }
            _ = try Self.readValue(&reader)
        }
        // `allStreamsSameTimeFraming`
        guard try reader.readFlag() else { return nil }
        subframes = Int(try reader.read(6)) + 1
        guard try reader.read(4) == 0, try reader.read(3) == 0 else { return nil }

        let announced = hasVersion ? Int(try Self.readValue(&reader)) : nil
        let start = reader
        let bitCount: Int
        if let announced {
            guard announced <= reader.remainingBits else { throw .exhausted }
            bitCount = announced
            try reader.skip(announced)
        } else {
            guard try Self.skipAudioConfiguration(&reader) else { return nil }
            bitCount = reader.position - start.position
        }
        var copy = start
        let record = try copy.readBits(bitCount)
        guard let configuration = try? AudioSpecificConfig(reading: record) else { return nil }
        self.configuration = configuration

        switch try reader.read(3) {
        case 0:
            try reader.skip(8)
            fixedByteCount = nil
        case 1:
            fixedByteCount = Int(try reader.read(9)) + 20
        default:
            return nil
        }
        if try reader.readFlag() { try Self.skipOtherDataLength(&reader, hasVersion: hasVersion) }
        if try reader.readFlag() { try reader.skip(8) }
    }

    /// `LatmGetValue`
    private static func readValue(_ reader: inout BitstreamReader) throws(BitstreamError) -> UInt32 {
        let byteCount = Int(try reader.read(2)) + 1
        return try reader.read(byteCount * 8)
    }

    /// The other data itself comes behind the payloads, where nothing is read any more.
    private static func skipOtherDataLength(
        _ reader: inout BitstreamReader,
        hasVersion: Bool
    ) throws(BitstreamError) {
        if hasVersion {
            _ = try readValue(&reader)
            return
        }
        var isLast = false
        while !isLast {
            isLast = try !reader.readFlag()
            try reader.skip(8)
        }
    }

    /// Finds the end of an `AudioSpecificConfig` whose length is not given, §1.6.2.1: then nothing is signalled behind
    /// it. False when the type is not general audio.
    private static func skipAudioConfiguration(_ reader: inout BitstreamReader) throws(BitstreamError) -> Bool {
        var type = try readObjectType(&reader)
        try skipFrequency(&reader)
        let channels = try reader.read(4)
        guard channels != 0 else { return false }
        if type == 5 || type == 29 {
            try skipFrequency(&reader)
            type = try readObjectType(&reader)
        }
        guard (1...4).contains(type) else { return false }
        // `GASpecificConfig`, §4.4.1.
        try reader.skip(1)
        if try reader.readFlag() { try reader.skip(14) }
        if try reader.readFlag() { try reader.skip(1) }
        return true
    }

    private static func readObjectType(_ reader: inout BitstreamReader) throws(BitstreamError) -> UInt32 {
        let type = try reader.read(5)
        return type == 31 ? 32 + (try reader.read(6)) : type
    }

    private static func skipFrequency(_ reader: inout BitstreamReader) throws(BitstreamError) {
        if try reader.read(4) == 15 { try reader.skip(24) }
    }
}

extension BitstreamReader {
    /// The next bits as bytes, the last filled up with zeros. For a few dozen bytes.
    mutating func readBits(_ count: Int) throws(BitstreamError) -> ByteBuffer {
        guard count <= remainingBits else { throw .exhausted }
        var buffer = ByteBuffer()
        var rest = count
        while rest > 0 {
            let taken = min(rest, 8)
            buffer.writeInteger(UInt8(truncatingIfNeeded: try read(taken) << UInt32(8 - taken)))
            rest -= taken
        }
        return buffer
    }

    /// The next `count` bytes, which may begin within one, copied at once from `bytes`, which the reader reads.
    mutating func readBytes(_ count: Int, of bytes: UnsafeRawBufferPointer) throws(BitstreamError) -> ByteBuffer {
        guard count * 8 <= remainingBits else { throw .exhausted }
        let start = position >> 3
        let shift = UInt8(truncatingIfNeeded: position & 7)
        var buffer = ByteBuffer()
        if shift == 0 {
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
        } else {
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                for index in 0..<count {
                    target[index] = bytes[start + index] << shift | bytes[start + index + 1] >> (8 - shift)
                }
                return count
            }
        }
        try skip(count * 8)
        return buffer
    }
}
