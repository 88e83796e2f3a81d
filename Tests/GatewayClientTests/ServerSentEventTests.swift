import Testing

@testable import GatewayClient

struct ServerSentEventTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var events: [ServerSentEvent]

        init(_ description: String, _ text: String, _ events: [ServerSentEvent]) {
            testDescription = description
            self.text = text
            self.events = events
        }
    }

    private static let cases = [
        Case("a whole event", "id: 7\nevent: Switched\ndata: {}\n\n", [.init(id: "7", type: "Switched", data: "{}")]),
        Case("comments and unknown fields", ": listening\n\nretry: 5\nx: y\ndata:a\n\n", [.init(data: "a")]),
        Case("several lines of data", "data: a\ndata:  b\ndata\n\n", [.init(data: "a\n b\n")]),
        Case(
            "the number stays until there is another",
            "id: 1\ndata: a\n\ndata: b\n\n",
            [.init(id: "1", data: "a"), .init(id: "1", data: "b")]
        ),
        Case("an event without data is none", "id: 1\nevent: x\n\ndata: b\n\n", [.init(id: "1", data: "b")]),
        Case(
            "lines of either end",
            "data: a\r\n\r\ndata: b\r\rdata: c\n\n",
            [.init(data: "a"), .init(data: "b"), .init(data: "c")]
        ),
        Case("half an event", "data: a\n", []),
    ]

    @Test("Events, whole and byte by byte", arguments: cases)
    func decode(_ example: Case) throws {
        var decoder = ServerSentEventDecoder()
        #expect(try decoder.decode(example.text.utf8) == example.events)
        var slow = ServerSentEventDecoder()
        var events: [ServerSentEvent] = []
        for byte in example.text.utf8 { events += try slow.decode([byte]) }
        #expect(events == example.events)
    }

    @Test("A line, or an event, without end is given up")
    func limits() {
        let long = String(repeating: "a", count: ServerSentEventDecoder.maximumEventBytes + 1)
        #expect(throws: ServerSentEventDecoder.TooLarge.self) {
            var decoder = ServerSentEventDecoder()
            _ = try decoder.decode(long.utf8)
        }
        let many = String(
            repeating: "data: aaaaaaaaaaaaaaa\n",
            count: ServerSentEventDecoder.maximumEventBytes / 16 + 1
        )
        #expect(throws: ServerSentEventDecoder.TooLarge.self) {
            var decoder = ServerSentEventDecoder()
            _ = try decoder.decode(many.utf8)
        }
    }
}
