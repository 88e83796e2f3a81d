import Cryptography
import Foundation

/// Stream keys for inputs that name none: derived from a secret in the state folder, so stable over restarts and
/// different for each input.
struct StreamKeys: Sendable {
    static let secretByteCount = 32
    static let keyCharacters = 24
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")

    private let secret: [UInt8]

    /// - Parameter file: holds the secret; it is made when it is missing. Nil: a secret of this process.
    init(file: String?) {
        let fresh = RandomBytes.make(Self.secretByteCount)
        guard let file else {
            secret = fresh
            return
        }
        if let kept = FileManager.default.contents(atPath: file), kept.count == Self.secretByteCount {
            secret = Array(kept)
            return
        }
        secret = fresh
        // Without the file the keys last as long as the process.
        _ = FileManager.default.createFile(
            atPath: file,
            contents: Data(fresh),
            attributes: [.posixPermissions: 0o600]
        )
    }

    func key(flow: String, input: String) -> String {
        let code = HMACSHA256.authenticate(Array("stream key\n\(flow)\n\(input)".utf8), key: secret)
        return String(code.prefix(Self.keyCharacters).map { Self.alphabet[Int($0) % Self.alphabet.count] })
    }
}
