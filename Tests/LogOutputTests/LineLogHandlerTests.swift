import Glibc
import Logging
import Testing

@testable import LogOutput

struct LineLogHandlerTests {
    /// Runs `body` with a sink that writes into a pipe and returns what came out.
    private func captured(_ body: (LineSink) async -> Void) async -> [Substring] {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let output = Task.detached { [end = ends[0]] in
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = read(end, &chunk, chunk.count)
                guard count > 0 else { break }
                bytes.append(contentsOf: chunk[..<count])
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        await body(LineSink(descriptor: ends[1]))
        close(ends[1])
        let text = await output.value
        close(ends[0])
        return text.split(separator: "\n")
    }

    private func logger(_ sink: LineSink, format: LogFormat = .text) -> Logger {
        Logger(label: "test") { _ in
            LineLogHandler(format: format, level: .info, sink: sink) { Timestamp(seconds: 0, milliseconds: 0) }
        }
    }

    @Test("Levels below the handler's are left out, metadata of logger and event come together")
    func handler() async {
        let lines = await captured { sink in
            var logger = logger(sink)
            logger[metadataKey: "flow"] = "demo"
            logger[metadataKey: "input"] = "a"
            logger.debug("hidden")
            logger.info("one", metadata: ["input": "b"])
            logger.logLevel = .debug
            logger.debug("two")
        }
        #expect(
            lines == [
                "1970-01-01T00:00:00.000Z info flow=demo input=b one",
                "1970-01-01T00:00:00.000Z debug flow=demo input=a two",
            ]
        )
    }

    @Test("A handler is a value: changing one logger leaves its copies alone")
    func valueSemantics() async {
        let lines = await captured { sink in
            let first = logger(sink)
            var second = first
            second[metadataKey: "only"] = "second"
            first.info("first")
            second.info("second")
        }
        #expect(lines.map { $0.dropFirst(30) } == ["first", "only=second second"])
    }

    @Test("Lines of many threads do not mix")
    func threads() async {
        let count = 200
        let filler = String(repeating: "x", count: 3_000)
        let lines = await captured { sink in
            await withDiscardingTaskGroup { group in
                for index in 0..<count {
                    group.addTask { logger(sink).info("\(index) \(filler) end") }
                }
            }
        }
        #expect(lines.count == count)
        #expect(lines.allSatisfy { $0.hasPrefix("1970-01-01T00:00:00.000Z info ") && $0.hasSuffix(" end") })
        #expect(Set(lines).count == count)
    }

    @Test("A reader that went away costs the line, not the program")
    func closedPipe() {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        logger(LineSink(descriptor: ends[1])).info("lost")
        close(ends[1])
        logger(LineSink(descriptor: -1)).info("lost")
    }

    @Test("A reader that stopped reading holds nobody for long")
    func fullPipe() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let log = logger(LineSink(descriptor: ends[1]))
        let start = ContinuousClock.now
        // A pipe holds 64 KiB.
        for _ in 0..<20 { log.info("\(String(repeating: "x", count: 4_000))") }
        #expect(ContinuousClock.now - start < .seconds(10))
        close(ends[0])
        close(ends[1])
    }
}
