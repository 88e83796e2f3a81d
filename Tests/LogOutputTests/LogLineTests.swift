import Logging
import Testing

@testable import LogOutput

struct LogLineTests {
    private func line(
        _ message: String,
        _ metadata: Logger.Metadata = [:],
        level: Logger.Level = .info,
        format: LogFormat = .text
    ) -> String {
        // 2026-01-02T03:04:05Z
        let time = Timestamp(seconds: 1_767_323_045, milliseconds: 678)
        return LogLine(time: time, level: level, message: message, metadata: metadata).render(format)
    }

    @Test(
        "Moments",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (1_709_210_096, 7, "2024-02-29T12:34:56.007Z"),
            (4_102_444_799, 999, "2099-12-31T23:59:59.999Z"),
        ]
    )
    func timestamps(seconds: Int, milliseconds: Int, text: String) {
        #expect(Timestamp(seconds: seconds, milliseconds: milliseconds).text == text)
    }

    @Test("A text line has the moment, the level, sorted fields and the message")
    func text() {
        #expect(
            line("connected", ["input": "venue", "flow": "demo"])
                == "2026-01-02T03:04:05.678Z info flow=demo input=venue connected"
        )
        #expect(line("plain", level: .error) == "2026-01-02T03:04:05.678Z error plain")
    }

    @Test(
        "Values that could be mistaken for something else are quoted",
        arguments: [
            ("two words", "\"two words\""), ("a=b", "\"a=b\""), ("", "\"\""), ("say \"hi\"", "\"say \\\"hi\\\"\""),
            ("srt://[::1]:9000", "srt://[::1]:9000"), ("a\nb", "a\\nb"),
        ]
    )
    func quoting(value: String, text: String) {
        #expect(line("m", ["k": .string(value)]) == "2026-01-02T03:04:05.678Z info k=\(text) m")
    }

    @Test("Whatever the text, a line is one line and acts on no terminal", arguments: LogFormat.allCases)
    func oneLine(format: LogFormat) {
        let hostile = "a\nb\r\u{1b}[2J\u{7}\u{9b}\u{202e}\u{2028}\u{0}\t"
        let text = line(hostile, ["k": .string(hostile), "\n": .array([.string(hostile)])], format: format)
        for scalar in text.unicodeScalars {
            #expect(scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value))
            #expect(scalar != "\u{202e}" && scalar != "\u{2028}")
        }
    }

    @Test("A JSON line is an object with the line's fields first")
    func json() {
        let metadata: Logger.Metadata = [
            "flow": "demo", "count": .stringConvertible(3), "level": "mine",
            "list": .array(["a", .dictionary(["z": "1", "b": "2"])]),
        ]
        #expect(
            line("say \"hi\"\n\\", metadata, format: .json) == #"""
                {"time":"2026-01-02T03:04:05.678Z","level":"info","message":"say \"hi\"\n\\","count":"3","flow":"demo",\#
                "metadata.level":"mine","list":["a",{"b":"2","z":"1"}]}
                """#
        )
    }

    @Test("Long text is cut and marked; nesting ends", arguments: LogFormat.allCases)
    func limits(format: LogFormat) {
        let limit = LogLine.maximumFieldCharacters
        let fits = line(String(repeating: "x", count: limit), format: format)
        #expect(!fits.contains("…"))
        let cut = line(String(repeating: "x", count: limit + 1), format: format)
        #expect(cut.contains("…"))
        #expect(cut.count <= fits.count + 1)
        var nested: Logger.MetadataValue = "core"
        for _ in 0..<1_000 { nested = .array([nested]) }
        let deep = line("m", ["k": nested], format: format)
        #expect(deep.contains("…"))
        #expect(!deep.contains("core"))
    }
}
