import Foundation
import Glibc
import HeadgateTestKit
import Synchronization

/// An RTMP server that answers every `connect` with a redirect (`NetConnection.Connect.Rejected`, 302), as load
/// balancers do.
final class RedirectingServer: Sendable {
    /// Where it is, `rtmp://127.0.0.1:PORT/edge`.
    let url: String
    /// How often it was called.
    var calls: Int { served.withLock { $0 } }

    private let port: LoopbackPort
    private let thread = BackgroundThread()
    private let served = Mutex(0)

    /// - Parameter target: where it sends its callers; itself when left out.
    init(to target: String? = nil) throws {
        port = try LoopbackPort()
        try port.listen()
        url = "rtmp://127.0.0.1:\(port.number)/edge"
        let answer = Self.redirect(to: target ?? url)
        thread.start { [self] in
            while true {
                let connection = accept(port.descriptor, nil, nil)
                guard connection >= 0 else { return }
                served.withLock { $0 += 1 }
                Self.serve(connection, answer)
                close(connection)
            }
        }
    }

    func stop() {
        shutdown(port.descriptor, CInt(SHUT_RDWR))
        thread.join()
    }

    /// The simple handshake, RTMP 1.0 §5.2; then the answer, whatever is asked.
    private static func serve(_ connection: CInt, _ answer: [UInt8]) {
        guard let opening = receive(connection, 1 + 1_536) else { return }
        transmit(connection, [3] + [UInt8](repeating: 0, count: 1_536) + opening.dropFirst())
        guard receive(connection, 1_536 + 1) != nil else { return }
        transmit(connection, answer)
        // Until the client goes.
        while receive(connection, 1) != nil {}
    }

    private static func receive(_ connection: CInt, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = bytes.withUnsafeMutableBytes { recv(connection, $0.baseAddress! + have, count - have, 0) }
            guard got > 0 else { return nil }
            have += got
        }
        return bytes
    }

    private static func transmit(_ connection: CInt, _ bytes: some Collection<UInt8>) {
        _ = Array(bytes).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
    }

    /// One chunk with `_error`, for the first transaction.
    private static func redirect(to url: String) -> [UInt8] {
        func string(_ text: String) -> [UInt8] {
            [UInt8(text.utf8.count >> 8), UInt8(text.utf8.count & 255)] + text.utf8
        }
        func number(_ value: Double) -> [UInt8] { [0] + withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init) }
        let details = [3] + string("code") + number(302) + string("redirect") + [2] + string(url) + [0, 0, 9]
        let information =
            [3] + string("level") + [2] + string("error") + string("code") + [2]
            + string("NetConnection.Connect.Rejected") + string("ex") + details + [0, 0, 9]
        let payload = [2] + string("_error") + number(1) + [5] + information
        let chunkSize: [UInt8] = [2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0x10, 0]
        return chunkSize + [3, 0, 0, 0, 0, UInt8(payload.count >> 8), UInt8(payload.count & 255), 20, 0, 0, 0, 0]
            + payload
    }
}
