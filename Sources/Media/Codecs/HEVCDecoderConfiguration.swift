public import NIOCore

/// `HEVCDecoderConfigurationRecord`, ISO/IEC 14496-15 §8.3.3.1: what a decoder of H.265 must know beforehand.
public struct HEVCDecoderConfiguration: Hashable, Sendable {
    /// Each list has 16 bits for its length; a stream can have far fewer different sets (64 for the pictures').
    public static let maximumParameterSets = 256

    /// `general_profile_space` to `general_level_idc` of the profile, tier and level, ISO/IEC 23008-2 §7.3.3.
    public struct ProfileTierLevel: Hashable, Sendable {
        /// 0 to 3.
        public var profileSpace: UInt8
        public var isHighTier: Bool
        /// `general_profile_idc`, 0 to 31.
        public var profile: UInt8
        public var profileCompatibility: UInt32
        /// The 48 bits between the compatibility flags and the level.
        public var constraints: UInt64
        /// `general_level_idc`, thirty times the level.
        public var level: UInt8

        public init(
            profileSpace: UInt8 = 0,
            isHighTier: Bool = false,
            profile: UInt8,
            profileCompatibility: UInt32,
            constraints: UInt64 = 0,
            level: UInt8
        ) {
            self.profileSpace = profileSpace
            self.isHighTier = isHighTier
            self.profile = profile
            self.profileCompatibility = profileCompatibility
            self.constraints = constraints
            self.level = level
        }
    }

    public let profileTierLevel: ProfileTierLevel
    /// 0 when it is not known.
    public let minimumSpatialSegmentation: UInt16
    /// 0 when it is not known.
    public let parallelism: UInt8
    /// `chroma_format_idc`: 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    public let chromaFormat: UInt8
    /// Bits of a sample, 8 to 15.
    public let lumaBitDepth: UInt8
    public let chromaBitDepth: UInt8
    /// Frames in 256 seconds; 0 when it is not known.
    public let averageFrameRate: UInt16
    public let constantFrameRate: UInt8
    /// `numTemporalLayers`; 0 when it is not known.
    public let temporalLayers: UInt8
    public let isTemporalIDNested: Bool
    /// The bytes of the length before each NAL unit of a sample: 1, 2 or 4.
    public let nalUnitLengthSize: Int
    /// NAL units without start code or length.
    public let videoParameterSets: [ByteBuffer]
    public let sequenceParameterSets: [ByteBuffer]
    public let pictureParameterSets: [ByteBuffer]
    /// Supplemental information that holds for the whole stream.
    public let supplementalInformation: [ByteBuffer]

    /// From parameter sets as a stream carries them.
    public init(
        videoParameterSets: [ByteBuffer],
        sequenceParameterSets: [ByteBuffer],
        pictureParameterSets: [ByteBuffer],
        supplementalInformation: [ByteBuffer] = [],
        profileTierLevel: ProfileTierLevel,
        chromaFormat: UInt8,
        lumaBitDepth: UInt8,
        chromaBitDepth: UInt8,
        temporalLayers: UInt8 = 1,
        isTemporalIDNested: Bool = false,
        nalUnitLengthSize: Int = 4
    ) throws(CodecConfigurationError) {
        guard !sequenceParameterSets.isEmpty else { throw .missingParameterSet }
        guard NALUnits.isSupported(lengthSize: nalUnitLengthSize) else {
            throw .unsupportedLengthSize(nalUnitLengthSize)
        }
        for sets in [videoParameterSets, sequenceParameterSets, pictureParameterSets, supplementalInformation] {
            guard sets.count <= Self.maximumParameterSets else { throw .tooManyParameterSets }
            try ParameterSets.check(sets)
        }
        guard profileTierLevel.profileSpace < 4, profileTierLevel.profile < 32,
            profileTierLevel.constraints >> 48 == 0, chromaFormat < 4, (8...15).contains(lumaBitDepth),
            (8...15).contains(chromaBitDepth), temporalLayers < 8
        else { throw .invalidField }
        self.profileTierLevel = profileTierLevel
        minimumSpatialSegmentation = 0
        parallelism = 0
        self.chromaFormat = chromaFormat
        self.lumaBitDepth = lumaBitDepth
        self.chromaBitDepth = chromaBitDepth
        averageFrameRate = 0
        constantFrameRate = 0
        self.temporalLayers = temporalLayers
        self.isTemporalIDNested = isTemporalIDNested
        self.nalUnitLengthSize = nalUnitLengthSize
        self.videoParameterSets = videoParameterSets
        self.sequenceParameterSets = sequenceParameterSets
        self.pictureParameterSets = pictureParameterSets
        self.supplementalInformation = supplementalInformation
    }

