import Media
import NIOCore

/// The sample entries of audio, ISO/IEC 14496-12 §12.2.3, with the box inside that each codec has.
struct AudioSampleEntry {
    let codecString: String
    let box: ByteBuffer

    /// Of AAC and Opus, whose configuration tells all.
    init(_ track: MediaTrack) throws(FragmentedTrackError) {
        if track.codec == .opus {
            guard let identification = try? OpusIdentification(reading: track.configuration) else {
                throw .invalidConfiguration
            }
            self.init("Opus", "opus", channels: Int(identification.channelCount), rate: 48_000) { box in
                Self.writeOpus(identification, to: &box)
            }
        } else {
            guard let configuration = try? AudioSpecificConfig(reading: track.configuration) else {
                throw .invalidConfiguration
            }
            self.init(
                "mp4a",
                "mp4a.40.\(Self.objectType(configuration).rawValue)",
                channels: configuration.channelCount ?? 2,
                rate: configuration.samplingFrequency
            ) { box in
                Descriptor.writeBox(
                    objectType: Descriptor.ObjectType.mpeg4Audio,
                    specific: configuration.record,
                    to: &box
                )
            }
        }
    }

    /// Of codecs that are described by their frames.
    init(_ codec: Codec, sample: ByteBuffer) throws(FragmentedTrackError) {
        switch codec {
        case .ac3:
            guard let header = AC3Header(sample) else { throw .invalidSample }
            self.init("ac-3", "ac-3", channels: header.channelCount, rate: header.samplingFrequency) { box in
                box.writeBox("dac3") { header.writeConfiguration(to: &$0) }
            }
        case .eac3:
            guard let header = EAC3Header(sample) else { throw .invalidSample }
            self.init("ec-3", "ec-3", channels: header.channelCount, rate: header.samplingFrequency) { box in
                box.writeBox("dec3") { header.writeConfiguration(to: &$0) }
            }
        case .mp3:
            guard let header = MPEGAudioHeader(sample) else { throw .invalidSample }
            self.init("mp4a", "mp4a.6B", channels: header.channelCount, rate: header.samplingFrequency) { box in
                Descriptor.writeBox(
                    objectType: Descriptor.ObjectType.mpeg1Audio,
                    specific: ByteBuffer(),
                    to: &box
                )
            }
        case .h264, .hevc, .av1, .vp9, .aac, .opus, .flac, .g711ALaw, .g711MuLaw:
            throw .unsupportedCodec(codec)
        }
    }

    private init(
        _ type: StaticString,
        _ codecString: String,
        channels: Int,
        rate: Int,
        writeConfiguration: (inout ByteBuffer) -> Void
    ) {
        self.codecString = codecString
        var box = ByteBuffer()
        box.writeBox(type) { box in
            box.writeRepeatingByte(0, count: 6)
            box.writeInteger(UInt16(1))  // data_reference_index
            box.writeRepeatingByte(0, count: 8)
            box.writeMultipleIntegers(UInt16(truncatingIfNeeded: channels), UInt16(16))  // bits of a sample
            box.writeInteger(UInt32(0))
            // A rate that does not fit is in the configuration only.
            box.writeInteger(UInt32(UInt16(exactly: rate) ?? 0) << 16)
            writeConfiguration(&box)
        }
        self.box = box
    }

    /// With HE-AAC that of the extension.
    private static func objectType(_ configuration: AudioSpecificConfig) -> AudioSpecificConfig.ObjectType {
        guard let found = configuration.extension else { return configuration.objectType }
        return found.hasParametricStereo ? .parametricStereo : .spectralBandReplication
    }

    /// Encapsulation of Opus in ISO base media files §4.3.2: as in Ogg, but for the version and the order of the bytes.
    private static func writeOpus(_ identification: OpusIdentification, to box: inout ByteBuffer) {
        box.writeBox("dOps") { box in
            box.writeMultipleIntegers(UInt8(0), identification.channelCount)
            box.writeMultipleIntegers(
                identification.preSkip,
                identification.inputSamplingFrequency,
                identification.outputGain,
                identification.mappingFamily
            )
            if identification.mappingFamily != 0 {
                box.writeMultipleIntegers(identification.streamCount, identification.coupledStreamCount)
                box.writeBytes(identification.channelMapping)
            }
        }
    }
}
