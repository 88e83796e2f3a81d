import Testing
import YAML

@Suite("Encodings")
struct EncodingTests {
    static let text = "é: 1\nk💩: [ü, x]\n"

    static func utf16(_ text: String, lowByteFirst: Bool) -> [UInt8] {
        text.utf16.flatMap { unit -> [UInt8] in
            let low = UInt8(unit & 0xFF)
            let high = UInt8(unit >> 8)
            return lowByteFirst ? [low, high] : [high, low]
        }
    }

    @Test("UTF-8 and UTF-16 with a byte order mark give the same tree and places", arguments: 0..<4)
    func accepted(_ kind: Int) {
        let bytes: [UInt8] =
            switch kind {
            case 0: Array(Self.text.utf8)
            case 1: [0xEF, 0xBB, 0xBF] + Array(Self.text.utf8)
            case 2: [0xFF, 0xFE] + Self.utf16(Self.text, lowByteFirst: true)
            default: [0xFE, 0xFF] + Self.utf16(Self.text, lowByteFirst: false)
            }
        let stream = YAMLStream(parsing: bytes)
        #expect(stream.problems.isEmpty)
        #expect(outline(stream.documents.first?.root) == "{é: 1, k💩: [ü, x]}")
        #expect(stream.documents.first?.root?["k💩"]?["1"]?.span == "2:9-2:10")
    }

    @Test(
        "Other encodings are refused at the place where it shows",
        arguments: [
            ([0x61, 0x3A, 0x0A, 0x62, 0x20, 0xE9, 0x20], "2:3", "Latin-1"), ([0x61, 0xC3, 0xA9, 0xFF], "1:3", "0xFF"),
            ([0x61, 0xC3], "1:2", "0xC3"),
            ([0xC0, 0x80], "1:1", "0xC0"), ([0xE0, 0x80, 0x80], "1:1", "0xE0"), ([0xED, 0xA0, 0x80], "1:1", "0xED"),
            ([0xF4, 0x90, 0x80, 0x80], "1:1", "0xF4"), ([0xF8], "1:1", "0xF8"),
            ([0x61, 0x0A, 0x62, 0x00], "2:2", "NUL"), ([0x00], "1:1", "NUL"),
            ([0xFF, 0xFE, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00], "1:1", "UTF-32"),
            ([0x00, 0x00, 0xFE, 0xFF, 0x00, 0x00, 0x00, 0x61], "1:1", "UTF-32"),
            ([0x61, 0x00, 0x00, 0x00, 0x3A, 0x00, 0x00, 0x00], "1:1", "UTF-32"),
            ([0x00, 0x00, 0x00, 0x61], "1:1", "UTF-32"),
            ([0x61, 0x00, 0x3A, 0x00], "1:1", "without a byte order mark"),
            ([0x00, 0x61, 0x00, 0x3A], "1:1", "without a byte order mark"),
            ([0xFF, 0xFE, 0x61], "1:1", "odd"), ([0xFF, 0xFE, 0x61, 0x00, 0x00, 0xD8, 0x61, 0x00], "1:2", "not UTF-8"),
            ([0xFF, 0xFE, 0x00, 0xDC], "1:1", "not UTF-8"),
            ([0xFF, 0xFE, 0x00, 0xD8], "1:1", "not UTF-8"), ([0xFE, 0xFF, 0x00, 0x61, 0x00, 0x00], "1:2", "NUL"),
        ] as [([UInt8], String, String)]
    )
    func refused(_ bytes: [UInt8], _ place: String, _ hint: String) {
        let stream = YAMLStream(parsing: bytes)
        #expect(places(stream) == [place + " yaml/encoding"])
        #expect(stream.problems.first?.message.contains(hint) == true, "\(stream.problems)")
        #expect(stream.documents.isEmpty)
    }

    @Test(
        "Only byte order marks are an empty text",
        arguments: [[0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], []] as [[UInt8]]
    )
    func onlyMark(_ bytes: [UInt8]) {
        let stream = YAMLStream(parsing: bytes)
        #expect(stream.documents.isEmpty && stream.problems.isEmpty)
    }
}
