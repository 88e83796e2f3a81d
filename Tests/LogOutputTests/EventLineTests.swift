import FlowModel
import Foundation
import LogOutput
import Testing

struct EventLineTests {
    private static let event = RecordedEvent(
        FlowEvent(
            reason: "BadPassphrase",
            severity: .warning,
            flow: "stadium-a",
            component: "fibre",
            remote: "192.0.2.1:5000",
            message: "the passphrase is wrong"
        ),
        id: 7,
        // 2026-01-02T03:04:05.25Z
        time: 1_767_323_045.25
    )

    @Test("A text line has moment, severity, place, reason, peer and message")
    func text() {
        #expect(
            EventLine(Self.event).render(.text)
                == "2026-01-02T03:04:05.250Z warning stadium-a/fibre BadPassphrase 192.0.2.1:5000 the passphrase is wrong"
        )
        let bare = RecordedEvent(FlowEvent(reason: "CertificateChanged", flow: "", message: "m"), id: 1, time: 0)
        #expect(EventLine(bare).render(.text) == "1970-01-01T00:00:00.000Z info - CertificateChanged m")
    }

    @Test("A JSON line is what the API says of the event")
    func json() throws {
        let line = EventLine(Self.event).render(.json)
        #expect(try JSONDecoder().decode(RecordedEvent.self, from: Data(line.utf8)) == Self.event)
        #expect(!line.contains("\n"))
    }

    @Test("Text of others cannot act on the terminal in either form", arguments: [LogFormat.text, .json])
    func escaping(_ format: LogFormat) throws {
        var event = Self.event
        event.message = "bad\u{1b}[2J\n\u{202e}x\u{9b}\"\\"
        event.flow = "a\u{7}"
        let line = EventLine(event).render(format)
        let acting = line.unicodeScalars.filter { $0.actsOnDisplay }
        #expect(acting.isEmpty)
        if format == .json {
            #expect(try JSONDecoder().decode(RecordedEvent.self, from: Data(line.utf8)) == event)
        }
    }

    @Test(
        "Moments that no calendar has are written all the same",
        arguments: [.infinity, -.infinity, .nan, 1e300, -1e300]
    )
    func moments(_ time: Double) {
        var event = Self.event
        event.time = time
        #expect(EventLine(event).render(.text).contains("BadPassphrase"))
    }
}
