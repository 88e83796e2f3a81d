import GatewayClient
import Testing

struct GatewayURLTests {
    @Test(
        "URLs that name a gateway",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "", "http://127.0.0.1:8080"),
            ("http://gw.example", "gw.example", 80, "", "http://gw.example"),
            ("HTTP://gw.example:/", "gw.example", 80, "", "http://gw.example"),
            ("http://[::1]:8080/", "::1", 8080, "", "http://[::1]:8080"),
            ("http://[::1]", "::1", 80, "", "http://[::1]"),
            ("http://gw.example:81/head/gate//", "gw.example", 81, "/head/gate", "http://gw.example:81/head/gate"),
        ]
    )
    func accepted(text: String, host: String, port: Int, prefix: String, description: String) throws {
        let url = try GatewayURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.pathPrefix == prefix)
        #expect(url.description == description)
    }

    @Test(
        "URLs that name none",
        arguments: [
            "", "127.0.0.1:8080", "http://", "http://:8080", "http://a:0", "http://a:65536",
            "http://a:99999999999999999999",
            "http://a:8o", "http://a b", "http://a\r\nX: y", "http://[::1", "http://[::1]x", "http://user:pw@a",
            "http://a/?q",
            "http://a/#f", "ftp://a", "http://a:-1", "http://ä",
        ]
    )
    func refused(text: String) {
        #expect(throws: GatewayURL.ParseError.self) { try GatewayURL(text) }
    }

    @Test("https has a port of its own")
    func https() throws {
        let url = try GatewayURL("https://gw.example/a/")
        #expect(url.isSecured && url.port == 443)
        #expect(url.description == "https://gw.example/a")
        #expect(try GatewayURL("https://gw.example:8443").description == "https://gw.example:8443")
        #expect(try !GatewayURL("http://gw.example:443").isSecured)
    }
}
