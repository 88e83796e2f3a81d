import Media
import NIOCore

/// Turns the pictures of H.264 and H.265 into the byte stream of their annex B: start codes instead of lengths, one
/// access unit delimiter in front, and the parameter sets before a random access point that does not bring them.
struct AnnexBWriter: Sendable {
    private static let startCode: [UInt8] = [0, 0, 0, 1]
    /// Slices of any type, ISO/IEC 14496-10 §7.4.2.4.
    private static let delimiterAVC: [UInt8] = [0x09, 0xF0]
    /// Slices of any type, ISO/IEC 23008-2 §7.4.3.5.
    private static let delimiterHEVC: [UInt8] = [0x46, 0x01, 0x50]

    private let isHEVC: Bool
    private let lengthSize: Int
    /// With their start codes.
    private let parameterSets: [UInt8]

    init(_ configuration: AVCDecoderConfiguration) {
        isHEVC = false
        lengthSize = configuration.nalUnitLengthSize
        parameterSets = Self.joined(
            configuration.sequenceParameterSets
                + (configuration.highProfile?.sequenceParameterSetExtensions ?? [])
                + configuration.pictureParameterSets
        )
    }

    init(_ configuration: HEVCDecoderConfiguration) {
        isHEVC = true
        lengthSize = configuration.nalUnitLengthSize
        parameterSets = Self.joined(
            configuration.videoParameterSets + configuration.sequenceParameterSets
                + configuration.pictureParameterSets + configuration.supplementalInformation
        )
    }

    private static func joined(_ sets: [ByteBuffer]) -> [UInt8] {
        sets.flatMap { startCode + Array($0.readableBytesView) }
    }

    /// Appends an access unit.
    ///
    /// - Returns: False when it is broken or empty; nothing is appended then.
    func write(_ payload: UnsafeRawBufferPointer, isKeyframe: Bool, to output: inout [UInt8]) -> Bool {
        var isRandomAccess = isKeyframe
        var hasUnits = false
        var hasSequenceSet = false
        var hasPictureSet = false
        var delimiter: UnsafeRawBufferPointer?
        var units = NALUnits(payload, lengthSize: lengthSize)
        while let unit = units.next() {
            switch NALUnitKind(firstByte: unit[0], isHEVC: isHEVC) {
            case .delimiter:
                delimiter = delimiter ?? unit
                continue
            case .sequenceSet: hasSequenceSet = true
            case .pictureSet: hasPictureSet = true
            case .randomAccess: isRandomAccess = true
            case .other: break
            }
            hasUnits = true
        }
        guard hasUnits, !units.isBroken else { return false }

        output.append(contentsOf: Self.startCode)
        if let delimiter {
            output.append(contentsOf: delimiter)
        } else {
            output.append(contentsOf: isHEVC ? Self.delimiterHEVC : Self.delimiterAVC)
        }
        if isRandomAccess, !hasSequenceSet || !hasPictureSet { output.append(contentsOf: parameterSets) }
        units = NALUnits(payload, lengthSize: lengthSize)
        while let unit = units.next() {
            if NALUnitKind(firstByte: unit[0], isHEVC: isHEVC) == .delimiter { continue }
            output.append(contentsOf: Self.startCode)
            output.append(contentsOf: unit)
        }
        return true
    }
}
