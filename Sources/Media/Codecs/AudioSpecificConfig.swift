public import NIOCore

/// `AudioSpecificConfig`, ISO/IEC 14496-3 §1.6.2.1: what a decoder of AAC must know beforehand.
///
/// A layout that is given by a program configuration element (channel configuration 0) is not read.
public struct AudioSpecificConfig: Hashable, Sendable {
    /// `audioObjectType`, §1.5.1.1.
    public struct ObjectType: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt8

        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        public static let main = ObjectType(rawValue: 1)
        public static let lowComplexity = ObjectType(rawValue: 2)
        public static let scalableSamplingRate = ObjectType(rawValue: 3)
        public static let longTermPrediction = ObjectType(rawValue: 4)
        public static let spectralBandReplication = ObjectType(rawValue: 5)
        public static let parametricStereo = ObjectType(rawValue: 29)
        /// The largest that the escape of six more bits can say.
        static let maximum: UInt8 = 32 + 63

        /// Types whose configuration goes on with a `GASpecificConfig`.
        var isGeneralAudio: Bool {
            switch rawValue {
            case 1...4, 6, 7, 17, 19...23: true
            default: false
            }
        }
    }

    /// HE-AAC: what is added to the core that `objectType` and `samplingFrequency` describe.
    public struct Extension: Hashable, Sendable {
        /// How the configuration tells, §1.6.5.
        public enum Signalling: Hashable, Sendable {
            /// Object type 5 or 29 comes before that of the core.
            case hierarchical
            /// Behind the core's configuration, where old decoders do not look.
            case backwardCompatible
        }

        /// Of the output, in hertz.
        public var samplingFrequency: Int
        public var hasParametricStereo: Bool
        public var signalling: Signalling

        public init(samplingFrequency: Int, hasParametricStereo: Bool = false, signalling: Signalling) {
            self.samplingFrequency = samplingFrequency
            self.hasParametricStereo = hasParametricStereo
            self.signalling = signalling
        }
    }

    /// Of the core: 2 for AAC-LC and HE-AAC.
    public let objectType: ObjectType
    /// Of the core, in hertz.
    public let samplingFrequency: Int
    /// Table 1.19: 1 to 7, 11, 12 and 14.
    public let channelConfiguration: UInt8
    public let `extension`: Extension?
    /// Samples of a channel in one frame of the core: 1024 or 960.
    public let frameLength: Int
    /// The configuration as bytes: as it was read, or as it was made.
    public let record: ByteBuffer

    /// Nil for layouts that the table does not have.
    public var channelCount: Int? { Self.channelCount(of: channelConfiguration) }

    private static func channelCount(of configuration: UInt8) -> Int? {
        switch configuration {
        case 1...6: Int(configuration)
        case 7, 12, 14: 8
        case 11: 7
        default: nil
        }
    }

    /// A configuration of AAC; `objectType` is 1 to 4.
    public init(
        objectType: ObjectType = .lowComplexity,
        samplingFrequency: Int,
        channelConfiguration: UInt8,
        extension: Extension? = nil,
        frameLength: Int = 1024
    ) throws(CodecConfigurationError) {
        guard (1...4).contains(objectType.rawValue), frameLength == 1024 || frameLength == 960 else {
            throw .invalidField
        }
        guard Self.channelCount(of: channelConfiguration) != nil else {
            throw .unsupportedChannelConfiguration(channelConfiguration)
        }
        for rate in [samplingFrequency, `extension`?.samplingFrequency ?? samplingFrequency] {
            guard rate > 0, rate < 1 << 24 else { throw .invalidSamplingFrequency }
        }
        self.objectType = objectType
        self.samplingFrequency = samplingFrequency
        self.channelConfiguration = channelConfiguration
        self.extension = `extension`
        self.frameLength = frameLength
        var writer = BitWriter()
        if let `extension`, `extension`.signalling == .hierarchical {
            let type: ObjectType = `extension`.hasParametricStereo ? .parametricStereo : .spectralBandReplication
            writer.write(UInt32(type.rawValue), 5)
            Self.write(rate: samplingFrequency, to: &writer)
            writer.write(UInt32(channelConfiguration), 4)
            Self.write(rate: `extension`.samplingFrequency, to: &writer)
            writer.write(UInt32(objectType.rawValue), 5)
        } else {
            writer.write(UInt32(objectType.rawValue), 5)
            Self.write(rate: samplingFrequency, to: &writer)
            writer.write(UInt32(channelConfiguration), 4)
        }
        writer.write(frameLength == 960 ? 4 : 0, 3)
        if let `extension`, `extension`.signalling == .backwardCompatible {
            writer.write(Self.replicationSync, 11)
            writer.write(UInt32(ObjectType.spectralBandReplication.rawValue), 5)
            writer.write(1, 1)
            Self.write(rate: `extension`.samplingFrequency, to: &writer)
            if `extension`.hasParametricStereo {
                writer.write(Self.stereoSync, 11)
                writer.write(1, 1)
            }
        }
        record = ByteBuffer(bytes: writer.bytes)
    }

    /// Reads a configuration. Of object types beyond general audio only type, rate and channels are read, and
    /// `frameLength` is 1024; what follows stays in `record`.
    public init(reading record: ByteBuffer) throws(CodecConfigurationError) {
        self = try record.withUnsafeReadableBytes { bytes throws(CodecConfigurationError) in
            var reader = BitReader(bytes)
            return try AudioSpecificConfig(&reader, record: record)
        }
    }

    /// `syncExtensionType` before the announcement of spectral band replication.
    private static let replicationSync: UInt32 = 0x2B7
    /// `syncExtensionType` before that of parametric stereo.
    private static let stereoSync: UInt32 = 0x548

    private init(_ reader: inout BitReader, record: ByteBuffer) throws(CodecConfigurationError) {
        self.record = record
        var type = try Self.readObjectType(&reader)
        samplingFrequency = try Self.readRate(&reader)
        channelConfiguration = UInt8(truncatingIfNeeded: try reader.read(4))
        guard Self.channelCount(of: channelConfiguration) != nil else {
            throw .unsupportedChannelConfiguration(channelConfiguration)
        }
        var found: Extension?
        if type == .spectralBandReplication || type == .parametricStereo {
            found = Extension(
                samplingFrequency: try Self.readRate(&reader),
                hasParametricStereo: type == .parametricStereo,
                signalling: .hierarchical
            )
            type = try Self.readObjectType(&reader)
            if type.rawValue == 22 { _ = try reader.read(4) }
        }
        objectType = type
        var frameLength = 1024
        if type.isGeneralAudio {
            frameLength = try Self.readGeneralAudio(&reader, type: type)
            if found == nil { found = try Self.readTrailingExtension(&reader) }
        }
        self.frameLength = frameLength
        self.extension = found
    }

    private static func readObjectType(_ reader: inout BitReader) throws(CodecConfigurationError) -> ObjectType {
        var type = try reader.read(5)
        if type == 31 { type = try reader.read(6) + 32 }
        guard type != 0 else { throw .invalidField }
        return ObjectType(rawValue: UInt8(truncatingIfNeeded: type))
    }

    private static func readRate(_ reader: inout BitReader) throws(CodecConfigurationError) -> Int {
        let index = UInt8(truncatingIfNeeded: try reader.read(4))
        if index == 15 {
            let rate = Int(try reader.read(24))
            guard rate > 0 else { throw .invalidSamplingFrequency }
            return rate
        }
        guard let rate = SamplingFrequency.rate(index: index) else { throw .invalidSamplingFrequency }
        return rate
    }

    private static func write(rate: Int, to writer: inout BitWriter) {
        if let index = SamplingFrequency.index(rate: rate) {
            writer.write(UInt32(index), 4)
        } else {
            writer.write(15, 4)
            writer.write(UInt32(truncatingIfNeeded: rate), 24)
        }
    }

    /// `GASpecificConfig`, §4.4.1, and the error protection that follows for the resilient types; the frame length.
    private static func readGeneralAudio(
        _ reader: inout BitReader,
        type: ObjectType
    ) throws(CodecConfigurationError) -> Int {
        let isShort = try reader.flag()
        if try reader.flag() { _ = try reader.read(14) }
        let isExtended = try reader.flag()
        if type.rawValue == 6 || type.rawValue == 20 { _ = try reader.read(3) }
        if isExtended {
            switch type.rawValue {
            case 22: _ = try reader.read(16)
            case 17, 19, 20, 23: _ = try reader.read(3)
            default: break
            }
            _ = try reader.read(1)
        }
        if type.rawValue >= 17 {
            let protection = try reader.read(2)
            guard protection < 2 else { throw .invalidField }
        }
        return isShort ? 960 : 1024
    }

    private static func readTrailingExtension(
        _ reader: inout BitReader
    ) throws(CodecConfigurationError) -> Extension? {
        guard reader.remaining >= 16, try reader.read(11) == replicationSync,
            try readObjectType(&reader) == .spectralBandReplication, try reader.flag()
        else { return nil }
        let rate = try readRate(&reader)
        var hasStereo = false
        if reader.remaining >= 12, try reader.read(11) == stereoSync { hasStereo = try reader.flag() }
        return Extension(samplingFrequency: rate, hasParametricStereo: hasStereo, signalling: .backwardCompatible)
    }
}
