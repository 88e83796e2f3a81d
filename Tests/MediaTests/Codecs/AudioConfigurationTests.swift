import Media
import NIOCore
import Testing

@Suite("The configuration of AAC")
struct AudioSpecificConfigTests {
    struct Vector: Sendable {
        var bytes: [UInt8]
        var objectType: UInt8 = 2
        var rate = 48_000
        var channels: UInt8 = 2
        var addition: AudioSpecificConfig.Extension?
        var frameLength = 1024
    }

    static let vectors: [Vector] = [
        Vector(bytes: [0x11, 0x90]),
        Vector(bytes: [0x12, 0x10], rate: 44_100),
        Vector(bytes: [0x11, 0xB0], channels: 6),
        Vector(bytes: [0x11, 0x94], frameLength: 960),
        // 8000 + 1 Hz, which has no index.
        Vector(bytes: [0x17, 0x80, 0x0F, 0xA0, 0x88], rate: 8_001, channels: 1),
        Vector(
            bytes: [0x2B, 0x11, 0x88, 0x00],
            rate: 24_000,
            addition: .init(samplingFrequency: 48_000, signalling: .hierarchical)
        ),
        Vector(
            bytes: [0xEB, 0x09, 0x88, 0x00],
            rate: 24_000,
            channels: 1,
            addition: .init(samplingFrequency: 48_000, hasParametricStereo: true, signalling: .hierarchical)
        ),
        Vector(
            bytes: [0x13, 0x10, 0x56, 0xE5, 0x98],
            rate: 24_000,
            addition: .init(samplingFrequency: 48_000, signalling: .backwardCompatible)
        ),
        Vector(
            bytes: [0x13, 0x08, 0x56, 0xE5, 0x9D, 0x48, 0x80],
            rate: 24_000,
            channels: 1,
            addition: .init(samplingFrequency: 48_000, hasParametricStereo: true, signalling: .backwardCompatible)
        ),
    ]

    @Test("is read, and written byte for byte", arguments: vectors)
    func readAndWritten(_ vector: Vector) throws {
        let read = try AudioSpecificConfig(reading: ByteBuffer(bytes: vector.bytes))
        #expect(read.objectType.rawValue == vector.objectType)
        #expect(read.samplingFrequency == vector.rate)
        #expect(read.channelConfiguration == vector.channels)
        #expect(read.extension == vector.addition)
        #expect(read.frameLength == vector.frameLength)
        let written = try AudioSpecificConfig(
            samplingFrequency: vector.rate,
            channelConfiguration: vector.channels,
            extension: vector.addition,
            frameLength: vector.frameLength
        )
        #expect(Array(written.record.readableBytesView) == vector.bytes)
        #expect(written == read)
    }

    @Test("is the plain one, or refused, when cut", arguments: vectors)
    func truncated(vector: Vector) throws {
        for length in 0..<vector.bytes.count {
            do {
                let read = try AudioSpecificConfig(reading: ByteBuffer(bytes: vector.bytes.prefix(length)))
                #expect(read.samplingFrequency == vector.rate)
            } catch {
                #expect(error == .truncated)
            }
        }
    }

    @Test("tells types that need the escape")
    func escape() throws {
        // 11111 001010 (42), index 3, two channels.
        let read = try AudioSpecificConfig(reading: ByteBuffer(bytes: [0xF9, 0x46, 0x40]))
        #expect(read.objectType.rawValue == 42 && read.samplingFrequency == 48_000 && read.channelCount == 2)
    }

    @Test(
        "is refused with reserved values",
        arguments: [
            ([0x11, 0x80], CodecConfigurationError.unsupportedChannelConfiguration(0)),
            ([0x11, 0xC0], .unsupportedChannelConfiguration(8)), ([0x16, 0x90], .invalidSamplingFrequency),
            ([0x17, 0x80, 0, 0, 0x08, 0], .invalidSamplingFrequency), ([0x01, 0x90], .invalidField),
        ] as [([UInt8], CodecConfigurationError)]
    )
    func refused(bytes: [UInt8], error: CodecConfigurationError) {
        #expect(throws: error) { try AudioSpecificConfig(reading: ByteBuffer(bytes: bytes)) }
    }

    @Test("of any two or more bytes does not trap")
    func anything() {
        var outcomes: Set<Bool> = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [first, second, second &+ 77, first ^ second, 0x56, 0xE5, first]
                outcomes.insert((try? AudioSpecificConfig(reading: ByteBuffer(bytes: bytes))) == nil)
            }
        }
        #expect(outcomes == [true, false])
    }

    @Test("cannot be made of values that do not fit")
    func unmakeable() {
        #expect(throws: CodecConfigurationError.invalidField) {
            try AudioSpecificConfig(objectType: .init(rawValue: 5), samplingFrequency: 48_000, channelConfiguration: 2)
        }
        #expect(throws: CodecConfigurationError.invalidSamplingFrequency) {
            try AudioSpecificConfig(samplingFrequency: 1 << 24, channelConfiguration: 2)
        }
        #expect(throws: CodecConfigurationError.unsupportedChannelConfiguration(0)) {
            try AudioSpecificConfig(samplingFrequency: 48_000, channelConfiguration: 0)
        }
    }
}

@Suite("The ADTS header")
struct ADTSHeaderTests {
    private func read(_ bytes: [UInt8]) throws -> ADTSHeader? {
        try bytes.withUnsafeBytes { try ADTSHeader(reading: $0) }
    }

