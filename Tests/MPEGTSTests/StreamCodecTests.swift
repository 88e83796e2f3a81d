import MPEGTS
import Testing

@Suite("Names of codecs")
struct StreamCodecTests {
    @Test(
        "come from the stream type and the descriptors",
        arguments: [
            (0x02, [], "MPEG-2 video"),
            (0x03, [], "MP2"),
            (0x0F, [], "AAC"),
            (0x11, [], "AAC-LATM"),
            (0x1B, [], "H.264"),
            (0x24, [], "H.265"),
            (0x81, [], "AC-3"),
            (0x86, [], "SCTE-35"),
            (0x87, [], "E-AC-3"),
            (0x86, [0x05, 4] + Array("CUEI".utf8), "SCTE-35"),
            (0x06, [], "private data"),
            (0x06, [0x6A, 1, 0], "AC-3"),
            (0x06, [0x0A, 4, 101, 110, 103, 0, 0x7A, 1, 0], "E-AC-3"),
            (0x06, [0x56, 0], "teletext"),
            (0x06, [0x59, 0], "DVB subtitles"),
            (0x06, [0x05, 4] + Array("Opus".utf8), "Opus"),
            (0x06, [0x05, 4] + Array("HEVC".utf8), "H.265"),
            (0x06, [0x05, 4] + Array("AC-3".utf8) + [0x6A, 0], "AC-3"),
            (0x06, [0x05, 4] + Array("BSSD".utf8), "SMPTE 302M"),
            (0x06, [0x05, 200, 1], "private data"),
            (0x06, [0x05], "private data"),
            (0x07, [], "0x07"),
            (0xF1, [], "0xf1"),
        ] as [(UInt8, [UInt8], String)]
    )
    func names(streamType: UInt8, descriptors: [UInt8], name: String) {
        let codec = descriptors.withUnsafeBytes { StreamCodec(streamType: streamType, descriptors: $0) }
        #expect(codec.name == name)
    }
}
