import NetworkAddress
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "Valid text is read and printed canonically (RFC 5952)",
        arguments: [
            ("0.0.0.0", "0.0.0.0"),
            ("203.0.113.7", "203.0.113.7"),
            ("255.255.255.255", "255.255.255.255"),
            ("::", "::"),
            ("::1", "::1"),
            ("1::", "1::"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("2001:db8::0001", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"),
            ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
        ]
    )
    func reads(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(address.description) == address)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.+4", "1.2.3.-4",
            "0x1.2.3.4",
            "1.2.3.4 ", " 1.2.3.4", "1..3.4", "1.2.3.", ".1.2.3", "1.2.3.4/32", "localhost", "٣.1.1.1",
            ":", ":::", "::1::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8",
            "12345::", "g::", "::g", "+1::", "1:-2::", "1:", ":1", "::1:", "fe80::1%eth0", "[::1]", "::1.2.3",
            "::1.2.3.4:5",
            "1.2.3.4::", "::ffff:1.2.3.400", "0000:0000:0000:0000:0000:0000:0000:0000:0000",
        ]
    )
    func refuses(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "Every zero count of an IPv6 address survives text and back",
        arguments: 0..<256
    )
    func roundTrips(_ pattern: Int) {
        let words = (0..<8).map { pattern >> $0 & 1 == 0 ? UInt128(0) : UInt128(0xa0 + $0) }
        let address = IPAddress(v6: words.reduce(0) { $0 << 16 | $1 })
        #expect(IPAddress(address.description) == address)
    }

    @Test("An IPv4-mapped address is the IPv4 address that it stands for")
    func mapped() {
        #expect(IPAddress(v6: 0xffff_c000_0201) == IPAddress(v4: 0xc000_0201))
        #expect(IPAddress(v6: 0xc000_0201).family == .v6)
    }

    @Test(
        "Kinds of addresses",
        arguments: [
            ("224.0.0.1", true, false, false), ("239.255.255.255", true, false, false),
            ("223.255.255.255", false, false, false), ("240.0.0.1", false, false, false),
            ("ff02::1", true, false, false), ("fe80::1", false, false, false),
            ("127.0.0.1", false, true, false), ("127.255.0.1", false, true, false), ("128.0.0.1", false, false, false),
            ("::1", false, true, false), ("::2", false, false, false),
            ("0.0.0.0", false, false, true), ("::", false, false, true),
        ]
    )
    func kinds(_ text: String, isMulticast: Bool, isLoopback: Bool, isUnspecified: Bool) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isMulticast == isMulticast)
        #expect(address.isLoopback == isLoopback)
        #expect(address.isUnspecified == isUnspecified)
    }
}
