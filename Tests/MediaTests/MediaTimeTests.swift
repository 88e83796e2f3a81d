import Media
import Testing

@Suite("Media time")
struct MediaTimeTests {
    @Test(
        "Milliseconds are rounded to the nearest",
        arguments: [(0, 0), (44, 0), (45, 1), (90, 1), (134, 1), (-44, 0), (-45, -1), (-90, -1)] as [(Int64, Int64)]
    )
    func milliseconds(ticks: Int64, milliseconds: Int64) {
        #expect(MediaTime(ticks: ticks).milliseconds == milliseconds)
    }

    @Test("A millisecond is a whole number of ticks and comes back")
    func roundTrip() {
        for value: Int64 in [0, 1, -7, 4_294_967_295] {
            #expect(MediaTime(milliseconds: value).milliseconds == value)
        }
    }
}
