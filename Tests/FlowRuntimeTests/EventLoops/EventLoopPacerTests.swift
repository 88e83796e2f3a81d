import Media
import Testing

@testable import FlowRuntime

@Suite("Pacing of event loops")
struct EventLoopPacerTests {
    private final class Connection: Sendable {}

    private let first = Connection()
    private let second = Connection()
    private var rhythm = EventLoopPacer.Rhythm()

    private mutating func read(_ connection: Connection, atMicroseconds time: Int64) -> Int64? {
        rhythm.readEnded(by: ObjectIdentifier(connection), at: MonotonicTime(nanoseconds: time * 1_000))
            .map { $0.nanoseconds / 1_000 }
    }

    @Test("A loop rests when connections are read from one after another")
    mutating func busy() {
        #expect(read(first, atMicroseconds: 10_000) == nil)
        #expect(read(second, atMicroseconds: 10_100) == 14_100)
    }

    @Test("A rest that is due is not asked for again, and what comes right after it makes the loop rest again")
    mutating func again() {
        _ = read(first, atMicroseconds: 10_000)
        _ = read(second, atMicroseconds: 10_100)
        #expect(read(first, atMicroseconds: 10_200) == nil)
        rhythm.rested(at: MonotonicTime(nanoseconds: 14_100_000))
        #expect(read(first, atMicroseconds: 14_200) == 18_200)
    }

    @Test("A loop does not rest for a single connection, however many reads its frames take")
    mutating func alone() {
        for time in 0..<20 { #expect(read(first, atMicroseconds: 10_000 + Int64(time)) == nil) }
    }

    @Test("Connections that are read from seldom are not held up")
    mutating func seldom() {
        #expect(read(first, atMicroseconds: 10_000) == nil)
        #expect(read(second, atMicroseconds: 14_000) == nil)
        #expect(read(first, atMicroseconds: 18_000) == nil)
    }
}
