import NIOCore
import Testing

@testable import RTSP

@Suite("RTSP messages: reading")
struct MessageDecoderTests {
    /// One of each kind, in a row.
    private static let conversation: [RTSPMessage] = [
        .request(
            RTSPRequest(.options, "*", headers: headers(("CSeq", "1"), ("User-Agent", "a"), ("User-Agent", "b")))
        ),
        .interleaved(InterleavedFrame(channel: 3, payload: ByteBuffer(bytes: [0x80, 0x0A, 0x0D, 0x24]))),
        .response(
            RTSPResponse(
                .ok,
                headers: headers(("CSeq", "2"), ("Content-Length", "4")),
                body: ByteBuffer(string: "v=0\n")
            )
        ),
        .interleaved(InterleavedFrame(channel: 255, payload: ByteBuffer())),
        .request(RTSPRequest(.setup, "rtsp://h/a/b/trackID=0", headers: headers(("CSeq", "3")))),
    ]

    private static var conversationBytes: [UInt8] {
        var buffer = ByteBuffer()
        for message in conversation {
            switch message {
            case .request(let request): request.write(into: &buffer)
            case .response(let response): response.write(into: &buffer)
            case .interleaved(let frame): frame.write(into: &buffer)
            }
        }
        return Array(buffer.readableBytesView)
    }

    @Test("Messages and packets come out whole, however they are cut", arguments: [Int.max, 1, 2, 3, 5, 7, 64])
    func pieces(_ length: Int) throws {
        #expect(try decode(Self.conversationBytes, pieces: length) == Self.conversation)
    }

    @Test("What is cut short yields what is whole, and waits for the rest")
    func truncated() throws {
        let bytes = Self.conversationBytes
        for count in 0..<bytes.count {
            let messages = try decode(Array(bytes[..<count]))
            #expect(messages == Array(Self.conversation.prefix(messages.count)))
            #expect(messages.count < Self.conversation.count)
        }
    }

    @Test(
        "What peers send that is not by the book",
        arguments: [
            // Line feeds alone
            ("OPTIONS * RTSP/1.0\nCSeq: 1\n\n", RTSPRequest(.options, "*", headers: headers(("CSeq", "1")))),
            // Empty lines first
            (
                "\r\n\r\n\nOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
                RTSPRequest(.options, "*", headers: headers(("CSeq", "1")))
            ),
            // Lower case, blanks in odd places
            (
                "PLAY  rtsp://h/a \t rtsp/1.0 \r\ncseq :\t 7 \r\nsession:1\r\n\r\n",
                RTSPRequest(.play, "rtsp://h/a", headers: headers(("cseq", "7"), ("session", "1")))
            ),
            // Without a value, with colons in it, and twice
            (
                "X-Y *  RTSP/2.0\r\nA:\r\nB: c:d\r\nB: e\r\n\r\n",
                RTSPRequest(
                    RTSPMethod(rawValue: "X-Y"),
                    "*",
                    version: .v2,
                    headers: headers(("A", ""), ("B", "c:d"), ("B", "e"))
                )
            ),
            // An address with a blank in it
            ("PLAY rtsp://h/a b RTSP/1.0\r\n\r\n", RTSPRequest(.play, "rtsp://h/a b")),
            // The same length twice
            (
                "PLAY * RTSP/1.0\r\nContent-length: 2\r\nContent-Length: 02\r\n\r\nab",
                RTSPRequest(
                    .play,
                    "*",
                    headers: headers(("Content-length", "2"), ("Content-Length", "02")),
                    body: ByteBuffer(string: "ab")
                )
            ),
        ] as [(String, RTSPRequest)]
    )
    func tolerated(_ text: String, _ request: RTSPRequest) throws {
        #expect(try decode(text) == [.request(request)])
        #expect(try decode(text, pieces: 1) == [.request(request)])
    }

    @Test(
        "Responses with odd first lines",
        arguments: [
            ("RTSP/1.0 200 OK\r\n\r\n", RTSPResponse(.ok)),
            ("RTSP/1.0 200\r\n\r\n", RTSPResponse(.ok, reason: "")),
            (
                "RTSP/1.0  461 Unsupported  transport \r\n\r\n",
                RTSPResponse(.unsupportedTransport, reason: "Unsupported  transport")
            ),
            ("RTSP/1.0 999 ?\r\n\r\n", RTSPResponse(RTSPStatus(rawValue: 999), reason: "?")),
        ] as [(String, RTSPResponse)]
    )
    func responses(_ text: String, _ response: RTSPResponse) throws {
        #expect(try decode(text) == [.response(response)])
    }

