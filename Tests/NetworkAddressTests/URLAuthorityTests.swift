import NetworkAddress
import Testing

@Suite("The server in a URL")
struct URLAuthorityTests {
    @Test(
        "is taken apart, and written without what is before the host",
        arguments: [
            ("a.example", "a.example", nil, nil, "a.example"), ("h:80", "h", 80, nil, "h"),
            ("h:8080", "h", 8_080, nil, "h:8080"), ("h:", "h", nil, nil, "h"), ("u:p@h:1", "h", 1, "u:p", "h:1"),
            ("u@p@h", "h", nil, "u@p", "h"), ("@h", "h", nil, "", "h"), ("[::1]", "::1", nil, nil, "[::1]"),
            ("[2001:db8::192.0.2.1]:65535", "2001:db8::192.0.2.1", 65_535, nil, "[2001:db8::192.0.2.1]:65535"),
        ] as [(String, String, UInt16?, String?, String)]
    )
    func parts(_ text: String, _ host: String, _ port: UInt16?, _ userInfo: String?, _ shown: String) throws {
        let authority = try URLAuthority(parsing: text)
        #expect(authority.host == host)
        #expect(authority.port == port)
        #expect(authority.userInfo == userInfo)
        #expect(authority.text(defaultPort: 80) == shown)
    }

    @Test(
        "is refused",
        arguments: [
            ("", .invalidHost), (":1", .invalidHost), ("u@", .invalidHost), ("[::1", .invalidHost),
            ("[h]", .invalidHost), ("[]", .invalidHost), ("[fe80::1%25eth0]", .invalidHost), ("a\"b", .invalidHost),
            ("a b", .invalidHost), ("ü", .invalidHost), ("a[::1]", .invalidHost),
            ("h:x", .invalidPort), ("h:0", .invalidPort), ("h:65536", .invalidPort), ("h:+1", .invalidPort),
            ("h:1:2", .invalidPort), ("[::1]x", .invalidPort),
        ] as [(String, URLAuthority.ParseFailure)]
    )
    func refused(_ text: String, _ failure: URLAuthority.ParseFailure) {
        #expect(throws: failure) { try URLAuthority(parsing: text) }
    }
}
