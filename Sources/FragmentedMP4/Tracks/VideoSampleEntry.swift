import Media
import NIOCore

/// `avc1` and `hvc1`, ISO/IEC 14496-12 §12.1.3 and 14496-15 §5.4.2 and §8.4.1: the parameter sets are in the entry.
struct VideoSampleEntry {
    let codecString: String
    let size: FragmentedTrack.PictureSize
    let box: ByteBuffer

    init(_ track: MediaTrack) throws(FragmentedTrackError) {
        if track.codec == .hevc {
            guard let configuration = try? HEVCDecoderConfiguration(reading: track.configuration),
                let size = Self.size(of: configuration)
            else { throw .invalidConfiguration }
            self.init("hvc1", Self.codecString(configuration), size, "hvcC", configuration.record)
        } else {
            guard let configuration = try? AVCDecoderConfiguration(reading: track.configuration),
                let size = Self.size(of: configuration)
            else { throw .invalidConfiguration }
            self.init("avc1", Self.codecString(configuration), size, "avcC", configuration.record)
        }
    }

    private init(
        _ type: StaticString,
        _ codecString: String,
        _ size: FragmentedTrack.PictureSize,
        _ configurationType: StaticString,
        _ configuration: ByteBuffer
    ) {
        self.codecString = codecString
        self.size = size
        var box = ByteBuffer()
        box.writeBox(type) { box in
            box.writeRepeatingByte(0, count: 6)
            box.writeInteger(UInt16(1))  // data_reference_index
            box.writeRepeatingByte(0, count: 16)
            box.writeMultipleIntegers(size.width, size.height)
            box.writeMultipleIntegers(UInt32(72 << 16), UInt32(72 << 16))  // pixels an inch
            box.writeInteger(UInt32(0))
            box.writeInteger(UInt16(1))  // pictures in a sample
            box.writeRepeatingByte(0, count: 32)  // compressorname
            box.writeMultipleIntegers(UInt16(24), UInt16.max)  // depth: colours without transparency
            box.writeBox(configurationType) { $0.writeImmutableBuffer(configuration) }
        }
        self.box = box
    }

    /// Nil without a sequence parameter set that can be read.
    private static func size(of configuration: AVCDecoderConfiguration) -> FragmentedTrack.PictureSize? {
        guard
            let set = configuration.sequenceParameterSets.first?.withUnsafeReadableBytes({
                try? H264SequenceParameterSet($0)
            })
        else { return nil }
        return size(set.width, set.height)
    }

    private static func size(of configuration: HEVCDecoderConfiguration) -> FragmentedTrack.PictureSize? {
        guard
            let set = configuration.sequenceParameterSets.first?.withUnsafeReadableBytes({
                try? H265SequenceParameterSet($0)
            })
        else { return nil }
        return size(set.width, set.height)
    }

    private static func size(_ width: Int, _ height: Int) -> FragmentedTrack.PictureSize? {
        guard let width = UInt16(exactly: width), let height = UInt16(exactly: height) else { return nil }
        return FragmentedTrack.PictureSize(width: width, height: height)
    }

    // MARK: RFC 6381

    /// Profile, constraints and level, RFC 6381 §3.3.
    private static func codecString(_ configuration: AVCDecoderConfiguration) -> String {
        "avc1."
            + [configuration.profile, configuration.profileCompatibility, configuration.level].map(hexadecimal).joined()
    }

    /// ISO/IEC 14496-15 annex E.3: profile, compatibility with the bits turned round, tier and level, and the bytes of
    /// the constraints up to the last one that is not zero.
    private static func codecString(_ configuration: HEVCDecoderConfiguration) -> String {
        let general = configuration.profileTierLevel
        let space = ["", "A", "B", "C"][Int(general.profileSpace & 3)]
        var reversed: UInt32 = 0
        for bit in 0..<32 where general.profileCompatibility >> UInt32(bit) & 1 == 1 {
            reversed |= 1 << UInt32(31 - bit)
        }
        var text = "hvc1.\(space)\(general.profile).\(String(reversed, radix: 16, uppercase: true))"
        text += ".\(general.isHighTier ? "H" : "L")\(general.level)"
        var constraints = general.constraints << 16
        while constraints != 0 {
            text += "." + String(constraints >> 56, radix: 16, uppercase: true)
            constraints <<= 8
        }
        return text
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + digits : digits
    }
}
