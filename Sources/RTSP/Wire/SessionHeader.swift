/// `Session`, RFC 2326 §12.37: which session a message belongs to, and how long it lives without one.
package struct SessionHeader: Hashable, Sendable {
    /// The longest identifier that is read, in bytes.
    static let maximumBytes = 256

    package var id: String
    package var timeoutSeconds: UInt32?

    package init(id: String, timeoutSeconds: UInt32? = nil) {
        self.id = id
        self.timeoutSeconds = timeoutSeconds
    }

    /// - Returns: nil without an identifier. A timeout that makes no sense is taken as none.
    package init?(_ text: String) {
        let parts = HeaderParameters.split(text, at: UInt8(ascii: ";"))
        guard let id = parts.first, id.utf8.count <= Self.maximumBytes, id.isPrintable else { return nil }
        self.id = String(id)
        for part in parts.dropFirst() {
            let (name, value) = HeaderParameters.pair(part)
            if name.equals(ignoringCase: "timeout") { timeoutSeconds = value?.number() }
        }
    }
}

extension SessionHeader: CustomStringConvertible {
    /// As it is written. No blank: ffmpeg would miss the timeout behind one.
    package var description: String { timeoutSeconds.map { "\(id);timeout=\($0)" } ?? id }
}
