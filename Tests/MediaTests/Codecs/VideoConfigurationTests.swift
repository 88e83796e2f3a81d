import Media
import NIOCore
import Testing

@Suite("The decoder configuration of H.264")
struct AVCDecoderConfigurationTests {
    static let sequence = ByteBuffer(bytes: [0x67, 0x64, 0x00, 0x1F, 0xAC, 0xD9])
    static let picture = ByteBuffer(bytes: [0x68, 0xEB, 0xE3])

    static func record() throws -> ByteBuffer {
        try AVCDecoderConfiguration(
            sequenceParameterSets: [sequence],
            pictureParameterSets: [picture],
            highProfile: .init(chromaFormat: 1, lumaBitDepth: 8, chromaBitDepth: 10)
        ).record
    }

    @Test("is written byte for byte as the standard says, and read back")
    func bytes() throws {
        let record = try Self.record()
        #expect(
            Array(record.readableBytesView) == [
                1, 0x64, 0x00, 0x1F, 0xFF, 0xE1, 0, 6, 0x67, 0x64, 0x00, 0x1F, 0xAC, 0xD9, 1, 0, 3, 0x68, 0xEB, 0xE3,
                0xFD, 0xF8, 0xFA, 0,
            ]
        )
        let read = try AVCDecoderConfiguration(reading: record)
        #expect(read.profile == 100 && read.profileCompatibility == 0 && read.level == 31)
        #expect(read.nalUnitLengthSize == 4)
        #expect(read.sequenceParameterSets == [Self.sequence] && read.pictureParameterSets == [Self.picture])
        #expect(read.highProfile == .init(chromaFormat: 1, lumaBitDepth: 8, chromaBitDepth: 10))
        #expect(read.record == record)
    }

    @Test("may end where the high profiles begin, and is refused when cut before")
    func truncated() throws {
        let record = try Self.record()
        for length in 0..<record.readableBytes {
            let cut = try #require(record.getSlice(at: 0, length: length))
            if length < 20 {
                #expect(throws: CodecConfigurationError.truncated) { try AVCDecoderConfiguration(reading: cut) }
            } else {
                let read = try AVCDecoderConfiguration(reading: cut)
                #expect((read.highProfile == nil) == (length < 23))
                #expect(read.pictureParameterSets == [Self.picture])
            }
        }
    }

    @Test(
        "is refused with another version, and with lengths of three bytes",
        arguments: [
            ([2, 66, 0, 30, 0xFF, 0xE0, 0], CodecConfigurationError.unsupportedVersion(2)),
            ([1, 66, 0, 30, 0xFE, 0xE0, 0], .unsupportedLengthSize(3)),
            ([1, 66, 0, 30, 0xFF, 0xE1, 0xFF, 0xFF, 0], .truncated),
        ]
    )
    func refused(bytes: [UInt8], error: CodecConfigurationError) {
        #expect(throws: error) { try AVCDecoderConfiguration(reading: ByteBuffer(bytes: bytes)) }
    }

    @Test("holds as many parameter sets as a record can say, and no more")
    func limits() throws {
        func make(_ sequences: Int, _ pictures: Int, _ set: ByteBuffer = Self.sequence) throws {
            let read = try AVCDecoderConfiguration(
                reading: AVCDecoderConfiguration(
                    sequenceParameterSets: Array(repeating: set, count: sequences),
                    pictureParameterSets: Array(repeating: Self.picture, count: pictures),
                    nalUnitLengthSize: 2
                ).record
            )
            #expect(read.sequenceParameterSets.count == sequences && read.pictureParameterSets.count == pictures)
            #expect(read.nalUnitLengthSize == 2)
        }
        try make(31, 255)
        #expect(throws: CodecConfigurationError.tooManyParameterSets) { try make(32, 1) }
        #expect(throws: CodecConfigurationError.tooManyParameterSets) { try make(1, 256) }
        #expect(throws: CodecConfigurationError.missingParameterSet) { try make(0, 1) }
        #expect(throws: CodecConfigurationError.invalidParameterSet) { try make(1, 1, ByteBuffer(bytes: [0x67, 1])) }
        try make(1, 1, ByteBuffer(repeating: 0x67, count: 65_535))
        #expect(throws: CodecConfigurationError.invalidParameterSet) {
            try make(1, 1, ByteBuffer(repeating: 0x67, count: 65_536))
        }
    }
}

@Suite("The decoder configuration of H.265")
struct HEVCDecoderConfigurationTests {
    static func configuration() throws -> HEVCDecoderConfiguration {
        try HEVCDecoderConfiguration(
            videoParameterSets: [ByteBuffer(bytes: [0x40, 1, 0xC])],
            sequenceParameterSets: [ByteBuffer(bytes: [0x42, 1, 1]), ByteBuffer(bytes: [0x42, 1, 2, 3])],
            pictureParameterSets: [ByteBuffer(bytes: [0x44, 1])],
            supplementalInformation: [ByteBuffer(bytes: [0x4E, 1, 5])],
            profileTierLevel: .init(
                isHighTier: true,
                profile: 2,
                profileCompatibility: 0x2000_0000,
                constraints: 0xB000_0000_0001,
                level: 123
            ),
            chromaFormat: 1,
            lumaBitDepth: 10,
            chromaBitDepth: 9,
            temporalLayers: 3,
            isTemporalIDNested: true
        )
    }

    @Test("is written byte for byte as the standard says, and read back")
    func bytes() throws {
        let configuration = try Self.configuration()
        let record = configuration.record
        #expect(
            Array(record.readableBytesView.prefix(23)) == [
                1, 0x22, 0x20, 0, 0, 0, 0xB0, 0, 0, 0, 0, 1, 123, 0xF0, 0, 0xFC, 0xFD, 0xFA, 0xF9, 0, 0, 0x1F, 4,
            ]
        )
        #expect(
            Array(record.readableBytesView.dropFirst(23)) == [
                0xA0, 0, 1, 0, 3, 0x40, 1, 0xC, 0xA1, 0, 2, 0, 3, 0x42, 1, 1, 0, 4, 0x42, 1, 2, 3,
                0xA2, 0, 1, 0, 2, 0x44, 1, 0x27, 0, 1, 0, 3, 0x4E, 1, 5,
            ]
        )
        #expect(try HEVCDecoderConfiguration(reading: record) == configuration)
    }

    @Test("is refused when cut anywhere")
    func truncated() throws {
        let record = try Self.configuration().record
        for length in 0..<record.readableBytes {
            let cut = try #require(record.getSlice(at: 0, length: length))
            #expect(throws: CodecConfigurationError.truncated) { try HEVCDecoderConfiguration(reading: cut) }
        }
    }

    @Test("is refused with another version, lengths of three bytes, and lists beyond the limit")
    func refused() throws {
        var bytes = Array(try Self.configuration().record.readableBytesView)
        func read() throws { _ = try HEVCDecoderConfiguration(reading: ByteBuffer(bytes: bytes)) }
        bytes[0] = 0
        try read()
        bytes[0] = 2
        #expect(throws: CodecConfigurationError.unsupportedVersion(2)) { try read() }
        bytes[0] = 1
        bytes[21] = 0x1E
        #expect(throws: CodecConfigurationError.unsupportedLengthSize(3)) { try read() }
        bytes[21] = 0x1F
        bytes[24] = 1
        bytes[25] = 1
        #expect(throws: CodecConfigurationError.tooManyParameterSets) { try read() }
    }
}
