/// What the sequence parameter set of an H.264 stream says about its pictures, ITU-T H.264 §7.3.2.1.1.
public struct H264SequenceParameterSet: Hashable, Sendable {
    /// Pictures are at most this wide and high, in luma samples. Larger ones are refused as nonsense.
    public static let maximumDimension = 16_384

    public var profile: UInt8
    /// The byte with the `constraint_set` flags, between profile and level.
    public var profileCompatibility: UInt8
    public var level: UInt8
    public var identifier: Int
    /// `chroma_format_idc`: 0 is monochrome, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    public var chromaFormat = 1
    /// The three colours are coded as pictures of their own.
    public var hasSeparateColourPlanes = false
    public var lumaBitDepth = 8
    public var chromaBitDepth = 8
    /// The length of `frame_num` in slice headers, in bits.
    public var frameNumberBits = 4
    /// All pictures are frames: slice headers do not tell fields from frames.
    public var hasOnlyFrames = true
    /// In luma samples, without what is cropped.
    public var width = 0
    public var height = 0
    /// The time of one field, so that a frame takes two: ticks of a clock of `timeScale` a second. Nil without timing.
    public var timing: (unitsInTick: UInt32, timeScale: UInt32)? {
        unitsInTick > 0 && timeScale > 0 ? (unitsInTick, timeScale) : nil
    }

    /// In 90 kHz ticks, up to a second; nil when the set does not tell.
    public var frameDuration: UInt64? {
        guard let timing else { return nil }
        let ticks = 2 * UInt64(timing.unitsInTick) * UInt64(MediaTime.ticksPerSecond) / UInt64(timing.timeScale)
        return ticks > 0 && ticks <= MediaTime.ticksPerSecond ? ticks : nil
    }

    /// How many pictures can come before one that is shown before them: `max_num_reorder_frames`, §E.2.1, or 0 when
    /// pictures are shown in the order in which they come; nil when the set does not tell.
    public private(set) var reorderDepth: Int?
    /// More is not allowed, §A.3.1: a decoder keeps no more frames.
    public static let maximumReorderDepth = 16

    private var unitsInTick: UInt32 = 0
    private var timeScale: UInt32 = 0

    /// Reads a NAL unit, header included. The bytes are borrowed during the call.
    public init(_ unit: UnsafeRawBufferPointer) throws(BitstreamError) {
        var reader = BitstreamReader(unit, removesEmulationPrevention: true)
        guard try reader.read(8) & 0x1F == 7 else { throw .invalid }
        profile = UInt8(truncatingIfNeeded: try reader.read(8))
        profileCompatibility = UInt8(truncatingIfNeeded: try reader.read(8))
        level = UInt8(truncatingIfNeeded: try reader.read(8))
        identifier = try reader.readUnsigned(upTo: 31)
        if Self.hasChromaFields(profile: profile) { try readChroma(&reader) }
        frameNumberBits = try reader.readUnsigned(upTo: 12) + 4
        let isInOrder = try Self.skipPictureOrder(&reader)
        _ = try reader.readUnsigned()
        try reader.skip(1)
        try readDimensions(&reader)
        // What follows is useful but not needed: sets that end early are in use.
        if (try? reader.readFlag()) == true { try? readUsability(&reader) }
        // Order count type 2 does not allow another order (§8.2.1.3), baseline has no B slices (§A.2.1).
        if isInOrder || profile == 66 { reorderDepth = 0 }
    }

    /// Whether sets of the profile have chroma format and bit depths; then a decoder configuration record repeats them.
    public static func hasChromaFields(profile: UInt8) -> Bool {
        switch profile {
        case 44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244: true
        default: false
        }
    }

    private mutating func readChroma(_ reader: inout BitstreamReader) throws(BitstreamError) {
        chromaFormat = try reader.readUnsigned(upTo: 3)
        if chromaFormat == 3 { hasSeparateColourPlanes = try reader.readFlag() }
        lumaBitDepth = try reader.readUnsigned(upTo: 6) + 8
        chromaBitDepth = try reader.readUnsigned(upTo: 6) + 8
        try reader.skip(1)
        guard try reader.readFlag() else { return }
        for list in 0..<(chromaFormat == 3 ? 12 : 8) where try reader.readFlag() {
            try Self.skipScalingList(&reader, count: list < 6 ? 16 : 64)
        }
    }

