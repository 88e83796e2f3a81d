import MPEGTS
import Media
import NIOCore
import RTMP

/// The input is what a peer sends after the handshake, in pieces whose lengths its own bytes choose. It goes the whole
/// way: chunks, session, tags, and a transport stream made of the samples.
enum RTMPFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        switch first & 3 {
        case 0, 1: serve(bytes, pieceLimit: first & 1 == 0 ? Int.max : Int(first >> 2) + 1)
        case 2: call(bytes)
        default: decodeValues(bytes)
        }
    }

    private static func serve(_ input: UnsafeRawBufferPointer, pieceLimit: Int) {
        var reader = ChunkReader()
        var session = RTMPServerSession(at: .zero)
        var tags = FLVReader()
        var muxer = TSMuxer()
        var writer = FLVWriter(zero: .zero)
        var time = MonotonicTime.zero
        var rest = UnsafeRawBufferPointer(rebasing: input[...])
        while !rest.isEmpty, !session.isClosed {
            var piece = ByteBuffer(bytes: rest.prefix(pieceLimit))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.readableBytes))
            time.nanoseconds &+= 40_000_000
            var actions = session.bytesReceived(piece.readableBytes)
            reader.append(&piece)
            precondition(reader.partialBytes <= input.count, "more is held than came")
            do {
                while actions.isEmpty, let message = try reader.nextMessage() {
                    precondition(message.payload.readableBytes <= reader.maximumMessageBytes)
                    actions = session.messageReceived(message, at: time)
                    while let action = actions.popLast() {
                        switch action {
                        case .publishRequested: actions += session.acceptPublish(at: time)
                        case .playRequested: actions += session.acceptPlay(at: time)
                        case .media(let media): mux(media, &tags, &writer, &muxer)
                        default: break
                        }
                    }
                }
            } catch {
                return
            }
            _ = session.timePassed(at: time)
        }
    }

    private static func mux(
        _ message: RTMPMessage,
        _ tags: inout FLVReader,
        _ writer: inout FLVWriter,
        _ muxer: inout TSMuxer
    ) {
        guard let events = try? tags.read(message) else { return }
        for event in events {
            switch event {
            case .track(let track):
                _ = muxer.setTrack(track)
                _ = writer.write(track)
            case .sample(let sample):
                muxer.mux(sample)
                muxer.takePackets { precondition($0.count.isMultiple(of: 188)) }
                _ = writer.write(sample)
            default: break
            }
        }
    }

    private static func call(_ input: UnsafeRawBufferPointer) {
        guard let url = try? RTMPURL(parsing: "rtmp://h/a", streamName: "secret-key") else { return }
        var reader = ChunkReader()
        var session = RTMPClientSession(role: .play, url: url)
        _ = session.start(at: .zero)
        var bytes = ByteBuffer(bytes: input)
        reader.append(&bytes)
        while let message = try? reader.nextMessage(), !session.isFinished {
            for case .failed(let failure) in session.messageReceived(message, at: .zero) {
                expectOneSafeLine(failure.description)
                precondition(!failure.description.contains("secret-key"), "a key is told")
            }
        }
    }

    private static func decodeValues(_ input: UnsafeRawBufferPointer) {
        var buffer = ByteBuffer(bytes: input)
        guard let values = try? AMFDecoder().decodeAll(&buffer) else { return }
        var written = ByteBuffer()
        AMFValue.write(values, to: &written)
        precondition((try? AMFDecoder().decodeAll(&written)) != nil, "what was written cannot be read")
    }

    static let seeds: [[UInt8]] = {
        let publisher = conversation(
            [
                command([
                    .string("connect"), .number(1),
                    .object([AMFProperty("app", .string("live")), AMFProperty("tcUrl", .string("rtmp://h/live"))]),
                ]),
                command([.string("releaseStream"), .number(2), .null, .string("key")]),
                command([.string("FCPublish"), .number(3), .null, .string("key")]),
                command([.string("createStream"), .number(4), .null]),
                command([.string("publish"), .number(5), .null, .string("key"), .string("live")], streamID: 1),
            ] + media
        )
        let server = conversation(
            [
                command([
                    .string("_result"), .number(1), .object([]),
                    .object([AMFProperty("code", .string("NetConnection.Connect.Success"))]),
                ]),
                command([.string("_result"), .number(4), .null, .number(1)]),
                command(
                    [
                        .string("onStatus"), .number(0), .null,
                        .object([AMFProperty("code", .string("NetStream.Play.Start"))]),
                    ],
                    streamID: 1
                ),
            ] + media
        )
        var values = ByteBuffer()
        AMFValue.write(
            [
                .string("x"), .number(1), .array([AMFProperty("a", .strictArray([.null, .boolean(true)]))]), .date(0),
                .undefined,
            ],
            to: &values
        )
        return [[0] + publisher, [61] + publisher, [2] + server, [3] + Array(values.readableBytesView)]
    }()

    private static let media: [RTMPMessage] = {
        let configuration: [UInt8] = [
            1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 12, 0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0,
            1, 0, 5, 0x68, 0xCB, 0x83, 0xCB, 0x20,
        ]
        func message(_ type: RTMPMessageType, _ time: UInt32, _ bytes: [UInt8]) -> RTMPMessage {
            RTMPMessage(type: type, streamID: 1, timestamp: time, payload: ByteBuffer(bytes: bytes))
        }
        return [
            message(.video, 0, [0x17, 0, 0, 0, 0] + configuration),
            message(.audio, 0, [0xAF, 0, 0x11, 0x90]),
            message(.video, 0, [0x17, 1, 0, 0, 0, 0, 0, 0, 4, 0x65, 0x88, 0x84, 0x21]),
            message(.audio, 10, [0xAF, 1, 0x21, 0x10, 0x04]),
            message(.video, 40, [0x27, 1, 0, 0, 40, 0, 0, 0, 3, 0x41, 0x9A, 0x21]),
            message(.video, 80, [0x80 | 0x10 | 0, 0x68, 0x76, 0x63, 0x31, 1, 1]),
            message(.audio, 80, [0x90, 0x4F, 0x70, 0x75, 0x73, 1]),
        ]
    }()

    private static func command(_ values: [AMFValue], streamID: UInt32 = 0) -> RTMPMessage {
        var payload = ByteBuffer()
        AMFValue.write(values, to: &payload)
        return RTMPMessage(type: .commandAMF0, streamID: streamID, payload: payload)
    }

    private static func conversation(_ messages: [RTMPMessage]) -> [UInt8] {
        var writer = ChunkWriter()
        var bytes = ByteBuffer()
        for message in messages {
            _ = writer.write(message, chunkStreamID: message.type == .video ? 6 : 4, into: &bytes)
        }
        return Array(bytes.readableBytesView)
    }
}
