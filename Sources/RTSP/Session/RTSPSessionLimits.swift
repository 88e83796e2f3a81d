/// How long a peer may take and how much it may ask for.
package struct RTSPSessionLimits: Hashable, Sendable {
    // Servers

    /// For a whole message, from its first byte on.
    package var message: Duration = .seconds(5)
    /// From the connection, or the end of a session on it, to the next session.
    package var request: Duration = .seconds(10)
    /// What clients are told, in seconds: without a sign of life for so long a session ends.
    package var sessionTimeoutSeconds: UInt32 = 60
    /// How much longer a session lives in truth, for signs of life that come just in time.
    package var sessionGrace: Duration = .seconds(5)
    /// What a peer may send before it was let in.
    package var unprovedBytes: Int = 1 << 20
    /// Requests that wait while an earlier one is being decided.
    package var waitingRequests: Int = 16
    /// Wrong proofs of one connection.
    package var failedProofs: Int = 3

    // Clients

    /// For each response that a client waits for.
    package var response: Duration = .seconds(10)
    /// After so long without a packet over UDP a client that may choose takes TCP.
    package var firstPacket: Duration = .seconds(3)
    /// From one address to the next, before anything plays.
    package var redirects: Int = 5
    /// The longest time between two signs of life of a client.
    package var keepAlive: Duration = .seconds(30)

    // Both

    /// Without media from a publisher, or from the server that a client plays.
    package var mediaIdle: Duration = .seconds(30)
    /// How long a peer may take nothing of what it is sent.
    package var stall: Duration = .seconds(10)
    /// Of one session.
    package var tracks: Int = 8

    package init() {}

    package static let `default` = Self()

    /// What sessions call themselves in `Server` and `User-Agent`.
    static let agent = "headgate"
}
