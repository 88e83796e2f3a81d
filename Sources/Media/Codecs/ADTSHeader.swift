/// The header before each frame of AAC in a transport stream, ISO/IEC 14496-3 §1.A.2 and 13818-7 §6.2.
public struct ADTSHeader: Hashable, Sendable {
    /// Without and with a CRC, for a frame of one raw data block.
    public static let byteCount = 7
    public static let byteCountWithCRC = 9
    /// `aac_frame_length` has 13 bits.
    public static let maximumFrameByteCount = 0x1FFF
    /// `adts_buffer_fullness` of streams with a variable rate.
    public static let variableRate: UInt16 = 0x7FF

    /// The `ID` bit: MPEG-2 instead of MPEG-4.
    public let isMPEG2: Bool
    /// 1 to 4.
    public let objectType: AudioSpecificConfig.ObjectType
    /// 0 to 12.
    public let samplingFrequencyIndex: UInt8
    /// 0 to 7; 0 when a program configuration element in the frame tells.
    public let channelConfiguration: UInt8
    /// The whole frame with this header, in bytes.
    public let frameByteCount: Int
    public let bufferFullness: UInt16
    /// Raw data blocks in the frame, 1 to 4, each of 1024 samples a channel.
    public let blockCount: Int
    /// `crc_check`; nil without.
    public let crc: UInt16?

    /// In hertz.
    public var samplingFrequency: Int { SamplingFrequency.rate(index: samplingFrequencyIndex) ?? 0 }

    /// The length of the header: the positions of further blocks lie before the CRC.
    public var headerByteCount: Int {
        crc == nil ? Self.byteCount : Self.byteCountWithCRC + 2 * (blockCount - 1)
    }

    /// For a frame of one block, without a CRC, of a stream with a variable rate.
    ///
    /// - Parameter payloadByteCount: the raw frame that follows.
    public init(
        objectType: AudioSpecificConfig.ObjectType,
        samplingFrequencyIndex: UInt8,
        channelConfiguration: UInt8,
        payloadByteCount: Int,
        isMPEG2: Bool = false,
        crc: UInt16? = nil
    ) throws(CodecConfigurationError) {
        guard (1...4).contains(objectType.rawValue) else { throw .invalidField }
        guard SamplingFrequency.rate(index: samplingFrequencyIndex) != nil else { throw .invalidSamplingFrequency }
        guard channelConfiguration < 8 else { throw .unsupportedChannelConfiguration(channelConfiguration) }
        let overhead = crc == nil ? Self.byteCount : Self.byteCountWithCRC
        guard payloadByteCount >= 0, payloadByteCount <= Self.maximumFrameByteCount - overhead else {
            throw .invalidField
        }
        self.isMPEG2 = isMPEG2
        self.objectType = objectType
        self.samplingFrequencyIndex = samplingFrequencyIndex
        self.channelConfiguration = channelConfiguration
        frameByteCount = payloadByteCount + overhead
        bufferFullness = Self.variableRate
        blockCount = 1
        self.crc = crc
    }

    /// Reads the header at the start of `bytes`; nil when more of them are needed.
    public init?(reading bytes: UnsafeRawBufferPointer) throws(CodecConfigurationError) {
        guard bytes.count >= Self.byteCount else { return nil }
        guard bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 else { throw .missingSignature }
        isMPEG2 = bytes[1] & 0x08 != 0
        objectType = AudioSpecificConfig.ObjectType(rawValue: bytes[2] >> 6 + 1)
        samplingFrequencyIndex = bytes[2] >> 2 & 0xF
        guard SamplingFrequency.rate(index: samplingFrequencyIndex) != nil else { throw .invalidSamplingFrequency }
        channelConfiguration = (bytes[2] & 1) << 2 | bytes[3] >> 6
        frameByteCount = Int(bytes[3] & 3) << 11 | Int(bytes[4]) << 3 | Int(bytes[5] >> 5)
        bufferFullness = UInt16(bytes[5] & 0x1F) << 6 | UInt16(bytes[6] >> 2)
        blockCount = Int(bytes[6] & 3) + 1
        var header = Self.byteCount
        if bytes[1] & 1 == 0 {
            header = Self.byteCountWithCRC + 2 * (blockCount - 1)
            guard bytes.count >= header else { return nil }
            crc = UInt16(bytes[header - 2]) << 8 | UInt16(bytes[header - 1])
        } else {
            crc = nil
        }
        guard frameByteCount >= header else { throw .invalidField }
    }

    /// Writes the first seven bytes, and the CRC behind them if there is one and one block; returns how many. Writes
    /// nothing when there is less room.
    @discardableResult
    public func write(to bytes: UnsafeMutableRawBufferPointer) -> Int {
        let count = crc == nil || blockCount > 1 ? Self.byteCount : Self.byteCountWithCRC
        guard bytes.count >= count else { return 0 }
        let hasCRC = count == Self.byteCountWithCRC
        bytes[0] = 0xFF
        bytes[1] = 0xF0 | (isMPEG2 ? 0x08 : 0) | (hasCRC ? 0 : 1)
        bytes[2] = (objectType.rawValue &- 1) << 6 | samplingFrequencyIndex << 2 | channelConfiguration >> 2
        bytes[3] = (channelConfiguration & 3) << 6 | UInt8(truncatingIfNeeded: frameByteCount >> 11 & 3)
        bytes[4] = UInt8(truncatingIfNeeded: frameByteCount >> 3)
        bytes[5] =
            UInt8(truncatingIfNeeded: frameByteCount & 7) << 5 | UInt8(truncatingIfNeeded: bufferFullness >> 6 & 0x1F)
        bytes[6] = UInt8(truncatingIfNeeded: bufferFullness & 0x3F) << 2 | UInt8(truncatingIfNeeded: blockCount - 1)
        if hasCRC, let crc {
            bytes[7] = UInt8(truncatingIfNeeded: crc >> 8)
            bytes[8] = UInt8(truncatingIfNeeded: crc)
        }
        return count
    }
}
