/// What a NAL unit of H.264 or H.265 means to whoever writes access units.
public enum NALUnitKind: Hashable, Sendable {
    case delimiter, sequenceSet, pictureSet
    /// A slice of a picture at which a decoder can start.
    case randomAccess
    case other

    /// - Parameter firstByte: of the unit's header.
    public init(firstByte: UInt8, isHEVC: Bool) {
        if isHEVC {
            let type = HEVCUnitType(firstByte: firstByte)
            self =
                switch type {
                case .accessUnitDelimiter: .delimiter
                case .sequenceParameterSet: .sequenceSet
                case .pictureParameterSet: .pictureSet
                default: type.isRandomAccess ? .randomAccess : .other
                }
        } else {
            let type = AVCUnitType(firstByte: firstByte)
            self =
                switch type {
                case .accessUnitDelimiter: .delimiter
                case .sequenceParameterSet: .sequenceSet
                case .pictureParameterSet: .pictureSet
                default: type.isRandomAccess ? .randomAccess : .other
                }
        }
    }
}
