import FlowModel
import Testing

struct StringOneLineTests {
    @Test(
        "Characters that act on a terminal become visible, others stay",
        arguments: [
            ("plain ä 漢 🎬", "plain ä 漢 🎬"), ("a\nb\r\tc", "a\\nb\\r\\tc"), ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{0}\u{7f}", "\\u{0}\\u{7f}"),
            ("\u{9b}31m", "\\u{9b}31m"), ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"), ("\u{2028}", "\\u{2028}"),
            ("a\r\nb", "a\\r\\nb"),
        ]
    )
    func escaping(text: String, shown: String) {
        #expect(text.escapedForOneLine == shown)
    }
}