    @Test("is written byte for byte, and read back")
    func bytes() throws {
        let header = try ADTSHeader(
            objectType: .lowComplexity,
            samplingFrequencyIndex: 3,
            channelConfiguration: 2,
            payloadByteCount: 364
        )
        var bytes = [UInt8](repeating: 0, count: 7)
        #expect(bytes.withUnsafeMutableBytes { header.write(to: $0) } == 7)
        #expect(bytes == [0xFF, 0xF1, 0x4C, 0x80, 0x2E, 0x7F, 0xFC])
        #expect(try read(bytes) == header)
        #expect(header.samplingFrequency == 48_000 && header.headerByteCount == 7 && header.frameByteCount == 371)
        for length in 0..<7 { #expect(try read(Array(bytes.prefix(length))) == nil) }
        bytes.removeLast()
        #expect(bytes.withUnsafeMutableBytes { header.write(to: $0) } == 0)
    }

    @Test("with a CRC is two bytes longer, and more with more blocks")
    func crc() throws {
        let header = try ADTSHeader(
            objectType: .main,
            samplingFrequencyIndex: 4,
            channelConfiguration: 7,
            payloadByteCount: 8182,
            isMPEG2: true,
            crc: 0xABCD
        )
        var bytes = [UInt8](repeating: 0, count: 9)
        #expect(bytes.withUnsafeMutableBytes { header.write(to: $0) } == 9)
        #expect(bytes == [0xFF, 0xF8, 0x11, 0xC3, 0xFF, 0xFF, 0xFC, 0xAB, 0xCD])
        #expect(try read(bytes) == header)
        #expect(try read(Array(bytes.prefix(8))) == nil)
        bytes[6] |= 1
        #expect(try read(bytes) == nil)
        let two = try #require(try read(bytes + [0x12, 0x34]))
        #expect(two.blockCount == 2 && two.headerByteCount == 11 && two.crc == 0x1234)
    }

    @Test(
        "is refused without the syncword, with a reserved rate, and when the frame is shorter than the header",
        arguments: [
            ([0xFF, 0xE1, 0x4C, 0x80, 0x2E, 0x7F, 0xFC], CodecConfigurationError.missingSignature),
            ([0xFF, 0xF3, 0x4C, 0x80, 0x2E, 0x7F, 0xFC], .missingSignature),
            ([0xFF, 0xF1, 0x74, 0x80, 0x2E, 0x7F, 0xFC], .invalidSamplingFrequency),
            ([0xFF, 0xF1, 0x4C, 0x80, 0x00, 0xDF, 0xFC], .invalidField),
        ] as [([UInt8], CodecConfigurationError)]
    )
    func refused(bytes: [UInt8], error: CodecConfigurationError) {
        #expect(throws: error) { try read(bytes) }
    }

    @Test("cannot announce more bytes than its field holds")
    func limit() throws {
        func make(_ count: Int) throws {
            _ = try ADTSHeader(
                objectType: .lowComplexity,
                samplingFrequencyIndex: 3,
                channelConfiguration: 2,
                payloadByteCount: count
            )
        }
        try make(ADTSHeader.maximumFrameByteCount - 7)
        #expect(throws: CodecConfigurationError.invalidField) { try make(ADTSHeader.maximumFrameByteCount - 6) }
        #expect(throws: CodecConfigurationError.invalidField) { try make(-1) }
    }
}

@Suite("The identification header of Opus")
struct OpusIdentificationTests {
    private static let surround: [UInt8] =
        Array("OpusHead".utf8) + [1, 6, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 1, 4, 2, 0, 4, 1, 2, 3, 5]

    @Test("is read, and written byte for byte")
    func surround() throws {
        let read = try OpusIdentification(reading: ByteBuffer(bytes: Self.surround))
        #expect(read.channelCount == 6 && read.preSkip == 312 && read.inputSamplingFrequency == 48_000)
        #expect(read.mappingFamily == 1 && read.streamCount == 4 && read.coupledStreamCount == 2)
        #expect(read.channelMapping == [0, 4, 1, 2, 3, 5])
        #expect(Array(read.record.readableBytesView) == Self.surround)
        for length in 0..<Self.surround.count {
            #expect(throws: CodecConfigurationError.truncated) {
                try OpusIdentification(reading: ByteBuffer(bytes: Self.surround.prefix(length)))
            }
        }
    }

    @Test("of mono and stereo needs no table")
    func stereo() throws {
        let header = try OpusIdentification(channelCount: 2, preSkip: 312)
        #expect(header.record.readableBytes == 19)
        #expect(try OpusIdentification(reading: header.record) == header)
        #expect(throws: CodecConfigurationError.unsupportedChannelConfiguration(3)) {
            try OpusIdentification(channelCount: 3)
        }
    }

    @Test("is refused with another signature, version or impossible counts")
    func refused() {
        func expect(_ error: CodecConfigurationError, at index: Int, _ value: UInt8) {
            var bytes = Self.surround
            bytes[index] = value
            #expect(throws: error) { try OpusIdentification(reading: ByteBuffer(bytes: bytes)) }
        }
        expect(.missingSignature, at: 0, 0x6F)
        expect(.unsupportedVersion(16), at: 8, 16)
        expect(.unsupportedChannelConfiguration(0), at: 9, 0)
        expect(.invalidField, at: 19, 0)
        expect(.invalidField, at: 20, 5)
        expect(.unsupportedChannelConfiguration(6), at: 18, 0)
    }
}
