import Glibc
import LogOutput
import Testing

@Suite("Lines to a descriptor")
struct LineSinkTests {
    @Test("A reader that stops reading costs lines, not time, and is told how many when it goes on")
    func stuckReader() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let sink = LineSink(descriptor: ends[1])
        let line = String(repeating: "x", count: 1_000)
        // A pipe holds 64 KiB, so most of these find it full; were each to wait, this would take a minute.
        let duration = ContinuousClock().measure { for _ in 0..<3_000 { sink.write(line) } }
        #expect(duration < .seconds(20))
        var text = ""
        var chunk = [UInt8](repeating: 0, count: 65_536)
        func drain() {
            var request = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            while poll(&request, 1, 0) > 0 {
                let count = read(ends[0], &chunk, chunk.count)
                guard count > 0 else { return }
                text += String(decoding: chunk[..<count], as: UTF8.self)
            }
        }
        drain()
        let written = text.split(separator: "\n").count
        #expect(written > 10 && written < 3_000)
        sink.write("again")
        drain()
        let lines = text.split(separator: "\n").map(String.init)
        let lost = try #require(lines.first { $0.contains("lines of the log were lost") })
        let count = try #require(Int(lost.prefix { $0.isNumber }))
        #expect(count + lines.count { $0 == line } >= 2_999)
        #expect(lines.last == "again")
    }

    @Test("A long line comes whole")
    func longLine() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let line = String(repeating: "é", count: 10_000)
        LineSink(descriptor: ends[1]).write(line)
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(ends[0], &bytes, bytes.count)
        #expect(String(decoding: bytes[..<max(0, count)], as: UTF8.self) == line + "\n")
    }
}
