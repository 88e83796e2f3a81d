import Media
import NIOCore

/// The start of an E-AC-3 syncframe, ETSI TS 102 366 §E.1.2. Substreams that depend on it are not described: a decoder
/// finds them in the frames.
struct EAC3Header {
    let samplingFrequency: Int
    let channelCount: Int
    /// In kbit/s.
    private let rate: UInt32
    private let rateCode: UInt32
    private let identification: UInt32
    private let channelMode: UInt32
    private let hasLowFrequencies: UInt32

    /// Nil when the bytes do not begin with a syncframe.
    init?(_ frame: ByteBuffer) {
        let header = frame.withUnsafeReadableBytes { try? EAC3Header(reading: $0) }
        guard let header else { return nil }
        self = header
    }

    private init(reading bytes: UnsafeRawBufferPointer) throws(BitstreamError) {
        var reader = BitstreamReader(bytes)
        guard try reader.read(16) == 0x0B77 else { throw .invalid }
        try reader.skip(2 + 3)  // strmtyp, substreamid
        let byteCount = (Int(try reader.read(11)) + 1) * 2
        rateCode = try reader.read(2)
        let code = Int(try reader.read(2))
        channelMode = try reader.read(3)
        hasLowFrequencies = try reader.read(1)
        identification = try reader.read(5)
        guard (11...16).contains(identification) else { throw .invalid }
        let samples: Int
        if rateCode == 3 {
            // Half the rate that the second code says, always in six blocks.
            guard code < 3 else { throw .invalid }
            samplingFrequency = AC3Channels.rates[code] / 2
            samples = 1_536
        } else {
            samplingFrequency = AC3Channels.rates[Int(rateCode)]
            samples = 256 * [1, 2, 3, 6][code]
        }
        channelCount = AC3Channels.count(mode: channelMode, hasLowFrequencies: hasLowFrequencies)
        rate = UInt32(truncatingIfNeeded: byteCount * 8 * samplingFrequency / samples / 1_000)
    }

    /// `EC3SpecificBox`, §F.6, of one independent substream.
    func writeConfiguration(to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt16(truncatingIfNeeded: (rate & 0x1FFF) << 3))
        let substream = rateCode << 22 | identification << 17 | channelMode << 9 | hasLowFrequencies << 8
        buffer.writeInteger(UInt8(truncatingIfNeeded: substream >> 16))
        buffer.writeInteger(UInt16(truncatingIfNeeded: substream))
    }
}
