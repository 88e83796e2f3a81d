/// What an elementary stream carries, as its stream type and descriptors tell.
public struct StreamCodec: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case video, audio, subtitle, data
    }

    /// As engineers say it: `H.264`, `AAC`, `SCTE-35`; `0x06` style for types without a name.
    public let name: String
    public let kind: Kind

    public init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The codec of a stream in a PMT.
    ///
    /// - Parameters:
    ///   - streamType: `stream_type`, ISO/IEC 13818-1 table 2-34 and the assignments of ATSC, SCTE and AVS.
    ///   - descriptors: the stream's descriptor loop. Broken descriptors end the loop.
    public init(streamType: UInt8, descriptors: UnsafeRawBufferPointer) {
        if streamType == 0x06 || streamType >= 0x80, let described = Self.described(by: descriptors) {
            self = described
        } else {
            self = Self.assigned(to: streamType)
        }
    }

    private static func assigned(to streamType: UInt8) -> StreamCodec {
        switch streamType {
        case 0x01: StreamCodec("MPEG-1 video", .video)
        case 0x02: StreamCodec("MPEG-2 video", .video)
        case 0x03, 0x04: StreamCodec("MP2", .audio)
        case 0x05: StreamCodec("private sections", .data)
        case 0x06: StreamCodec("private data", .data)
        case 0x08, 0x0A...0x0D: StreamCodec("DSM-CC", .data)
        case 0x0F: StreamCodec("AAC", .audio)
        case 0x10: StreamCodec("MPEG-4 video", .video)
        case 0x11: StreamCodec("AAC-LATM", .audio)
        case 0x15: StreamCodec("metadata", .data)
        case 0x1B: StreamCodec("H.264", .video)
        case 0x21: StreamCodec("JPEG 2000", .video)
        case 0x24: StreamCodec("H.265", .video)
        case 0x32: StreamCodec("JPEG XS", .video)
        case 0x33: StreamCodec("H.266", .video)
        case 0x42: StreamCodec("AVS", .video)
        case 0x81: StreamCodec("AC-3", .audio)
        case 0x86: StreamCodec("SCTE-35", .data)
        case 0x87: StreamCodec("E-AC-3", .audio)
        case 0xD2: StreamCodec("AVS2", .video)
        case 0xD4: StreamCodec("AVS3", .video)
        case 0xEA: StreamCodec("VC-1", .video)
        default: StreamCodec(hexadecimal(streamType), .data)
        }
    }

    /// What the descriptors of ETSI EN 300 468 §6 and registered format identifiers say.
    private static func described(by descriptors: UnsafeRawBufferPointer) -> StreamCodec? {
        var registered: StreamCodec?
        var loop = DescriptorLoop(descriptors)
        while let descriptor = loop.next() {
            switch descriptor.tag {
            case 0x45, 0x46: return StreamCodec("VBI", .data)
            case 0x56: return StreamCodec("teletext", .subtitle)
            case 0x59: return StreamCodec("DVB subtitles", .subtitle)
            case 0x6A: return StreamCodec("AC-3", .audio)
            case 0x6F: return StreamCodec("AIT", .data)
            case 0x7A: return StreamCodec("E-AC-3", .audio)
            case 0x7B: return StreamCodec("DTS", .audio)
            case 0x7C: return StreamCodec("AAC", .audio)
            case 0x7F where descriptor.body.first == 0x0E: return StreamCodec("DTS-HD", .audio)
            case 0x7F where descriptor.body.first == 0x15: return StreamCodec("AC-4", .audio)
            case 0x05 where descriptor.body.count >= 4:
                let identifier = UInt32(bigEndian: descriptor.body.loadUnaligned(as: UInt32.self))
                registered = registered ?? Self.registered(as: identifier)
            default: break
            }
        }
        return registered
    }

    /// Format identifiers of the registration descriptor, ISO/IEC 13818-1 §2.6.8.
    private static func registered(as identifier: UInt32) -> StreamCodec? {
        switch identifier {
        case fourCharacters("AC-3"): StreamCodec("AC-3", .audio)
        case fourCharacters("AC-4"): StreamCodec("AC-4", .audio)
        case fourCharacters("AV01"): StreamCodec("AV1", .video)
        case fourCharacters("BSSD"): StreamCodec("SMPTE 302M", .audio)
        case fourCharacters("CUEI"): StreamCodec("SCTE-35", .data)
        case fourCharacters("DTS1"), fourCharacters("DTS2"), fourCharacters("DTS3"): StreamCodec("DTS", .audio)
        case fourCharacters("EAC3"): StreamCodec("E-AC-3", .audio)
        case fourCharacters("HEVC"): StreamCodec("H.265", .video)
        case fourCharacters("ID3 "): StreamCodec("ID3", .data)
        case fourCharacters("KLVA"): StreamCodec("KLV", .data)
        case fourCharacters("Opus"): StreamCodec("Opus", .audio)
        case fourCharacters("VANC"): StreamCodec("SMPTE 2038", .data)
        case fourCharacters("VC-1"): StreamCodec("VC-1", .video)
        case fourCharacters("VVC "): StreamCodec("H.266", .video)
        default: nil
        }
    }

    private static func fourCharacters(_ text: StaticString) -> UInt32 {
        text.withUTF8Buffer { $0.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    }

    private static func hexadecimal(_ value: UInt8) -> String {
        let digits = String(value, radix: 16)
        return value < 0x10 ? "0x0\(digits)" : "0x\(digits)"
    }
}

/// Walks a descriptor loop, ISO/IEC 13818-1 §2.6; ends where a descriptor claims more than there is.
struct DescriptorLoop {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    mutating func next() -> (tag: UInt8, body: UnsafeRawBufferPointer)? {
        guard rest.count >= 2 else { return nil }
        let length = Int(rest[1])
        guard rest.count >= 2 + length else { return nil }
        let body = UnsafeRawBufferPointer(rebasing: rest[2..<2 + length])
        let tag = rest[0]
        rest = UnsafeRawBufferPointer(rebasing: rest[(2 + length)...])
        return (tag, body)
    }
}
