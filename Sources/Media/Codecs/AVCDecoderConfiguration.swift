public import NIOCore

/// `AVCDecoderConfigurationRecord`, ISO/IEC 14496-15 §5.3.3.1: what a decoder of H.264 must know beforehand.
public struct AVCDecoderConfiguration: Hashable, Sendable {
    /// A record has five bits for the number of sequence parameter sets.
    public static let maximumSequenceParameterSets = 31
    /// A record has eight bits for the number of picture parameter sets.
    public static let maximumPictureParameterSets = 255

    /// What a record says in addition for the high profiles, from 100 on.
    public struct HighProfile: Hashable, Sendable {
        /// `chroma_format_idc`: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
        public var chromaFormat: UInt8
        /// Bits of a sample, 8 to 15.
        public var lumaBitDepth: UInt8
        public var chromaBitDepth: UInt8
        public var sequenceParameterSetExtensions: [ByteBuffer]

        public init(
            chromaFormat: UInt8,
            lumaBitDepth: UInt8,
            chromaBitDepth: UInt8,
            sequenceParameterSetExtensions: [ByteBuffer] = []
        ) {
            self.chromaFormat = chromaFormat
            self.lumaBitDepth = lumaBitDepth
            self.chromaBitDepth = chromaBitDepth
            self.sequenceParameterSetExtensions = sequenceParameterSetExtensions
        }
    }

    /// `AVCProfileIndication`.
    public let profile: UInt8
    /// The constraint flags.
    public let profileCompatibility: UInt8
    /// `AVCLevelIndication`, ten times the level.
    public let level: UInt8
    /// The bytes of the length before each NAL unit of a sample: 1, 2 or 4.
    public let nalUnitLengthSize: Int
    /// NAL units without start code or length.
    public let sequenceParameterSets: [ByteBuffer]
    public let pictureParameterSets: [ByteBuffer]
    /// Nil for other profiles, and for records of writers that leave it out.
    public let highProfile: HighProfile?

    /// From parameter sets as a stream carries them; profile and level are those of the first sequence parameter set.
    public init(
        sequenceParameterSets: [ByteBuffer],
        pictureParameterSets: [ByteBuffer],
        nalUnitLengthSize: Int = 4,
        highProfile: HighProfile? = nil
    ) throws(CodecConfigurationError) {
        guard let first = sequenceParameterSets.first else { throw .missingParameterSet }
        guard NALUnits.isSupported(lengthSize: nalUnitLengthSize) else {
            throw .unsupportedLengthSize(nalUnitLengthSize)
        }
        guard sequenceParameterSets.count <= Self.maximumSequenceParameterSets,
            pictureParameterSets.count <= Self.maximumPictureParameterSets
        else { throw .tooManyParameterSets }
        try ParameterSets.check(sequenceParameterSets)
        try ParameterSets.check(pictureParameterSets)
        guard let bytes = first.getBytes(at: first.readerIndex, length: 4) else { throw .invalidParameterSet }
        if let highProfile {
            guard highProfile.sequenceParameterSetExtensions.count <= Self.maximumPictureParameterSets else {
                throw .tooManyParameterSets
            }
            try ParameterSets.check(highProfile.sequenceParameterSetExtensions)
            guard highProfile.chromaFormat < 4, (8...15).contains(highProfile.lumaBitDepth),
                (8...15).contains(highProfile.chromaBitDepth)
            else { throw .invalidField }
        }
        profile = bytes[1]
        profileCompatibility = bytes[2]
        level = bytes[3]
        self.nalUnitLengthSize = nalUnitLengthSize
        self.sequenceParameterSets = sequenceParameterSets
        self.pictureParameterSets = pictureParameterSets
        self.highProfile = highProfile
    }

    /// Reads a record. It may lack parameter sets (they then come in the samples) and what the high profiles add; bytes
    /// after it are left alone.
    public init(reading record: ByteBuffer) throws(CodecConfigurationError) {
        var rest = record
        guard let version = rest.readInteger(as: UInt8.self) else { throw .truncated }
        guard version == 1 else { throw .unsupportedVersion(version) }
        guard let header = rest.readMultipleIntegers(as: (UInt8, UInt8, UInt8, UInt8, UInt8).self) else {
            throw .truncated
        }
        profile = header.0
        profileCompatibility = header.1
        level = header.2
        nalUnitLengthSize = Int(header.3 & 3) + 1
        guard NALUnits.isSupported(lengthSize: nalUnitLengthSize) else {
            throw .unsupportedLengthSize(nalUnitLengthSize)
        }
        sequenceParameterSets = try ParameterSets.read(count: Int(header.4 & 0x1F), from: &rest)
        guard let count = rest.readInteger(as: UInt8.self) else { throw .truncated }
        pictureParameterSets = try ParameterSets.read(count: Int(count), from: &rest)
        highProfile = Self.isHigh(profile) ? Self.readHighProfile(&rest) : nil
    }

    /// The profiles for which the record goes on after the parameter sets.
    private static func isHigh(_ profile: UInt8) -> Bool {
        profile == 100 || profile == 110 || profile == 122 || profile == 144
    }

    /// Many writers end the record before this, or in the middle of it.
    private static func readHighProfile(_ rest: inout ByteBuffer) -> HighProfile? {
        guard let fields = rest.readMultipleIntegers(as: (UInt8, UInt8, UInt8).self) else { return nil }
        let count = rest.readInteger(as: UInt8.self) ?? 0
        return HighProfile(
            chromaFormat: fields.0 & 3,
            lumaBitDepth: fields.1 & 7 + 8,
            chromaBitDepth: fields.2 & 7 + 8,
            sequenceParameterSetExtensions: (try? ParameterSets.read(count: Int(count), from: &rest)) ?? []
        )
    }

    /// The record as bytes.
    public var record: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(UInt8(1), profile, profileCompatibility, level)
        buffer.writeInteger(0xFC | UInt8(truncatingIfNeeded: nalUnitLengthSize - 1))
        buffer.writeInteger(0xE0 | UInt8(truncatingIfNeeded: sequenceParameterSets.count))
        ParameterSets.write(sequenceParameterSets, to: &buffer)
        buffer.writeInteger(UInt8(truncatingIfNeeded: pictureParameterSets.count))
        ParameterSets.write(pictureParameterSets, to: &buffer)
        if let highProfile, Self.isHigh(profile) {
            let extensions = highProfile.sequenceParameterSetExtensions
            buffer.writeInteger(0xFC | highProfile.chromaFormat)
            buffer.writeInteger(0xF8 | (highProfile.lumaBitDepth &- 8))
            buffer.writeInteger(0xF8 | (highProfile.chromaBitDepth &- 8))
            buffer.writeInteger(UInt8(truncatingIfNeeded: extensions.count))
            ParameterSets.write(extensions, to: &buffer)
        }
        return buffer
    }
}
