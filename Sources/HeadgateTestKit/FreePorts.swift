import Glibc
import Synchronization

/// Port numbers that nobody uses, for tests that must write one into a file.
///
/// They come from below the range that the kernel picks from for port 0, and none is given twice in a process, so that
/// tests beside each other do not take each other's.
public enum FreePorts {
    private static let range: Range<UInt16> = 12_000..<32_000
    private static let cursor = Mutex<UInt16>(
        range.lowerBound + UInt16(UInt32(bitPattern: getpid()) &* 2_654_435_761 % UInt32(range.count - 8) & ~3)
    )

    /// A port that is free for UDP and TCP, as are the three that follow: RTCP, a second leg and its RTCP.
    public static func next() -> UInt16 {
        cursor.withLock { cursor in
            for _ in 0..<range.count / 4 {
                let candidate = cursor
                cursor = cursor + 4 < range.upperBound - 4 ? cursor + 4 : range.lowerBound
                if (candidate..<candidate + 4).allSatisfy(isFree) { return candidate }
            }
            preconditionFailure("no free port")
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        [Int32(SOCK_DGRAM.rawValue), Int32(SOCK_STREAM.rawValue)].allSatisfy { type in
            let descriptor = socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            var address = UDPSocket.loopback(port)
            address.sin_addr.s_addr = 0
            return UDPSocket.withSocketAddress(&address) { bind(descriptor, $0, $1) } == 0
        }
    }
}
