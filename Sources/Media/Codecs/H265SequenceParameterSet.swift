/// What the sequence parameter set of an H.265 stream says about its pictures, ITU-T H.265 §7.3.2.2.1.
public struct H265SequenceParameterSet: Hashable, Sendable {
    /// Pictures are at most this wide and high, in luma samples. Larger ones are refused as nonsense.
    public static let maximumDimension = 16_384

    public var videoParameterSet: UInt8
    public var temporalLayers: UInt8
    public var nestsTemporalLayers: Bool
    public var profileSpace: UInt8
    public var isHighTier: Bool
    public var profile: UInt8
    /// One flag for each profile, the first in the most significant bit.
    public var profileCompatibility: UInt32
    /// The 48 bits from `general_progressive_source_flag` to the level.
    public var constraints: UInt64
    /// 30 times the level's number.
    public var level: UInt8
    public var identifier: Int
    /// `chroma_format_idc`: 0 is monochrome, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    public var chromaFormat: Int
    public var lumaBitDepth: Int
    public var chromaBitDepth: Int
    /// In luma samples, without what the conformance window leaves out.
    public var width: Int
    public var height: Int
    /// How many pictures can come before one that is shown before them: `sps_max_num_reorder_pics` of the highest
    /// sub-layer; nil when the set ends before that.
    public private(set) var reorderDepth: Int?
    /// More is not allowed, §A.4.2: a decoder keeps no more pictures.
    public static let maximumReorderDepth = 16

    /// Reads a NAL unit, header included. The bytes are borrowed during the call.
    public init(_ unit: UnsafeRawBufferPointer) throws(BitstreamError) {
        var reader = BitstreamReader(unit, removesEmulationPrevention: true)
        guard try (reader.read(16) >> 9) & 0x3F == 33 else { throw .invalid }
        videoParameterSet = UInt8(truncatingIfNeeded: try reader.read(4))
        let subLayers = Int(try reader.read(3))
        guard subLayers < 7 else { throw .invalid }
        temporalLayers = UInt8(subLayers + 1)
        nestsTemporalLayers = try reader.readFlag()

        profileSpace = UInt8(truncatingIfNeeded: try reader.read(2))
        isHighTier = try reader.readFlag()
        profile = UInt8(truncatingIfNeeded: try reader.read(5))
        profileCompatibility = try reader.read(32)
        constraints = (UInt64(try reader.read(16)) << 32) | UInt64(try reader.read(32))
        level = UInt8(truncatingIfNeeded: try reader.read(8))
        try Self.skipSubLayers(&reader, count: subLayers)

        identifier = try reader.readUnsigned(upTo: 15)
        chromaFormat = try reader.readUnsigned(upTo: 3)
        let hasSeparateColourPlanes = chromaFormat == 3 ? try reader.readFlag() : false
        width = try reader.readUnsigned(upTo: UInt32(Self.maximumDimension))
        height = try reader.readUnsigned(upTo: UInt32(Self.maximumDimension))
        if try reader.readFlag() {
            let isSubsampled = !hasSeparateColourPlanes
            let horizontalUnit = isSubsampled && (chromaFormat == 1 || chromaFormat == 2) ? 2 : 1
            let verticalUnit = isSubsampled && chromaFormat == 1 ? 2 : 1
            let limit = UInt32(Self.maximumDimension)
            let left = try reader.readUnsigned(upTo: limit)
            let right = try reader.readUnsigned(upTo: limit)
            let top = try reader.readUnsigned(upTo: limit)
            let bottom = try reader.readUnsigned(upTo: limit)
            width -= (left + right) * horizontalUnit
            height -= (top + bottom) * verticalUnit
        }
        guard width > 0, height > 0 else { throw .invalid }
        lumaBitDepth = try reader.readUnsigned(upTo: 8) + 8
        chromaBitDepth = try reader.readUnsigned(upTo: 8) + 8
        // What follows is useful but not needed.
        reorderDepth = try? Self.readReorderDepth(&reader, subLayers: subLayers)
    }

    private static func readReorderDepth(_ reader: inout BitstreamReader, subLayers: Int) throws(BitstreamError) -> Int
    {
        _ = try reader.readUnsigned(upTo: 12)
        var depth = 0
        for _ in (try reader.readFlag() ? 0 : subLayers)...subLayers {
            _ = try reader.readUnsigned()
            depth = try reader.readUnsigned(upTo: UInt32(maximumReorderDepth))
            _ = try reader.readUnsigned()
        }
        return depth
    }

    /// Profile and level of the sub-layers, §7.3.3.
    private static func skipSubLayers(_ reader: inout BitstreamReader, count: Int) throws(BitstreamError) {
        guard count > 0 else { return }
        var bits = 0
        for _ in 0..<count {
            bits += try reader.readFlag() ? 88 : 0
            bits += try reader.readFlag() ? 8 : 0
        }
        try reader.skip((8 - count) * 2 + bits)
    }
}
