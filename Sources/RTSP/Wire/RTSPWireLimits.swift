/// How much of a connection's memory its peer may fill with one message.
package struct RTSPWireLimits: Hashable, Sendable {
    /// The longest line, without its end, in bytes.
    package var maximumLineBytes: Int
    /// How many headers a message may have.
    package var maximumHeaders: Int
    package var maximumBodyBytes: Int

    package init(maximumLineBytes: Int = 4_096, maximumHeaders: Int = 64, maximumBodyBytes: Int = 65_536) {
        self.maximumLineBytes = maximumLineBytes
        self.maximumHeaders = maximumHeaders
        self.maximumBodyBytes = maximumBodyBytes
    }

    package static let `default` = Self()
}
