public import NIOCore

/// The parameter sets that a stream of H.264 or H.265 sent so far, and the decoder configuration that they make.
public struct ParameterSetStore: Sendable {
    /// Longer sets are ignored: real ones have some dozens of bytes, with scaling lists and timing of all layers a few
    /// thousand.
    public static let maximumSetBytes = 8192
    /// Of each kind. More are ignored.
    public static let maximumSets = 31

    public enum Kind: Sendable {
        case video, sequence, picture
    }

    private struct Entry: Sendable {
        var identifier: Int
        var bytes: ByteBuffer
    }

    private let codec: Codec
    private var videoSets: [Entry] = []
    private var sequenceSets: [Entry] = []
    private var pictureSets: [Entry] = []
    /// Of the sequence parameter set that came last.
    public private(set) var h264: H264SequenceParameterSet?
    private var h265: H265SequenceParameterSet?
    /// The sets differ from those of the last `takeConfiguration`.
    public private(set) var hasChanged = false

    /// - Parameter codec: H.264 or H.265.
    public init(codec: Codec) {
        self.codec = codec
    }

    /// Whether there is enough for a configuration.
    public var isComplete: Bool {
        !sequenceSets.isEmpty && !pictureSets.isEmpty && (codec != .hevc || !videoSets.isEmpty)
    }

    /// How many pictures can come before one that is shown before them, by the sequence parameter set that came last;
    /// nil when it does not tell.
    public var reorderDepth: Int? { codec == .hevc ? h265?.reorderDepth : h264?.reorderDepth }

    /// Takes a NAL unit; false when it cannot be read or is beyond the limits.
    public mutating func receive(_ unit: UnsafeRawBufferPointer, kind: Kind) -> Bool {
        // Nearly always it is a repetition.
        let isKnown =
            switch kind {
            case .video: Self.contains(unit, in: videoSets)
            case .sequence: Self.contains(unit, in: sequenceSets)
            case .picture: Self.contains(unit, in: pictureSets)
            }
        if isKnown { return true }
        guard unit.count <= Self.maximumSetBytes else { return false }
        do throws(BitstreamError) {
            switch kind {
            case .video:
                return Self.put(unit, Int(unit.count > 2 ? unit[2] >> 4 : 0), in: &videoSets, &hasChanged)
            case .sequence:
                return try receiveSequenceSet(unit)
            case .picture:
                var reader = BitstreamReader(unit, removesEmulationPrevention: true)
                try reader.skip(codec == .hevc ? 16 : 8)
                let identifier = try reader.readUnsigned(upTo: codec == .hevc ? 63 : 255)
                return Self.put(unit, identifier, in: &pictureSets, &hasChanged)
            }
        } catch {
            return false
        }
    }

    private mutating func receiveSequenceSet(_ unit: UnsafeRawBufferPointer) throws(BitstreamError) -> Bool {
        let identifier: Int
        if codec == .hevc {
            let set = try H265SequenceParameterSet(unit)
            h265 = set
            identifier = set.identifier
        } else {
            let set = try H264SequenceParameterSet(unit)
            h264 = set
            identifier = set.identifier
        }
        if sequenceSets.contains(where: { $0.identifier == identifier }) {
            // Another stream begins: what belonged to the old one may not fit it.
            sequenceSets.removeAll()
            pictureSets.removeAll()
        }
        return Self.put(unit, identifier, in: &sequenceSets, &hasChanged)
    }

    private static func contains(_ unit: UnsafeRawBufferPointer, in entries: [Entry]) -> Bool {
        entries.contains { entry in
            entry.bytes.withUnsafeReadableBytes { $0.count == unit.count && $0.elementsEqual(unit) }
        }
    }

    private static func put(
        _ unit: UnsafeRawBufferPointer,
        _ identifier: Int,
        in entries: inout [Entry],
        _ hasChanged: inout Bool
    ) -> Bool {
        let entry = Entry(identifier: identifier, bytes: ByteBuffer(bytes: unit))
        if let index = entries.firstIndex(where: { $0.identifier == identifier }) {
            entries[index] = entry
        } else {
            guard entries.count < maximumSets else { return false }
            entries.append(entry)
        }
        hasChanged = true
        return true
    }

    /// The configuration record, if the sets make one; they then count as not changed.
    public mutating func takeConfiguration() -> ByteBuffer? {
        guard isComplete else { return nil }
        hasChanged = false
        return codec == .hevc ? makeHEVC() : makeAVC()
    }

    private func makeAVC() -> ByteBuffer? {
        guard let h264 else { return nil }
        var high: AVCDecoderConfiguration.HighProfile?
        if H264SequenceParameterSet.hasChromaFields(profile: h264.profile) {
            high = AVCDecoderConfiguration.HighProfile(
                chromaFormat: UInt8(truncatingIfNeeded: h264.chromaFormat),
                lumaBitDepth: UInt8(truncatingIfNeeded: h264.lumaBitDepth),
                chromaBitDepth: UInt8(truncatingIfNeeded: h264.chromaBitDepth)
            )
        }
        let configuration = try? AVCDecoderConfiguration(
            sequenceParameterSets: sequenceSets.map(\.bytes),
            pictureParameterSets: pictureSets.map(\.bytes),
            highProfile: high
        )
        return configuration?.record
    }

    private func makeHEVC() -> ByteBuffer? {
        guard let h265 else { return nil }
        let configuration = try? HEVCDecoderConfiguration(
            videoParameterSets: videoSets.map(\.bytes),
            sequenceParameterSets: sequenceSets.map(\.bytes),
            pictureParameterSets: pictureSets.map(\.bytes),
            profileTierLevel: HEVCDecoderConfiguration.ProfileTierLevel(
                profileSpace: h265.profileSpace,
                isHighTier: h265.isHighTier,
                profile: h265.profile,
                profileCompatibility: h265.profileCompatibility,
                constraints: h265.constraints,
                level: h265.level
            ),
            chromaFormat: UInt8(truncatingIfNeeded: h265.chromaFormat),
            lumaBitDepth: UInt8(truncatingIfNeeded: h265.lumaBitDepth),
            chromaBitDepth: UInt8(truncatingIfNeeded: h265.chromaBitDepth),
            temporalLayers: h265.temporalLayers,
            isTemporalIDNested: h265.nestsTemporalLayers
        )
        return configuration?.record
    }
}
