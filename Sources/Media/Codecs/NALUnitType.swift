/// `nal_unit_type` of H.264, ISO/IEC 14496-10 table 7-1.
public struct AVCUnitType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The type of the unit that starts with this byte.
    @inlinable
    public init(firstByte: UInt8) {
        rawValue = firstByte & 0x1F
    }

    public static let instantaneousRefresh = AVCUnitType(rawValue: 5)
    public static let supplementalInformation = AVCUnitType(rawValue: 6)
    public static let sequenceParameterSet = AVCUnitType(rawValue: 7)
    public static let pictureParameterSet = AVCUnitType(rawValue: 8)
    public static let accessUnitDelimiter = AVCUnitType(rawValue: 9)
    public static let sequenceParameterSetExtension = AVCUnitType(rawValue: 13)

    /// Slices of pictures.
    @inlinable public var isPicture: Bool { (1...5).contains(rawValue) }
    /// A decoder can start at the picture.
    @inlinable public var isRandomAccess: Bool { self == .instantaneousRefresh }
}

/// `nal_unit_type` of H.265, ISO/IEC 23008-2 table 7-1.
public struct HEVCUnitType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The type of the unit whose header of two bytes starts with this one.
    @inlinable
    public init(firstByte: UInt8) {
        rawValue = firstByte >> 1 & 0x3F
    }

    public static let videoParameterSet = HEVCUnitType(rawValue: 32)
    public static let sequenceParameterSet = HEVCUnitType(rawValue: 33)
    public static let pictureParameterSet = HEVCUnitType(rawValue: 34)
    public static let accessUnitDelimiter = HEVCUnitType(rawValue: 35)
    public static let prefixSupplementalInformation = HEVCUnitType(rawValue: 39)
    public static let suffixSupplementalInformation = HEVCUnitType(rawValue: 40)

    /// Slices of pictures.
    @inlinable public var isPicture: Bool { rawValue < 32 }
    /// BLA, IDR and CRA pictures, at which a decoder can start.
    @inlinable public var isRandomAccess: Bool { (16...21).contains(rawValue) }
}
