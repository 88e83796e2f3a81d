import Media
import NIOCore
import NIOPosix
import Testing

@testable import FlowRuntime

@Suite("Pacing of event loops")
struct EventLoopPacerTests {
    /// From the first of `rounds` rounds of reads to when the loop does what came after them.
    private func timeOf(rounds: Int) async throws -> Duration {
        let loops = EventLoops()
        let loop = loops.group.next()
        let pacer = EventLoopPacer(loop: loop)
        let start = MonotonicTime.now()
        for _ in 0..<rounds { try await loop.submit { pacer.readEnded() }.get() }
        // Two rests are asked for by tasks that ask for tasks: a third task is behind them.
        for _ in 0..<3 { try await loop.submit {}.get() }
        let end = MonotonicTime.now()
        try await loops.group.shutdownGracefully()
        return .nanoseconds(end.nanoseconds(since: start))
    }

    @Test("A loop rests between rounds that follow each other at once")
    func busy() async throws {
        #expect(try await timeOf(rounds: 2) >= EventLoopPacer.interval)
    }

    @Test("A loop does not rest after a round that came by itself")
    func alone() async throws {
        // The fastest of several: what else the machine does only adds to it.
        var fastest = Duration.seconds(1)
        for _ in 0..<20 { fastest = min(fastest, try await timeOf(rounds: 1)) }
        #expect(fastest < EventLoopPacer.interval)
    }
}
