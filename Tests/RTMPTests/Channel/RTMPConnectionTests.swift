import Delivery
import Media
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RTMP

/// The channel handlers of both ends on real sockets.
@Suite("RTMP connections", .serialized)
struct RTMPConnectionTests {
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    private static func listen(_ server: TestServer) async throws -> any Channel {
        try await ServerBootstrap(group: loops)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    server.channel.withLock { $0 = channel }
                    try channel.pipeline.syncOperations.addHandler(
                        RTMPServerHandler(delegate: server, isSecured: false, limits: server.limits)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private func picture(_ index: Int, byteCount: Int) -> MediaSample {
        MediaSample(
            track: .init(1),
            decodeTime: MediaTime(milliseconds: Int64(index) * 40),
            isKeyframe: index == 0,
            payload: ByteBuffer(repeating: UInt8(truncatingIfNeeded: index), count: byteCount)
        )
    }

    private func connect(
        to server: any Channel,
        _ stream: RTMPClientHandler.Stream,
        for client: TestClient,
        limits: RTMPSessionLimits = .default
    ) async throws -> any Channel {
        let url = try RTMPURL(parsing: "rtmp://127.0.0.1:\(server.localAddress?.port ?? 0)/live", streamName: "key")
        return try await ClientBootstrap(group: Self.loops)
            .channelOption(ChannelOptions.writeBufferWaterMark, value: RTMPReceiver.bufferLimits)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        RTMPClientHandler(url: url, stream: stream, delegate: client, limits: limits)
                    )
                }
            }
            .connect(host: "127.0.0.1", port: Int(url.port)).get()
    }

    @Test(
        "A server that stops reading loses frames, then the connection, though it never takes what waits for it",
        .timeLimit(.minutes(5))
    )
    func stalledServer() async throws {
        let server = TestServer()
        let listener = try await Self.listen(server)
        let client = TestClient()
        var events = client.events.stream.makeAsyncIterator()
        let fanOut = RTMPFanOut()
        fanOut.consume(MediaTrack(id: .init(1), codec: .vp9, configuration: ByteBuffer(repeating: 1, count: 12)))
        var limits = RTMPSessionLimits()
        limits.stall = .milliseconds(300)
        let channel = try await connect(to: listener, .publish(fanOut), for: client, limits: limits)
        #expect(await events.next() == .some(nil))
        try await server.channel.withLock { $0 }?.setOption(ChannelOptions.autoRead, value: false).get()

        // More than the sockets and the queue hold, and on for as long as the connection lives.
        let feeder = Task {
            for index in 0... {
                fanOut.consume(picture(index, byteCount: 256 << 10))
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        #expect(await events.next() == .some(.failed("the server does not read")))
        feeder.cancel()
        #expect((client.connection.withLock { $0 }?.counters.packetsDropped ?? 0) > 0)
        try await channel.closeFuture.get()
        try await listener.close().get()
    }

    @Test("A player that comes before the stream is told at once that it plays", .timeLimit(.minutes(5)))
    func early() async throws {
        let server = TestServer()
        let listener = try await Self.listen(server)
        let client = TestClient()
        var events = client.events.stream.makeAsyncIterator()
        let channel = try await connect(to: listener, .play(TestServer.Sink()), for: client)
        #expect(await events.next() == .some(nil))
        #expect(client.arrivals.withLock { $0 } == 0)
        try await channel.close().get()
        try await listener.close().get()
    }

    @Test("Whoever plays hears once that something of the stream is there", .timeLimit(.minutes(5)))
    func arrival() async throws {
        let server = TestServer()
        let listener = try await Self.listen(server)
        let client = TestClient()
        var events = client.events.stream.makeAsyncIterator()
        server.fanOut.consume(MediaTrack(id: .init(1), codec: .vp9, configuration: ByteBuffer(repeating: 1, count: 12)))
        for index in 0..<3 { server.fanOut.consume(picture(index, byteCount: 100)) }
        let channel = try await connect(to: listener, .play(server.sink), for: client)
        #expect(await events.next() == .some(nil))
        var samples = server.sink.samples.stream.makeAsyncIterator()
        for _ in 0..<3 { _ = await samples.next() }
        #expect(client.arrivals.withLock { $0 } == 1)
        try await channel.close().get()
        try await listener.close().get()
    }

    @Test(
        "A peer that asks on and does not read the answers is not read from, and then given up",
        .timeLimit(.minutes(5)),
        arguments: [true, false]
    )
    func deafPeer(isPublisher: Bool) async throws {
        var limits = RTMPSessionLimits()
        limits.stall = .milliseconds(300)
        // On a slow machine the publisher that asks all the time brings nothing else for long.
        limits.mediaIdle = .seconds(600)
        let server = TestServer(limits: limits)
        let listener = try await Self.listen(server)
        let client = TestClient()
        var events = client.events.stream.makeAsyncIterator()
        let stream: RTMPClientHandler.Stream = isPublisher ? .publish(RTMPFanOut()) : .play(TestServer.Sink())
        let channel = try await connect(to: listener, stream, for: client)
        #expect(await events.next() == .some(nil))
        try await channel.setOption(ChannelOptions.autoRead, value: false).get()
        // So that little is enough to fill them.
        try await channel.setOption(.socketOption(.so_rcvbuf), value: 65_536).get()
        try await server.channel.withLock { $0 }?.setOption(.socketOption(.so_sndbuf), value: 65_536).get()

        let command = RTMPCommand("unheardOf", transaction: 9, [.null]).message
        var questions = ByteBuffer()
        for _ in 0..<1_000 {
            questions.writeImmutableBuffer(SharedChunks.bytes(command, chunkStreamID: 3, chunkSize: 65_536))
        }
        let most = 64 << 20
        let taken = Mutex(0)
        let byteCount = questions.readableBytes
        for _ in 0..<(most / byteCount) {
            channel.write(questions).whenSuccess { taken.withLock { $0 += byteCount } }
        }
        channel.flush()
        var misbehaviour = server.misbehaviour.stream.makeAsyncIterator()
        let told = isPublisher ? "it does not read what it is answered" : "stalled"
        #expect(await misbehaviour.next() == told)
        #expect(taken.withLock { $0 } < most / 2)
        try? await channel.close().get()
        try await listener.close().get()
    }

    @Test("A publisher that brings no media is closed, and the input is told why", .timeLimit(.minutes(5)))
    func silentPublisher() async throws {
        var limits = RTMPSessionLimits()
        limits.mediaIdle = .milliseconds(50)
        let server = TestServer(limits: limits)
        let listener = try await Self.listen(server)
        let channel = try await connect(to: listener, .publish(RTMPFanOut()), for: TestClient())
        var farewells = server.sink.farewells.stream.makeAsyncIterator()
        #expect(await farewells.next() == "no media came for 50 ms")
        try await channel.closeFuture.get()
        try await listener.close().get()
    }
}
