import Testing

@testable import RTSP

@Suite("RTSP headers")
struct RTSPHeadersTests {
    @Test("Names are the same in upper and lower case")
    func names() {
        var fields = headers(("cseq", "5"), ("SESSION", "a"), ("session", "b"))
        #expect(fields.cSeq == 5)
        #expect(fields[.session] == "a")
        #expect(fields.all(.session) == ["a", "b"])
        fields[.session] = "c"
        #expect(fields.all(.session) == ["c"])
        fields[.session] = nil
        #expect(fields.all(.session) == [])
        #expect(Set([RTSPHeaderName.cSeq, RTSPHeaderName(rawValue: "CSEQ")]).count == 1)
    }

    @Test(
        "CSeq is a number",
        arguments: [
            ("0", 0), ("4294967295", 4_294_967_295), ("4294967296", nil), ("-1", nil), ("+1", nil), ("1a", nil),
            ("", nil),
        ]
            as [(String, UInt32?)]
    )
    func sequence(_ text: String, _ number: UInt32?) {
        #expect(headers(("CSeq", text)).cSeq == number)
    }

    @Test("Lists go over all headers of a name")
    func lists() {
        let fields = headers(("Public", "OPTIONS, DESCRIBE"), ("Public", ",PLAY,"))
        #expect(fields.list(.public) == ["OPTIONS", "DESCRIBE", "PLAY"])
    }
}

@Suite("RTSP texts of bytes")
struct ByteTextTests {
    @Test(
        "Base 64, the examples of RFC 4648 §10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(_ text: String, _ encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode(encoded.filter { $0 != "=" }) == Array(text.utf8))
    }

    @Test("Every byte survives base 64 and hexadecimal digits")
    func allBytes() {
        for count in 250...256 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        }
    }

    @Test("What is no base 64", arguments: ["Z", "Zg=a", "Zg===", "Z-g=", "Zg =", "Zm9vY"])
    func noBase64(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "Hexadecimal digits",
        arguments: [("1aF0", [0x1A, 0xF0]), ("", []), ("1", nil), ("zz", nil), ("12 ", nil)] as [(String, [UInt8]?)]
    )
    func hexadecimal(_ text: String, _ bytes: [UInt8]?) {
        #expect(Hexadecimal.decode(text) == bytes)
    }
}
