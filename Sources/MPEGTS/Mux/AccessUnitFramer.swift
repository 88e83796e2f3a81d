import Media
import NIOCore

/// Brings the samples of a track into the form that a transport stream carries, and describes them for the PMT.
struct AccessUnitFramer: Sendable {
    /// Larger samples are left out.
    static let maximumSampleBytes = 16 << 20

    private enum Form {
        case annexB(AnnexBWriter)
        /// An ADTS header before each frame.
        case aac(AudioSpecificConfig)
        /// A control header before each packet.
        case opus
        case asItIs
    }

    private let form: Form
    /// `stream_type` in the PMT.
    let streamType: UInt8
    let descriptors: [UInt8]
    /// `stream_id` of the PES packets, ISO/IEC 13818-1 table 2-22.
    let streamID: UInt8
    let isVideo: Bool

    /// Nil when the codec is not carried or its configuration cannot be read.
    ///
    /// AC-3 and E-AC-3 go the way of ATSC A/52 annexes A and G, a stream type of their own and a registration: ffmpeg and
    /// GStreamer write them so by default, and what reads them at all reads that. The way of DVB, private data and a
    /// descriptor, is for receivers of broadcasts.
    init?(_ track: MediaTrack) {
        isVideo = track.codec.isVideo
        switch track.codec {
        case .h264:
            guard let configuration = try? AVCDecoderConfiguration(reading: track.configuration) else { return nil }
            form = .annexB(AnnexBWriter(configuration))
            (streamType, streamID, descriptors) = (0x1B, 0xE0, [])
        case .hevc:
            guard let configuration = try? HEVCDecoderConfiguration(reading: track.configuration) else { return nil }
            form = .annexB(AnnexBWriter(configuration))
            (streamType, streamID, descriptors) = (0x24, 0xE0, Self.registration("HEVC"))
        case .aac:
            guard let configuration = try? AudioSpecificConfig(reading: track.configuration),
                configuration.frameLength == 1024, Self.header(configuration, payloadByteCount: 0) != nil
            else { return nil }
            form = .aac(configuration)
            (streamType, streamID, descriptors) = (0x0F, 0xC0, [])
        case .mp3:
            form = .asItIs
            (streamType, streamID, descriptors) = (0x03, 0xC0, [])
        case .ac3:
            form = .asItIs
            (streamType, streamID, descriptors) = (0x81, 0xBD, Self.registration("AC-3"))
        case .eac3:
            form = .asItIs
            (streamType, streamID, descriptors) = (0x87, 0xBD, Self.registration("EAC3"))
        case .opus:
            guard let identification = try? OpusIdentification(reading: track.configuration),
                let code = Self.channelCode(identification)
            else { return nil }
            form = .opus
            // The extension descriptor of ETSI EN 300 468 §6.2.16 with the tag that Opus uses.
            (streamType, streamID, descriptors) = (0x06, 0xBD, Self.registration("Opus") + [0x7F, 2, 0x80, code])
        case .av1, .vp9, .flac, .g711ALaw, .g711MuLaw: return nil
        }
    }

    private static func registration(_ text: StaticString) -> [UInt8] {
        [0x05, 4] + text.withUTF8Buffer(Array.init)
    }

    /// Appends the access unit of a sample to `output`, which is empty.
    ///
    /// - Returns: False when the sample is broken, empty or too long: it is to be left out.
    func frame(_ sample: MediaSample, into output: inout [UInt8]) -> Bool {
        sample.payload.withUnsafeReadableBytes { payload in
            guard !payload.isEmpty, payload.count <= Self.maximumSampleBytes else { return false }
            switch form {
            case .annexB(let writer):
                return writer.write(payload, isKeyframe: sample.isKeyframe, to: &output)
            case .aac(let configuration):
                guard let header = Self.header(configuration, payloadByteCount: payload.count) else { return false }
                withUnsafeTemporaryAllocation(byteCount: ADTSHeader.byteCount, alignment: 1) { bytes in
                    _ = header.write(to: bytes)
                    output.append(contentsOf: bytes)
                }
                output.append(contentsOf: payload)
            case .opus:
                Self.writeControlHeader(payloadByteCount: payload.count, to: &output)
                output.append(contentsOf: payload)
            case .asItIs:
                output.append(contentsOf: payload)
            }
            return output.count <= PESHeaderBytes.maximumBoundedByteCount
        }
    }

    /// ADTS has two bits for the object type: extensions of low complexity are signalled inside the frames.
    private static func header(_ configuration: AudioSpecificConfig, payloadByteCount: Int) -> ADTSHeader? {
        guard let index = SamplingFrequency.index(rate: configuration.samplingFrequency) else { return nil }
        return try? ADTSHeader(
            objectType: configuration.objectType,
            samplingFrequencyIndex: index,
            channelConfiguration: configuration.channelConfiguration,
            payloadByteCount: payloadByteCount
        )
    }

    /// `channel_config_code`: the number of channels, in the order of Vorbis when they are more than two.
    private static func channelCode(_ identification: OpusIdentification) -> UInt8? {
        switch identification.mappingFamily {
        case 0: identification.channelCount
        case 1 where identification.channelCount <= 8: identification.channelCount
        default: nil
        }
    }

    /// `opus_control_header`: its prefix of 11 bits without any of the flags, and the size in steps of 255.
    private static func writeControlHeader(payloadByteCount: Int, to output: inout [UInt8]) {
        output.append(0x7F)
        output.append(0xE0)
        var rest = payloadByteCount
        while rest >= 255 {
            output.append(255)
            rest -= 255
        }
        output.append(UInt8(truncatingIfNeeded: rest))
    }
}
