import NIOCore

/// `StreamMuxConfig` of LATM, ISO/IEC 14496-3 §1.7.3.1: how the elements that follow are laid out, and the decoder's
/// configuration.
public struct LATMStreamMux: Sendable {
    public let configuration: AudioSpecificConfig
    /// Payloads in each element.
    public let subframes: Int
    /// The length of each payload; nil when each says it.
    public let fixedByteCount: Int?

    /// Nil for what is allowed but not read: several programs or layers, the second version of the syntax, and layouts
    /// of channels that have no number.
    public init?(_ reader: inout BitstreamReader) throws(BitstreamError) {
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
        var isAll = false
        if let announced {
            guard announced <= reader.remainingBits else { throw .exhausted }
            bitCount = announced
            try reader.skip(announced)
        } else {
            guard try Self.skipAudioConfiguration(&reader) else { return nil }
            isAll = try Self.skipExtension(&reader)
            bitCount = reader.position - start.position
        }
        var copy = start
        let record = try copy.readBits(bitCount)
        guard let configuration = try? AudioSpecificConfig(reading: record) else { return nil }
        self.configuration = configuration
        guard !isAll else {
            fixedByteCount = nil
            return
        }

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

    /// Some senders write into a session description all of the configuration that a file has, with the extension that
    /// is told by its mark, where it has no place and no length is given; and nothing behind it.
    private static func skipExtension(_ reader: inout BitstreamReader) throws(BitstreamError) -> Bool {
        var rest = reader
        guard rest.remainingBits >= 17, try rest.read(11) == 0x2B7, try rest.read(5) == 5 else { return false }
        if try rest.readFlag() { try skipFrequency(&rest) }
        reader = rest
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
