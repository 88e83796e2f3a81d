import FlowModel
import Testing

@Suite("Durations as text")
struct DurationTextTests {
    @Test(
        "Valid text",
        arguments: [
            ("120ms", Duration.milliseconds(120), "120ms"),
            ("0ms", .zero, "0ms"),
            ("0s", .zero, "0ms"),
            ("5s", .seconds(5), "5s"),
            ("1.5s", .milliseconds(1_500), "1500ms"),
            ("0.25ms", .microseconds(250), "0ms"),
            ("2m", .seconds(120), "2m"),
            ("90s", .seconds(90), "90s"),
            ("1h", .seconds(3_600), "1h"),
            ("0.1h", .seconds(360), "6m"),
            ("1000ms", .seconds(1), "1s"),
        ]
    )
    func reads(_ text: String, duration: Duration, canonical: String) throws {
        #expect(Duration(flowText: text) == duration)
        #expect(duration.flowText == canonical)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "s", "ms", "5", "5 s", "5S", "-5s", "+5s", "5.s", ".5s", "1h30m", "5sec", "5us", "1e3ms", "10000000h",
            "1.0000000001s", "0x5s", "s5",
        ]
    )
    func refuses(_ text: String) {
        #expect(Duration(flowText: text) == nil)
    }

    @Test("Whole nanoseconds saturate instead of trapping")
    func saturation() {
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(-Int64.max).wholeNanoseconds == .min)
        #expect(Duration.milliseconds(-1_500).wholeMilliseconds == -1_500)
        #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
        #expect(Duration.nanoseconds(Int64.max).wholeNanoseconds == .max)
    }
}
