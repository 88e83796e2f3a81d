import FlowModel
import Testing

@Suite("Bit rates")
struct BitRateTests {
    @Test(
        "Valid text",
        arguments: [
            ("20Mbps", 20_000_000, "20Mbps"),
            ("2.5Gbps", 2_500_000_000, "2500Mbps"),
            ("800kbps", 800_000, "800kbps"),
            ("64000bps", 64_000, "64kbps"),
            ("1234", 1_234, "1234bps"),
            ("0.001kbps", 1, "1bps"),
            ("0.5kbps", 500, "500bps"),
            ("1000Mbps", 1_000_000_000, "1Gbps"),
            ("000020Mbps", 20_000_000, "20Mbps"),
            ("9223372036854775807", Int64.max, "9223372036854775807bps"),
        ]
    )
    func reads(_ text: String, bits: Int64, canonical: String) throws {
        let rate = try #require(BitRate(text))
        #expect(rate.bitsPerSecond == bits)
        #expect(rate.description == canonical)
        #expect(BitRate(rate.description) == rate)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "bps", "Mbps", "0", "0Mbps", "-1Mbps", "+1Mbps", "1.Mbps", ".5Mbps", "1..5Mbps", "1 Mbps", "1mbps",
            "1Kbps",
            "1MB", "1e6", "0.5bps", "0.0001kbps", "9223372036854775808", "9999999999999Gbps", "1.0000000000Mbps",
            "٣Mbps",
            "20Mbps ", "0x10",
        ]
    )
    func refuses(_ text: String) {
        #expect(BitRate(text) == nil)
    }

    @Test("Rates compare by what they carry")
    func ordering() {
        #expect(BitRate(bitsPerSecond: 999) < BitRate(bitsPerSecond: 1_000))
        #expect(BitRate("1Mbps") == BitRate("1000kbps"))
        #expect(BitRate(bitsPerSecond: 0).description == "0bps")
    }
}