    @Test(
        "What is no message ends the reading",
        arguments: [
            ("\u{16}\u{3}\u{1}", .notRTSP),
            (" OPTIONS * RTSP/1.0\r\n", .notRTSP),
            ("GET / HTTP/1.1\r\n", .notRTSP),
            ("OPTIONS\r\n", .malformedStartLine),
            ("OPTIONS RTSP/1.0\r\n", .malformedStartLine),
            ("OPTIONS * RTSP/1\r\n", .malformedStartLine),
            ("OPTIONS * RTSP/1.+1\r\n", .malformedStartLine),
            ("OPTIONS * RTSP/1.999\r\n", .malformedStartLine),
            ("OPTIONS * RTSP\r\n", .malformedStartLine),
            ("OPT/IONS * RTSP/1.0\r\n", .malformedStartLine),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG * RTSP/1.0\r\n", .malformedStartLine),
            ("RTSP/1.0 20 OK\r\n", .malformedStartLine),
            ("RTSP/1.0 -20 OK\r\n", .malformedStartLine),
            ("RTSP/1.0 099 OK\r\n", .malformedStartLine),
            ("RTSP/1.0 2000 OK\r\n", .malformedStartLine),
            ("PLAY * RTSP/1.0\r\nCSeq\r\n", .malformedHeader),
            ("PLAY * RTSP/1.0\r\n: 1\r\n", .malformedHeader),
            ("PLAY * RTSP/1.0\r\nC Seq: 1\r\n", .malformedHeader),
            ("PLAY * RTSP/1.0\r\nA: 1\r\n b\r\n", .foldedHeader),
            ("PLAY * RTSP/1.0\r\nContent-Length: x\r\n\r\n", .invalidContentLength),
            ("PLAY * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", .invalidContentLength),
            ("PLAY * RTSP/1.0\r\nContent-Length: +1\r\n\r\n", .invalidContentLength),
            ("PLAY * RTSP/1.0\r\nContent-Length:\r\n\r\n", .invalidContentLength),
            ("PLAY * RTSP/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n", .invalidContentLength),
            ("PLAY * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .invalidContentLength),
            ("PLAY * RTSP/1.0\r\nContent-Length: 65537\r\n\r\n", .bodyTooLarge),
        ] as [(String, RTSPWireError)]
    )
    func refused(_ text: String, _ error: RTSPWireError) {
        #expect(throws: error) { try decode(text) }
        #expect(throws: error) { try decode(text, pieces: 1) }
    }

    @Test("A line may be as long as the limit and no longer, whether it ends or not")
    func lineLimit() throws {
        let limits = RTSPWireLimits(maximumLineBytes: 20)
        let line = "PLAY * RTSP/1.0\r\nA: "
        let fitting = String(repeating: "x", count: 17)
        #expect(try decode(line + fitting + "\r\n\r\n", limits: limits).count == 1)
        #expect(try decode(line + fitting + "\r\n\r\n", pieces: 1, limits: limits).count == 1)
        for tail in ["x\r\n\r\n", "xx", "xxxxxxxxx\r\n"] {
            #expect(throws: RTSPWireError.lineTooLong) { try decode(line + fitting + tail, limits: limits) }
            #expect(throws: RTSPWireError.lineTooLong) { try decode(line + fitting + tail, pieces: 1, limits: limits) }
        }
    }

    @Test("There may be as many headers as the limit and no more")
    func headerLimit() throws {
        let header = "A: b\r\n"
        let start = "PLAY * RTSP/1.0\r\n"
        #expect(try decode(start + String(repeating: header, count: 64) + "\r\n").count == 1)
        #expect(throws: RTSPWireError.tooManyHeaders) {
            try decode(start + String(repeating: header, count: 65) + "\r\n")
        }
    }

