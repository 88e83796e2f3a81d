import Glibc
import Testing

@testable import PacketIO

@Suite("Descriptors with something to read")
struct ReadySetTests {
    private let sockets: ReadySet
    private let first: IntervalTimer
    private let second: IntervalTimer

    init() throws {
        (sockets, first, second) = (try ReadySet(), try IntervalTimer(), try IntervalTimer())
        try sockets.add(first.descriptor, tag: 7)
        try sockets.add(second.descriptor, tag: .max)
    }

    private func close() {
        first.close()
        second.close()
    }

    @Test("A timer is ready once it runs, again and again until it is stopped, and is found by its tag")
    func timers() {
        #expect(sockets.wait(milliseconds: 0) == 0)
        second.start(every: .milliseconds(1))
        for _ in 0..<3 {
            #expect(sockets.wait(milliseconds: -1) == 1)
            #expect(sockets.tag(0) == .max)
            var expirations: UInt64 = 0
            #expect(read(second.descriptor, &expirations, 8) == 8)
            #expect(expirations > 0)
        }
        second.stop()
        var expirations: UInt64 = 0
        _ = read(second.descriptor, &expirations, 8)
        #expect(sockets.wait(milliseconds: 20) == 0)
        close()
    }

    @Test("What has something to read is found until it is read, removed or closed")
    func level() {
        first.start(every: .milliseconds(1))
        second.start(every: .milliseconds(1))
        while sockets.wait(milliseconds: -1) < 2 {}
        #expect(sockets.wait(milliseconds: 0) == 2)
        sockets.remove(first.descriptor)
        #expect(sockets.wait(milliseconds: 0) == 1)
        #expect(sockets.tag(0) == .max)
        close()
        #expect(sockets.wait(milliseconds: 0) == 0)
    }

    @Test("A descriptor that cannot be watched is refused with the reason")
    func refused() {
        #expect(throws: PacketIOError.self) { try sockets.add(-1, tag: 1) }
        close()
    }
}
