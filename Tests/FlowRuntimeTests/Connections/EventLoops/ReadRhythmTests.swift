import Media
import Testing

@testable import FlowRuntime

@Suite("When an event loop reads in rounds")
struct ReadRhythmTests {
    private final class Connection: Sendable {}

    private let first = Connection()
    private let second = Connection()
    /// Twenty reads within 100 ms begin rounds; less than ten in ten rounds end them.
    private var rhythm = ReadRhythm(interval: .milliseconds(10), span: 10, readsToBegin: 20, readsToGoOn: 10)

    private mutating func read(_ connection: Connection, atMilliseconds time: Int64) -> Bool {
        rhythm.readEnded(by: ObjectIdentifier(connection), at: MonotonicTime(nanoseconds: time * 1_000_000))
    }

    private mutating func round(reads: Int) -> Bool {
        rhythm.roundEnded(reads: reads)
    }

    @Test("With much to read from several connections, and from the read on that makes it much")
    mutating func busy() {
        for count in 1..<20 { #expect(!read(count.isMultiple(of: 2) ? first : second, atMilliseconds: 1_000)) }
        #expect(read(first, atMilliseconds: 1_099))
    }

    @Test("Not for a single connection, however much it brings")
    mutating func alone() {
        for _ in 0..<100 { #expect(!read(first, atMilliseconds: 1_000)) }
        #expect(read(second, atMilliseconds: 1_000))
    }

    @Test("Not for connections that are read from seldom")
    mutating func seldom() {
        for time in 0..<Int64(200) {
            #expect(!read(time.isMultiple(of: 2) ? first : second, atMilliseconds: 1_000 + 6 * time))
        }
    }

    @Test("Rounds go on while they find enough, and end after as many intervals as are looked at together")
    mutating func rounds() {
        for _ in 0..<5 {
            for index in 0..<10 { #expect(round(reads: index.isMultiple(of: 2) ? 2 : 0)) }
        }
        for _ in 0..<9 { #expect(round(reads: 1)) }
        #expect(!round(reads: 0))
    }

    @Test("Rounds end when one connection is left, though each of them finds something")
    func oneLeft() {
        var rhythm = ReadRhythm()
        let goesOn = (0..<rhythm.span).map { _ in rhythm.roundEnded(reads: 1) }
        #expect(goesOn.last == false)
    }

    @Test("What was read before rounds does not count for them, nor theirs for what is read after them")
    mutating func anew() {
        for _ in 0..<19 { _ = read(first, atMilliseconds: 1_000) }
        #expect(read(second, atMilliseconds: 1_000))
        for index in 0..<10 { #expect(round(reads: 0) == (index < 9)) }
        for _ in 0..<18 { #expect(!read(first, atMilliseconds: 1_001)) }
        #expect(!read(second, atMilliseconds: 1_001))
        #expect(read(second, atMilliseconds: 1_001))
    }
}
