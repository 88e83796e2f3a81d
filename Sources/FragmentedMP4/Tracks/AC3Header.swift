import Media
import NIOCore

/// The start of an AC-3 syncframe, ETSI TS 102 366 §4.3 and §4.4.
struct AC3Header {
    let samplingFrequency: Int
    let channelCount: Int
    /// `AC3SpecificBox`, §F.4: 24 bits.
    private let configuration: UInt32

    /// Nil when the bytes do not begin with a syncframe.
    init?(_ frame: ByteBuffer) {
        let header = frame.withUnsafeReadableBytes { try? Self.read($0) }
        guard let header else { return nil }
        self = header
    }

    private init(samplingFrequency: Int, channelCount: Int, configuration: UInt32) {
        self.samplingFrequency = samplingFrequency
        self.channelCount = channelCount
        self.configuration = configuration
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(BitstreamError) -> AC3Header {
        var reader = BitstreamReader(bytes)
        guard try reader.read(16) == 0x0B77 else { throw .invalid }
        try reader.skip(16)  // crc1
        let rateCode = try reader.read(2)
        let sizeCode = try reader.read(6)
        let identification = try reader.read(5)
        let mode = try reader.read(3)
        let channelMode = try reader.read(3)
        guard rateCode < 3, sizeCode < 38, identification <= 10 else { throw .invalid }
        if channelMode & 1 == 1, channelMode != 1 { try reader.skip(2) }  // cmixlev
        if channelMode & 4 != 0 { try reader.skip(2) }  // surmixlev
        if channelMode == 2 { try reader.skip(2) }  // dsurmod
        let hasLowFrequencies = try reader.read(1)
        let general = rateCode << 22 | identification << 17 | mode << 14
        return AC3Header(
            samplingFrequency: AC3Channels.rates[Int(rateCode)] >> max(0, Int(identification) - 8),
            channelCount: AC3Channels.count(mode: channelMode, hasLowFrequencies: hasLowFrequencies),
            configuration: general | channelMode << 11 | hasLowFrequencies << 10 | (sizeCode >> 1) << 5
        )
    }

    func writeConfiguration(to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(truncatingIfNeeded: configuration >> 16))
        buffer.writeInteger(UInt16(truncatingIfNeeded: configuration))
    }
}

/// What AC-3 and E-AC-3 have in common.
enum AC3Channels {
    /// By `fscod`, in hertz.
    static let rates = [48_000, 44_100, 32_000]

    /// - Parameter mode: `acmod`, 0 to 7.
    static func count(mode: UInt32, hasLowFrequencies: UInt32) -> Int {
        [2, 1, 2, 3, 3, 4, 4, 5][Int(mode & 7)] + Int(hasLowFrequencies & 1)
    }
}
