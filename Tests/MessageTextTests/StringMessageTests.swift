import MessageText
import Testing

@Suite("Text in messages")
struct StringMessageTests {
    @Test(
        "Text is made fit for messages",
        arguments: [
            ("plain é 日本 💩", "plain é 日本 💩"), ("a\nb\t\0", "a\\u{A}b\\u{9}\\u{0}"),
            ("\u{202E}x\u{2066}", "\\u{202E}x\\u{2066}"),
            ("\u{85}\u{2028}\u{FEFF}\u{200B}", "\\u{85}\\u{2028}\\u{FEFF}\\u{200B}"),
            ("\u{E000}\u{E0041}", "\\u{E000}\\u{E0041}"),
            (String(repeating: "x", count: 65), String(repeating: "x", count: 64) + "…"),
            (String(repeating: "x", count: 64), String(repeating: "x", count: 64)),
        ]
    )
    func escaping(_ text: String, _ expected: String) {
        #expect(text.escapedForMessage() == expected)
    }
}
