import Foundation
import Media
import NetworkAddress
import Testing
import Threads

@testable import PacketIO

/// Keeps what it is called with; tests wait for it.
final class RecordingHandler: DatagramHandler, Sendable {
    struct Seen {
        var datagrams: [[UInt8]] = []
        var sources: [IPEndpoint] = []
        var ticks = 0
        var refusals: [(source: IPEndpoint, count: UInt64)] = []
    }

    private let seen = Locked(Seen())
    private let onReceive: @Sendable (MonotonicTime) -> MonotonicTime?
    private let onTick: @Sendable (MonotonicTime) -> MonotonicTime?

    init(
        onReceive: @escaping @Sendable (MonotonicTime) -> MonotonicTime? = { _ in nil },
        onTick: @escaping @Sendable (MonotonicTime) -> MonotonicTime? = { _ in nil }
    ) {
        self.onReceive = onReceive
        self.onTick = onTick
    }

    func receive(_ datagrams: UnsafeBufferPointer<Datagram>, at now: MonotonicTime) -> MonotonicTime? {
        seen.withLock {
            for datagram in datagrams {
                $0.datagrams.append(Array(datagram.bytes))
                $0.sources.append(datagram.source)
            }
        }
        return onReceive(now)
    }

    func tick(at now: MonotonicTime) -> MonotonicTime? {
        seen.withLock { $0.ticks += 1 }
        return onTick(now)
    }

    func refused(_ source: IPEndpoint, count: UInt64, at now: MonotonicTime) {
        seen.withLock { $0.refusals.append((source, count)) }
    }

    var current: Seen { seen.withLock { $0 } }

    /// What was seen when `condition` first held; fails the test when it does not.
    func wait(
        _ what: Comment,
        sourceLocation: SourceLocation = #_sourceLocation,
        until condition: (Seen) -> Bool
    ) -> Seen {
        waitUntil(what, sourceLocation: sourceLocation) { condition(current) }
        return current
    }
}

/// Looks every millisecond whether `condition` holds, for a minute at most.
func waitUntil(_ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool) {
    let deadline = MonotonicTime.now().advanced(by: .seconds(60))
    while !condition() {
        guard MonotonicTime.now() < deadline else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        usleep(1_000)
    }
}
