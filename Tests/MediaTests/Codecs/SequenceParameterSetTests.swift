import Media
import Testing

@Suite("Sequence parameter sets")
struct SequenceParameterSetTests {
    private static let progressive: [UInt8] = [
        0x67, 0x64, 0x00, 0x1E, 0xAC, 0xD9, 0x40, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2D, 0x96,
    ]
    /// 4:2:2, 10 bits, interlaced.
    private static let interlaced: [UInt8] = [
        0x67, 0x7A, 0x00, 0x16, 0xBC, 0xD9, 0x40, 0xA0, 0x63, 0xF1, 0xB8, 0x08, 0x80, 0x00, 0x00, 0x03, 0x01, 0x00,
        0x00, 0x03, 0x00, 0x19, 0x0F, 0x8A, 0x14, 0xCB,
    ]
    private static let efficient: [UInt8] = [
        0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3F,
        0xA0, 0x05, 0x02, 0x01, 0x71, 0xF2, 0xE5, 0x95, 0x95, 0x29, 0x30, 0xBC, 0x05, 0xA0, 0x20, 0x00, 0x00, 0x03,
        0x00, 0x20, 0x00, 0x00, 0x03, 0x03, 0x21,
    ]

    @Test("of H.264 tell the picture's size, format and timing")
    func h264() throws {
        let set = try Self.progressive.withUnsafeBytes { try H264SequenceParameterSet($0) }
        #expect((set.profile, set.profileCompatibility, set.level, set.identifier) == (100, 0, 30, 0))
        #expect((set.width, set.height) == (640, 360))
        #expect((set.chromaFormat, set.lumaBitDepth, set.chromaBitDepth) == (1, 8, 8))
        #expect(set.hasOnlyFrames)
        #expect(set.timing ?? (0, 0) == (1, 50))
    }

    @Test("of interlaced H.264 count the height of both fields")
    func interlaced() throws {
        let set = try Self.interlaced.withUnsafeBytes { try H264SequenceParameterSet($0) }
        #expect((set.width, set.height) == (640, 360))
        #expect(set.profile == 122)
        #expect((set.chromaFormat, set.lumaBitDepth, set.chromaBitDepth) == (2, 8, 8))
        #expect(!set.hasOnlyFrames)
        #expect(set.timing ?? (0, 0) == (2, 50))
    }

    @Test("of H.265 tell the picture's size, profile, tier and level")
    func h265() throws {
        let set = try Self.efficient.withUnsafeBytes { try H265SequenceParameterSet($0) }
        #expect((set.width, set.height) == (640, 360))
        #expect((set.profileSpace, set.profile, set.level) == (0, 1, 63))
        #expect(!set.isHighTier)
        #expect(set.profileCompatibility == 0x6000_0000)
        #expect(set.constraints == 0x9000_0000_0000)
        #expect((set.temporalLayers, set.nestsTemporalLayers) == (1, true))
        #expect((set.chromaFormat, set.lumaBitDepth, set.chromaBitDepth) == (1, 8, 8))
    }

    @Test("tell how far pictures are out of the order in which they are shown")
    func reorderDepth() throws {
        // Main, level 3, 320 × 240, without usability information; order counts of type 0 and 2.
        let type0: [UInt8] = [0x67, 77, 0, 30, 0xF4, 0x0A, 0x0F, 0xC8]
        let type2: [UInt8] = [0x67, 77, 0, 30, 0xDA, 0x05, 0x07, 0xE4]
        var baseline = type0
        baseline[1] = 66
        for (bytes, depth) in [
            (Self.progressive, 2), (Self.interlaced, 2), (type0, nil), (type2, 0), (baseline, 0),
        ] as [([UInt8], Int?)] {
            let set = try bytes.withUnsafeBytes { try H264SequenceParameterSet($0) }
            #expect(set.reorderDepth == depth)
        }
        let set = try Self.efficient.withUnsafeBytes { try H265SequenceParameterSet($0) }
        #expect(set.reorderDepth == 2)
        let cut = try Self.efficient.prefix(25).withUnsafeBytes { try H265SequenceParameterSet($0) }
        #expect(cut.reorderDepth == nil)
    }

    @Test("that end early or are something else are refused")
    func truncated() {
        // The sets are whole, but for usability information, after 10 and 24 bytes.
        for length in 0..<9 {
            #expect(throws: BitstreamError.self) {
                try Self.progressive.prefix(length).withUnsafeBytes { try H264SequenceParameterSet($0) }
            }
        }
        for length in 0..<24 {
            #expect(throws: BitstreamError.self) {
                try Self.efficient.prefix(length).withUnsafeBytes { try H265SequenceParameterSet($0) }
            }
        }
        #expect(throws: BitstreamError.invalid) {
            try Self.efficient.withUnsafeBytes { try H264SequenceParameterSet($0) }
        }
        #expect(throws: BitstreamError.invalid) {
            try Self.progressive.withUnsafeBytes { try H265SequenceParameterSet($0) }
        }
    }

    @Test("of pictures beyond any size are refused")
    func oversized() {
        // Baseline, level 1; then ue(0) ue(0) ue(2) ue(1) u(0), and a width of 1025 blocks.
        let bits = "1" + "1" + "011" + "010" + "0" + "000000000010000000001" + "1" + "1" + "1" + "0" + "0" + "1"
        var bytes: [UInt8] = [0x67, 66, 0, 10]
        var rest = Substring(bits)
        while !rest.isEmpty {
            let byte = rest.prefix(8)
            rest = rest.dropFirst(8)
            bytes.append((UInt8(byte, radix: 2) ?? 0) << UInt8(8 - byte.count))
        }
        #expect(throws: BitstreamError.invalid) { try bytes.withUnsafeBytes { try H264SequenceParameterSet($0) } }
    }

    @Test("with any byte changed never trap", arguments: 1...8 as ClosedRange<UInt64>)
    func mutated(seed: UInt64) {
        var state = seed
        var read = 0
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            for var bytes in [Self.progressive, Self.interlaced, Self.efficient] {
                bytes[4 + Int(state >> 40) % (bytes.count - 4)] = UInt8(truncatingIfNeeded: state >> 32)
                bytes[4 + Int(state >> 24) % (bytes.count - 4)] = UInt8(truncatingIfNeeded: state >> 16)
                bytes.withUnsafeBytes { bytes in
                    if let set = try? H264SequenceParameterSet(bytes), set.width > 0, set.height > 0 { read += 1 }
                    if let set = try? H265SequenceParameterSet(bytes), set.width > 0, set.height > 0 { read += 1 }
                }
            }
        }
        #expect(read > 0)
    }
}
