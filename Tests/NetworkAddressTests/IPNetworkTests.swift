import NetworkAddress
import Testing

@Suite("CIDR blocks")
struct IPNetworkTests {
    @Test(
        "Valid text is read, host bits masked",
        arguments: [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("203.3.3.3/28", "203.3.3.0/28"),
            ("203.0.113.255/25", "203.0.113.128/25"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("1.2.3.4/0", "0.0.0.0/0"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:db8:ffff::1/33", "2001:db8:8000::/33"),
            ("::1/128", "::1"),
            ("::1/0", "::/0"),
            ("10.0.0.0/08", "10.0.0.0/8"),
        ]
    )
    func reads(_ text: String, _ canonical: String) {
        #expect(IPNetwork(text)?.description == canonical)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0/8",
            "10.0.0.0/a", "10.0.0.0/ 8", "::/129", "::/1000", "10.0.0.0/255.0.0.0", "10.0.0.0/0008",
        ]
    )
    func refuses(_ text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(
        "A block contains its first and last address and not their neighbours",
        arguments: [
            (
                "203.3.3.3/28", inside: ["203.3.3.0", "203.3.3.15"],
                outside: ["203.3.2.255", "203.3.3.16", "2001:db8::1"]
            ),
            ("198.51.100.7", inside: ["198.51.100.7"], outside: ["198.51.100.6", "198.51.100.8"]),
            ("0.0.0.0/0", inside: ["0.0.0.0", "255.255.255.255"], outside: ["::", "::1"]),
            ("::/0", inside: ["::", "ffff::"], outside: ["0.0.0.0"]),
            ("128.0.0.0/1", inside: ["128.0.0.0", "255.255.255.255"], outside: ["127.255.255.255"]),
            (
                "2001:db8::/32",
                inside: ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
                outside: ["2001:db7:ffff::", "2001:db9::", "10.0.0.1"]
            ),
        ]
    )
    func contains(_ text: String, inside: [String], outside: [String]) throws {
        let network = try #require(IPNetwork(text))
        for address in inside { #expect(network.contains(try #require(IPAddress(address))), "\(address)") }
        for address in outside { #expect(!network.contains(try #require(IPAddress(address))), "\(address)") }
    }

    @Test("A peer on a dual-stack socket is held to the IPv4 entries")
    func mappedPeer() throws {
        let network = try #require(IPNetwork("192.0.2.0/24"))
        #expect(network.contains(try #require(IPAddress("::ffff:192.0.2.9"))))
    }

    @Test("A prefix that is longer than the address is refused")
    func prefixRange() {
        #expect(IPNetwork(base: IPAddress(v4: 1), prefixLength: 33) == nil)
        #expect(IPNetwork(base: IPAddress(v4: 1), prefixLength: -1) == nil)
        #expect(IPNetwork(base: IPAddress(v4: 1), prefixLength: 32) != nil)
    }

    @Test("An empty allowlist allows everyone, any other only its blocks")
    func allowlist() throws {
        let inside = try #require(IPAddress("203.0.113.7"))
        let other = try #require(IPAddress("198.51.100.1"))
        let list = Allowlist(networks: [
            try #require(IPNetwork("203.0.113.0/24")), try #require(IPNetwork("2001:db8::/32")),
        ])
        #expect(list.allows(inside))
        #expect(!list.allows(other))
        #expect(!list.allowsEveryone)
        #expect(Allowlist.everyone.allows(other))
        #expect(Allowlist.everyone.allowsEveryone)
    }
}
