import Media
import NIOCore
import NIOPosix
import Testing

@testable import FlowRuntime

@Suite("Pacing of event loops")
struct EventLoopPacerTests {
    private final class Connection: Sendable {}

    /// From the first of the connections' reads to when the loop does what came after the last.
    private func time(ofReadsBy connections: [Connection]) async throws -> Duration {
        let loops = EventLoops()
        let loop = loops.group.next()
        let pacer = EventLoopPacer(loop: loop)
        let start = MonotonicTime.now()
        try await loop.submit { for connection in connections { pacer.readEnded(by: ObjectIdentifier(connection)) } }
            .get()
        // The rest is a task that a task asks for: what is asked for next but one is behind it.
        for _ in 0..<3 { try await loop.submit {}.get() }
        let end = MonotonicTime.now()
        try await loops.group.shutdownGracefully()
        return .nanoseconds(end.nanoseconds(since: start))
    }

    @Test("A loop rests when connections are read from one after another")
    func busy() async throws {
        #expect(try await time(ofReadsBy: [Connection(), Connection()]) >= EventLoopPacer.interval)
    }

    @Test("A loop does not rest for a single connection, however many reads its frames take")
    func alone() async throws {
        // The fastest of several: what else the machine does only adds to it.
        var fastest = Duration.seconds(1)
        let connection = Connection()
        for _ in 0..<20 { fastest = min(fastest, try await time(ofReadsBy: [connection, connection, connection])) }
        #expect(fastest < EventLoopPacer.interval)
    }
}
