import CLinux
import Glibc
import Testing
import Threads

/// What the kernel says of the calling thread.
private func own(_ name: String) -> String {
    let file = open("/proc/thread-self/\(name)", O_RDONLY)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).trimmingSuffix { $0.isNewline }
}

extension String {
    fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> String {
        String(reversed().drop(while: condition).reversed())
    }
}

@Suite("A POSIX thread")
struct PosixThreadTests {
    /// Runs `body` on a thread of its own and returns what it made.
    private func onThread<Value: Sendable>(named name: String = "test", _ body: @escaping @Sendable () -> Value)
        throws -> Value
    {
        let made = Locked<Value?>(nil)
        let thread = try #require(
            PosixThread(named: name) {
                let value = body()
                made.withLock { $0 = value }
            }
        )
        #expect(!thread.isCurrent)
        thread.join()
        return try #require(made.withLock { $0 })
    }

    @Test(
        "has its name, of which the system keeps fifteen bytes",
        arguments: [("srt-poller", "srt-poller"), ("a name that is too long", "a name that is "), ("", "")]
    )
    func name(given: String, kept: String) throws {
        #expect(try onThread(named: given) { own("comm") } == kept)
    }

    @Test("knows itself, and has a number that is not the caller's while both live")
    func identity() throws {
        let caller = PosixThread.currentIdentifier
        #expect(try onThread { PosixThread.currentIdentifier } != caller)
    }

    @Test("inherits the timer slack under which it was made; the maker's own is as before")
    func timerSlack() throws {
        // On a thread of its own: the pool's threads are everybody's.
        let (before, inherited, after) = try onThread { () -> (Int32, Int32, Int32) in
            let before = headgate_timer_slack()
            let made = Locked(Int32(0))
            PosixThread.withTimerSlack(.milliseconds(7)) {
                PosixThread(named: "inner") { made.withLock { $0 = headgate_timer_slack() } }?.join()
            }
            return (before, made.withLock { $0 }, headgate_timer_slack())
        }
        #expect(inherited == 7_000_000)
        #expect(after == before && before != inherited)
    }

    @Test("A slack of nothing or less changes nothing", arguments: [Duration.zero, .seconds(-1)])
    func noSlack(_ slack: Duration) throws {
        let (before, within) = try onThread { () -> (Int32, Int32) in
            (headgate_timer_slack(), PosixThread.withTimerSlack(slack) { headgate_timer_slack() })
        }
        #expect(within == before)
    }
}

@Suite("A lock")
struct LockTests {
    @Test("keeps threads out of each other's way")
    func exclusion() throws {
        let count = Locked(0)
        let threads = try (0..<4).map { index in
            try #require(
                PosixThread(named: "count-\(index)") {
                    for _ in 0..<10_000 { count.withLock { $0 += 1 } }
                }
            )
        }
        for thread in threads { thread.join() }
        #expect(count.withLock { $0 } == 40_000)
    }

    @Test("may be taken again by the thread that has it, and is given back when its body throws")
    func recursion() throws {
        struct Failure: Error {}
        let lock = Lock()
        #expect(throws: Failure.self) { try lock.withLock { try lock.withLock { throw Failure() } } }
        let isFree = Locked(false)
        PosixThread(named: "other") { lock.withLock { isFree.withLock { $0 = true } } }?.join()
        #expect(isFree.withLock { $0 })
    }
}
