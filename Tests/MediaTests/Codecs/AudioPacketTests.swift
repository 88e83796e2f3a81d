import Media
import NIOCore
import Testing

@Suite("Packets of audio")
struct AudioPacketTests {
    @Test(
        "of Opus tell how long they are",
        arguments: [
            ([0x00], 480), ([0x18], 2880), ([0x60], 480), ([0x68], 960), ([0x80], 120), ([0xF8], 960), ([0xF9], 1920),
            ([0xFA], 1920), ([0xFB, 6], 5760), ([0xFB, 0xC6], 5760), ([0xFB, 7], nil), ([0xFB, 0], nil), ([0xFB], nil),
            ([], nil), ([0x1B, 2], 5760), ([0x1B, 63], nil),
        ] as [([UInt8], Int?)]
    )
    func opus(packet: [UInt8], samples: Int?) {
        #expect(packet.withUnsafeBytes { OpusPacket.sampleCount(of: $0) } == samples)
    }

    /// A configuration of AAC with 48 kHz in stereo, and payloads with their lengths; 29 bits.
    private static let mux: [UInt8] = [0x40, 0x00, 0x23, 0x20, 0x3F, 0xC0]

    private static func reader() throws -> LATMReader {
        let read = try mux.withUnsafeBytes { bytes -> LATMStreamMux? in
            var bits = BitstreamReader(bytes)
            return try LATMStreamMux(&bits)
        }
        let found: LATMStreamMux = try #require(read)
        return LATMReader(mux: found)
    }

    private static func read(
        _ element: [UInt8],
        _ reader: inout LATMReader,
        mustFill: Bool = false
    ) throws -> [[UInt8]]? {
        try element.withUnsafeBytes { bytes in
            try reader.read(bytes, carriesConfiguration: false, mustFill: mustFill)
        }.map { $0.map { Array($0.readableBytesView) } }
    }

    @Test("of LATM are frames with lengths")
    func latm() throws {
        var reader = try Self.reader()
        #expect(reader.mux?.configuration.record == ByteBuffer(bytes: [0x11, 0x90]))
        let whole = try Self.read([2, 7, 8], &reader)
        let longer = try Self.read([2, 7, 8, 9], &reader)
        let filled = try Self.read([2, 7, 8], &reader, mustFill: true)
        #expect(whole == [[7, 8]] && longer == [[7, 8]] && filled == [[7, 8]])
        var unconfigured = LATMReader()
        let nothing = try Self.read([2, 7, 8], &unconfigured)
        #expect(nothing == [])
    }

    @Test(
        "of LATM that are not whole, or more, are refused",
        arguments: [([2, 7], false), ([255], false), ([1, 7, 8], true)]
    )
    func refused(element: [UInt8], mustFill: Bool) throws {
        var reader = try Self.reader()
        #expect(throws: BitstreamError.self) { try Self.read(element, &reader, mustFill: mustFill) }
    }
}
