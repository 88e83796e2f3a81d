import Media
import Testing

@Suite("Durations in messages")
struct DurationWordsTests {
    @Test(
        "Whole seconds are seconds, others milliseconds",
        arguments: [(Duration.seconds(5), "5 s"), (.milliseconds(300), "300 ms"), (.milliseconds(1_500), "1500 ms")]
    )
    func words(_ duration: Duration, _ words: String) {
        #expect(duration.words == words)
    }
}
