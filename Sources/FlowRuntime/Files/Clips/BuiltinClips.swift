/// The clips that ship inside the binary: `builtin:demo`, a moving picture with a clock and a tone, and `builtin:slate`, a
/// still card without sound. Both are H.264 and AAC in a transport stream and loop without a seam.
enum BuiltinClips {
    static let names = ["demo", "slate"]

    private static let demo = decodeBase64(DemoClip.base64)
    private static let slate = decodeBase64(SlateClip.base64)

    /// The bytes of a clip, decoded when first asked for and kept; nil for a name that there is not.
    static func bytes(named name: String) -> [UInt8]? {
        switch name {
        case "demo": demo
        case "slate": slate
        default: nil
        }
    }

    /// RFC 4648 §4. Other characters, padding among them, are skipped.
    private static func decodeBase64(_ text: StaticString) -> [UInt8] {
        text.withUTF8Buffer { characters in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(characters.count / 4 * 3)
            var bits: UInt32 = 0
            var bitCount = 0
            for character in characters {
                guard let value = sextet(character) else { continue }
                bits = bits << 6 | value
                bitCount += 6
                if bitCount >= 8 {
                    bitCount -= 8
                    bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
                }
            }
            return bytes
        }
    }

    private static func sextet(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