    /// §7.3.2.1.1.1.
    private static func skipScalingList(_ reader: inout BitstreamReader, count: Int) throws(BitstreamError) {
        var last: Int32 = 8
        for _ in 0..<count {
            last = (last &+ (try reader.readSigned())) & 0xFF
            if last == 0 { return }
        }
    }

    /// Whether pictures are shown in the order in which they come, whatever else the set says.
    private static func skipPictureOrder(_ reader: inout BitstreamReader) throws(BitstreamError) -> Bool {
        switch try reader.readUnsigned(upTo: 2) {
        case 0:
            _ = try reader.readUnsigned(upTo: 12)
        case 1:
            try reader.skip(1)
            _ = try reader.readSigned()
            _ = try reader.readSigned()
            for _ in 0..<(try reader.readUnsigned(upTo: 255)) { _ = try reader.readSigned() }
        default:
            return true
        }
        return false
    }

    private mutating func readDimensions(_ reader: inout BitstreamReader) throws(BitstreamError) {
        let widthInBlocks = try reader.readUnsigned(upTo: UInt32(Self.maximumDimension / 16 - 1)) + 1
        let heightInUnits = try reader.readUnsigned(upTo: UInt32(Self.maximumDimension / 16 - 1)) + 1
        hasOnlyFrames = try reader.readFlag()
        if !hasOnlyFrames { try reader.skip(1) }
        try reader.skip(1)
        let fieldsInUnit = hasOnlyFrames ? 1 : 2
        width = widthInBlocks * 16
        height = heightInUnits * 16 * fieldsInUnit
        guard height <= Self.maximumDimension else { throw .invalid }
        guard try reader.readFlag() else { return }
        let isSubsampled = !hasSeparateColourPlanes && chromaFormat != 0
        let horizontalUnit = isSubsampled && chromaFormat != 3 ? 2 : 1
        let verticalUnit = (isSubsampled && chromaFormat == 1 ? 2 : 1) * fieldsInUnit
        let limit = UInt32(Self.maximumDimension)
        var cropped: [Int] = []
        for _ in 0..<4 { cropped.append(try reader.readUnsigned(upTo: limit)) }
        width -= (cropped[0] + cropped[1]) * horizontalUnit
        height -= (cropped[2] + cropped[3]) * verticalUnit
        guard width > 0, height > 0 else { throw .invalid }
    }

    /// Video usability information, §E.1.1.
    private mutating func readUsability(_ reader: inout BitstreamReader) throws(BitstreamError) {
        if try reader.readFlag(), try reader.read(8) == 255 { try reader.skip(32) }
        if try reader.readFlag() { try reader.skip(1) }
        if try reader.readFlag() {
            try reader.skip(4)
            if try reader.readFlag() { try reader.skip(24) }
        }
        if try reader.readFlag() {
            _ = try reader.readUnsigned()
            _ = try reader.readUnsigned()
        }
        if try reader.readFlag() {
            let units = try reader.read(32)
            timeScale = try reader.read(32)
            unitsInTick = units
            try reader.skip(1)
        }
        var hasBufferParameters = false
        for _ in 0..<2 where try reader.readFlag() {
            try Self.skipBufferParameters(&reader)
            hasBufferParameters = true
        }
        try reader.skip(hasBufferParameters ? 2 : 1)
        guard try reader.readFlag() else { return }
        try reader.skip(1)
        for _ in 0..<4 { _ = try reader.readUnsigned() }
        reorderDepth = try reader.readUnsigned(upTo: UInt32(Self.maximumReorderDepth))
    }

    /// Parameters of the hypothetical reference decoder, §E.1.2.
    private static func skipBufferParameters(_ reader: inout BitstreamReader) throws(BitstreamError) {
        let count = try reader.readUnsigned(upTo: 31) + 1
        try reader.skip(8)
        for _ in 0..<count {
            _ = try reader.readUnsigned()
            _ = try reader.readUnsigned()
            try reader.skip(1)
        }
        try reader.skip(20)
    }
}
