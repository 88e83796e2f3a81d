import Foundation
import StatusViews
import Testing

struct TerminalFrameTests {
    private let end = "\u{1b}[K"

    private func lines(_ text: String, columns: Int = 20, rows: Int = 5) -> [String] {
        let frame = TerminalFrame(columns: columns, rows: rows).render(text)
        #expect(frame.hasPrefix("\u{1b}[H") && frame.hasSuffix("\u{1b}[K\u{1b}[J"))
        return frame.dropFirst(3).dropLast(3).components(separatedBy: "\u{1b}[K").dropLast().map {
            // Both together are one character.
            $0.hasPrefix("\r\n") ? String($0.dropFirst()) : $0
        }
    }

    @Test("Each line overwrites the one before it to its end, and the rest of the screen is cleared")
    func overwriting() {
        #expect(TerminalFrame(columns: 10, rows: 5).render("ab\ncd\n") == "\u{1b}[Hab\u{1b}[K\r\ncd\u{1b}[K\u{1b}[J")
    }

    @Test("Lines are cut to the width; colours take no room and never run on")
    func width() {
        #expect(lines("abcdef\n", columns: 4) == ["abcd"])
        #expect(lines("a\u{1b}[32mbcdef\u{1b}[0m g\n", columns: 4) == ["a\u{1b}[32mbcd\u{1b}[0m"])
        #expect(lines("\u{1b}[32mab\u{1b}[0mcd\n", columns: 4) == ["\u{1b}[32mab\u{1b}[0mcd"])
    }

    @Test("What does not fit below is counted")
    func height() {
        let text = (1...10).map { "\($0)\n" }.joined()
        #expect(lines(text, rows: 4) == ["1", "2", "3", "… 7 more lines"])
        #expect(lines(text, rows: 10).count == 10)
        #expect(lines(text, rows: 1) == ["… 10 more lines"])
    }

    @Test("A screen without room does no harm", arguments: [0, -1])
    func tiny(_ size: Int) {
        #expect(!TerminalFrame(columns: size, rows: size).render("abc\ndef\n").isEmpty)
    }
}
