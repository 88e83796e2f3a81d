/// Bytes in the base 64 alphabet, RFC 4648 §4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var count = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            count += 1
            guard count == 3 else { continue }
            for shift in [18, 12, 6, 0] { text.append(alphabet[Int(group >> UInt32(shift)) & 63]) }
            (group, count) = (0, 0)
        }
        if count > 0 {
            group <<= count == 1 ? 16 : 8
            text.append(alphabet[Int(group >> 18) & 63])
            text.append(alphabet[Int(group >> 12) & 63])
            text.append(count == 1 ? padding : alphabet[Int(group >> 6) & 63])
            text.append(padding)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Padding may be missing, as some cameras leave it out.
    /// - Returns: nil when there are other characters, or a single one at the end.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var bits = 0
        var paddings = 0
        for character in text.utf8 {
            if character == padding {
                paddings += 1
                continue
            }
            guard paddings == 0, let value = value(character) else { return nil }
            group = (group << 6 | UInt32(value)) & 0xFFFF
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
        }
        return bits < 6 && paddings <= 2 ? bytes : nil
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5A: character - 0x41
        case 0x61...0x7A: character - 0x61 + 26
        case 0x30...0x39: character - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
