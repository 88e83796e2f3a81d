import Media
import NIOCore

/// The lines of a playlist, RFC 8216 §4.
struct PlaylistText {
    static let contentType = "application/vnd.apple.mpegurl"

    private(set) var bytes = ByteBuffer()

    init(version: Int, reserving byteCount: Int = 1_024) {
        bytes.reserveCapacity(byteCount)
        add("#EXTM3U")
        add("#EXT-X-VERSION:\(version)")
    }

    mutating func add(_ line: String) {
        bytes.writeString(line)
        bytes.writeInteger(UInt8(ascii: "\n"))
    }

    /// Ticks of 90 kHz in seconds, rounded to five places.
    static func seconds(_ ticks: Int64) -> String {
        // 100,000 / 90,000 is 10 / 9. No duration is near the limit of the type.
        let units = (max(ticks, 0) &* 10 &+ 4) / 9
        let (whole, rest) = units.quotientAndRemainder(dividingBy: 100_000)
        let digits = String(rest)
        return "\(whole)." + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
