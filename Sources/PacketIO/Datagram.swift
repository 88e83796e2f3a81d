public import Media
public import NetworkAddress

/// One received datagram. The bytes are borrowed for the call that passes them.
public struct Datagram {
    public let bytes: UnsafeRawBufferPointer
    public let source: IPEndpoint

    @inlinable
    public init(bytes: UnsafeRawBufferPointer, source: IPEndpoint) {
        self.bytes = bytes
        self.source = source
    }
}

/// Is called back by a ``PacketLoop`` at the time that it asked for.
public protocol TickHandler: AnyObject, Sendable {
    /// Called at or shortly after the time asked for (within the loop's batching interval).
    ///
    /// - Returns: When to call next; nil for not at all.
    func tick(at now: MonotonicTime) -> MonotonicTime?
}

/// Takes what a ``UDPReceiver`` receives. All calls come from one thread and never overlap; none may block.
public protocol DatagramHandler: TickHandler {
    /// At least one datagram, none empty, all from sources that the allowlist allows, in order of arrival.
    ///
    /// - Returns: When to call ``TickHandler/tick(at:)``; nil for not at all. Replaces what was asked for before.
    func receive(_ datagrams: UnsafeBufferPointer<Datagram>, at now: MonotonicTime) -> MonotonicTime?

    /// Strangers were turned away since the last call: `count` datagrams, the last one from `source`. Called at most
    /// once a second.
    func refused(_ source: IPEndpoint, count: UInt64, at now: MonotonicTime)
}

extension DatagramHandler {
    public func refused(_ source: IPEndpoint, count: UInt64, at now: MonotonicTime) {}
}