    @Test("A body may be as large as the limit")
    func bodyLimit() throws {
        let text = "PLAY * RTSP/1.0\r\nContent-Length: 65536\r\n\r\n" + String(repeating: "x", count: 65_536)
        #expect(try decode(text, pieces: 1_000).count == 1)
    }

    @Test("An error stays, and nothing is held after it")
    func sticky() {
        var decoder = RTSPMessageDecoder()
        var bytes = ByteBuffer(string: "GET / HTTP/1.1\r\n" + String(repeating: "x", count: 10_000))
        decoder.append(&bytes)
        #expect(bytes.readableBytes == 0)
        for _ in 0..<2 { #expect(throws: RTSPWireError.notRTSP) { try decoder.nextMessage() } }
        var more = ByteBuffer(string: "OPTIONS * RTSP/1.0\r\n\r\n")
        decoder.append(&more)
        #expect(more.readableBytes == 0)
        #expect(throws: RTSPWireError.notRTSP) { try decoder.nextMessage() }
        #expect(decoder.heldCapacity < 64)
        #expect(decoder.messageUnderWay == nil)
    }

    @Test("Memory follows what came, and is given back between messages")
    func memory() throws {
        var decoder = RTSPMessageDecoder()
        var announced = ByteBuffer(string: "PLAY * RTSP/1.0\r\nContent-Length: 65536\r\n\r\n")
        decoder.append(&announced)
        #expect(try decoder.nextMessage() == nil)
        #expect(decoder.heldCapacity < 1_024)
        var rest = ByteBuffer(repeating: 0x78, count: 65_536)
        decoder.append(&rest)
        #expect(try decoder.nextMessage() != nil)
        #expect(try decoder.nextMessage() == nil)
        #expect(decoder.heldCapacity < 64)
    }

    @Test("A large buffer is not held for the beginning of a packet, which goes on with the next one")
    func cutPacket() throws {
        var decoder = RTSPMessageDecoder()
        let frame = InterleavedFrame(channel: 2, payload: ByteBuffer(repeating: 7, count: 1_000))
        var whole = ByteBuffer()
        frame.write(into: &whole)
        var received = ByteBufferAllocator().buffer(capacity: 131_072)
        received.writeImmutableBuffer(whole)
        received.writeBytes(whole.readableBytesView.prefix(300))
        decoder.append(&received)
        #expect(try decoder.nextMessage() == .interleaved(frame))
        #expect(try decoder.nextMessage() == nil)
        #expect(decoder.heldCapacity <= 512)
        var rest = ByteBuffer(bytes: whole.readableBytesView.dropFirst(300))
        decoder.append(&rest)
        #expect(try decoder.nextMessage() == .interleaved(frame))
    }

    @Test("A long row of packets in pieces does not pile up")
    func packetRow() throws {
        var decoder = RTSPMessageDecoder()
        var row = ByteBuffer()
        for _ in 0..<2_000 {
            InterleavedFrame(channel: 0, payload: ByteBuffer(repeating: 1, count: 1_400)).write(into: &row)
        }
        var count = 0
        while row.readableBytes > 0 {
            var piece = ByteBuffer(bytes: row.readableBytesView.prefix(1_500))
            row.moveReaderIndex(forwardBy: piece.readableBytes)
            decoder.append(&piece)
            while try decoder.nextMessage() != nil { count += 1 }
            #expect(decoder.heldCapacity <= 16_384)
        }
        #expect(count == 2_000)
    }

    @Test("Which message is under way can be told")
    func underWay() throws {
        var decoder = RTSPMessageDecoder()
        func feed(_ text: String) throws -> UInt64? {
            var bytes = ByteBuffer(string: text)
            decoder.append(&bytes)
            while try decoder.nextMessage() != nil {}
            return decoder.messageUnderWay
        }
        #expect(decoder.messageUnderWay == nil)
        #expect(try feed("\r\n") == nil)
        #expect(try feed("OPT") == 0)
        #expect(try feed("IONS * RTSP/1.0\r\n") == 0)
        #expect(try feed("A: b\r\n") == 0)
        #expect(try feed("\r\n") == nil)
        #expect(try feed("OPTIONS * RTSP/1.0\r\n\r\n$") == 2)
        #expect(try feed("\u{1}\u{0}\u{1}x$\u{1}") == 3)
        #expect(try feed("\u{0}\u{0}") == nil)
    }
}
