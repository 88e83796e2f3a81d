import Testing

@testable import StatusViews

struct QuantityTests {
    @Test(
        "Bit rates",
        arguments: [
            (0, "-"), (-5, "-"), (640, "640 bit/s"), (999_499, "999 kbit/s"), (999_500, "1 Mbit/s"),
            (5_020_000, "5.02 Mbit/s"),
            (50_240_000, "50.2 Mbit/s"), (502_400_000, "502 Mbit/s"), (2_500_000_000, "2.50 Gbit/s"),
            (9_007_199_254_740_993, "9007199 Gbit/s"),
        ] as [(Int64, String)]
    )
    func bitRate(value: Int64, text: String) {
        #expect(Quantity.bitRate(value) == text)
    }

    @Test(
        "Bytes",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (1_316_000, "1.32 MB"), (UInt64.max, "18446744 TB"),
        ] as [(UInt64, String)]
    )
    func bytes(value: UInt64, text: String) {
        #expect(Quantity.bytes(value) == text)
    }

    @Test(
        "Durations",
        arguments: [
            (0, "0s"), (45.9, "45s"), (60, "1m00s"), (192, "3m12s"), (18_420, "5h07m"), (1_051_200, "12d4h"),
            (-1, "-"), (.nan, "-"), (.infinity, "-"), (1e300, "11574074d1h"),
        ] as [(Double, String)]
    )
    func duration(value: Double, text: String) {
        #expect(Quantity.duration(seconds: value) == text)
    }

    @Test(
        "Loss is a share of what was sent",
        arguments: [
            (0, 0, "-"), (0, 10, "0%"), (1, 99, "1%"), (2, 1_000, "0.20%"), (1, 1_000_000, "<0.01%"), (5, 0, "100%"),
            (UInt64.max, UInt64.max, "50%"),
        ] as [(UInt64, UInt64, String)]
    )
    func loss(lost: UInt64, received: UInt64, text: String) {
        #expect(Quantity.loss(lost: lost, received: received) == text)
    }

    @Test("Milliseconds", arguments: [(24.5, "24.5 ms"), (0.123, "0.12 ms"), (.nan, "-")] as [(Double, String)])
    func milliseconds(value: Double, text: String) {
        #expect(Quantity.milliseconds(value) == text)
    }
}
