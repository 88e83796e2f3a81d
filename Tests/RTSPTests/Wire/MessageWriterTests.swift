import NIOCore
import Testing

@testable import RTSP

@Suite("RTSP messages: writing")
struct MessageWriterTests {
    @Test("A request with a body says how long it is, once")
    func request() {
        let request = RTSPRequest(
            .announce,
            "rtsp://h/a/b",
            headers: headers(("CSeq", "1"), ("content-length", "77")),
            body: ByteBuffer(string: "v=0\r\n")
        )
        let text = "ANNOUNCE rtsp://h/a/b RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nv=0\r\n"
        #expect(String(decoding: request.bytes, as: UTF8.self) == text)
    }

    @Test("A response has the usual words unless others are given")
    func response() {
        let usual = String(decoding: RTSPResponse(.sessionNotFound).bytes, as: UTF8.self)
        #expect(usual == "RTSP/1.0 454 Session Not Found\r\n\r\n")
        let other = String(decoding: RTSPResponse(.forbidden, reason: "No").bytes, as: UTF8.self)
        #expect(other == "RTSP/1.0 403 No\r\n\r\n")
    }

    @Test("No text adds a line of its own")
    func injection() throws {
        let request = RTSPRequest(
            .setup,
            "rtsp://h/a\r\nEvil: 1\r\n\r\n",
            headers: headers(("CSeq", "1\r\n\r\nPLAY"), ("A\nB", "c\0d"))
        )
        let lines = String(decoding: request.bytes, as: UTF8.self).split(
            separator: "\r\n",
            omittingEmptySubsequences: false
        )
        #expect(lines.count == 5)
        #expect(lines[0] == "SETUP rtsp://h/a  Evil: 1     RTSP/1.0")
        #expect(lines[2] == "A B: c d")
    }

    @Test("A packet has its channel and its length")
    func packet() {
        var buffer = ByteBuffer()
        let frame = InterleavedFrame(channel: 2, payload: ByteBuffer(bytes: [9, 8]))
        #expect(frame.write(into: &buffer))
        #expect(Array(buffer.readableBytesView) == [0x24, 2, 0, 2, 9, 8])
        buffer.clear()
        #expect(!InterleavedFrame(channel: 0, payload: ByteBuffer(repeating: 0, count: 65_536)).write(into: &buffer))
        #expect(buffer.readableBytes == 0)
    }

    @Test("Describing a request tells its method alone")
    func redaction() {
        let request = RTSPRequest(.play, "rtsp://user:secret@h/", headers: headers(("Authorization", "Basic secret")))
        for text in [
            "\(request)", String(reflecting: request),
            String(describing: Mirror(reflecting: request).children.map { $0.value }),
        ] {
            #expect(!text.contains("secret"))
        }
    }
}