    /// Reads a record. It may lack parameter sets: they then come in the samples. Lists of other types, and bytes after
    /// the record, are left alone.
    public init(reading record: ByteBuffer) throws(CodecConfigurationError) {
        var rest = record
        guard let version = rest.readInteger(as: UInt8.self) else { throw .truncated }
        // Writers from before the standard was final left 0.
        guard version <= 1 else { throw .unsupportedVersion(version) }
        guard
            let general = rest.readMultipleIntegers(as: (UInt8, UInt32, UInt32, UInt16, UInt8).self),
            let fields = rest.readMultipleIntegers(as: (UInt16, UInt8, UInt8, UInt8, UInt8, UInt16, UInt8, UInt8).self)
        else { throw .truncated }
        profileTierLevel = ProfileTierLevel(
            profileSpace: general.0 >> 6,
            isHighTier: general.0 & 0x20 != 0,
            profile: general.0 & 0x1F,
            profileCompatibility: general.1,
            constraints: UInt64(general.2) << 16 | UInt64(general.3),
            level: general.4
        )
        minimumSpatialSegmentation = fields.0 & 0xFFF
        parallelism = fields.1 & 3
        chromaFormat = fields.2 & 3
        lumaBitDepth = fields.3 & 7 + 8
        chromaBitDepth = fields.4 & 7 + 8
        averageFrameRate = fields.5
        constantFrameRate = fields.6 >> 6
        temporalLayers = fields.6 >> 3 & 7
        isTemporalIDNested = fields.6 & 4 != 0
        nalUnitLengthSize = Int(fields.6 & 3) + 1
        guard NALUnits.isSupported(lengthSize: nalUnitLengthSize) else {
            throw .unsupportedLengthSize(nalUnitLengthSize)
        }
        var lists = Lists()
        for _ in 0..<fields.7 { try lists.read(from: &rest) }
        videoParameterSets = lists.video
        sequenceParameterSets = lists.sequence
        pictureParameterSets = lists.picture
        supplementalInformation = lists.supplemental
    }

    /// The lists of a record by the type of their units.
    private struct Lists {
        var video: [ByteBuffer] = []
        var sequence: [ByteBuffer] = []
        var picture: [ByteBuffer] = []
        var supplemental: [ByteBuffer] = []

        mutating func read(from rest: inout ByteBuffer) throws(CodecConfigurationError) {
            guard let header = rest.readMultipleIntegers(as: (UInt8, UInt16).self) else { throw .truncated }
            guard header.1 <= HEVCDecoderConfiguration.maximumParameterSets else { throw .tooManyParameterSets }
            let sets = try ParameterSets.read(count: Int(header.1), from: &rest)
            switch HEVCUnitType(rawValue: header.0 & 0x3F) {
            case .videoParameterSet: video += sets
            case .sequenceParameterSet: sequence += sets
            case .pictureParameterSet: picture += sets
            case .prefixSupplementalInformation: supplemental += sets
            default: break
            }
            guard video.count <= HEVCDecoderConfiguration.maximumParameterSets,
                sequence.count <= HEVCDecoderConfiguration.maximumParameterSets,
                picture.count <= HEVCDecoderConfiguration.maximumParameterSets,
                supplemental.count <= HEVCDecoderConfiguration.maximumParameterSets
            else { throw .tooManyParameterSets }
        }
    }

    /// The record as bytes; the lists are said to be complete, but for supplemental information.
    public var record: ByteBuffer {
        let general = profileTierLevel
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt8(1))
        buffer.writeInteger(general.profileSpace << 6 | (general.isHighTier ? 0x20 : 0) | general.profile)
        buffer.writeInteger(general.profileCompatibility)
        buffer.writeInteger(UInt32(truncatingIfNeeded: general.constraints >> 16))
        buffer.writeInteger(UInt16(truncatingIfNeeded: general.constraints))
        buffer.writeInteger(general.level)
        buffer.writeInteger(0xF000 | minimumSpatialSegmentation)
        buffer.writeInteger(0xFC | parallelism)
        buffer.writeInteger(0xFC | chromaFormat)
        buffer.writeInteger(0xF8 | (lumaBitDepth &- 8))
        buffer.writeInteger(0xF8 | (chromaBitDepth &- 8))
        buffer.writeInteger(averageFrameRate)
        let nested: UInt8 = isTemporalIDNested ? 4 : 0
        let lengthSize = UInt8(truncatingIfNeeded: nalUnitLengthSize - 1)
        buffer.writeInteger(constantFrameRate << 6 | temporalLayers << 3 | nested | lengthSize)
        let lists: [(HEVCUnitType, isComplete: Bool, [ByteBuffer])] = [
            (.videoParameterSet, true, videoParameterSets),
            (.sequenceParameterSet, true, sequenceParameterSets),
            (.pictureParameterSet, true, pictureParameterSets),
            (.prefixSupplementalInformation, false, supplementalInformation),
        ]
        let present = lists.filter { !$0.2.isEmpty }
        buffer.writeInteger(UInt8(truncatingIfNeeded: present.count))
        for (type, isComplete, sets) in present {
            buffer.writeInteger((isComplete ? 0x80 : 0) | type.rawValue)
            buffer.writeInteger(UInt16(truncatingIfNeeded: sets.count))
            ParameterSets.write(sets, to: &buffer)
        }
        return buffer
    }
}
