import Delivery
import Media
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RTSP

/// The channel handlers of both ends on real sockets.
@Suite("RTSP connections", .serialized)
struct RTSPConnectionTests {
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// Listens, and lets everybody in whom the gate does.
    /// - Parameter sendBuffer: of each connection, in bytes; the kernel doubles it.
    private func listen(
        _ gate: TestGate,
        limits: RTSPSessionLimits = .default,
        sendBuffer: CInt = 1 << 20
    ) async throws -> any Channel {
        try await ServerBootstrap(group: Self.loops)
            .childChannelOption(.socketOption(.so_sndbuf), value: ChannelOptions.Types.SocketOption.Value(sendBuffer))
            .childChannelOption(ChannelOptions.writeBufferWaterMark, value: RTSPServerHandler.bufferLimits)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        RTSPServerHandler(delegate: gate, isSecured: false, limits: limits)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private func call(
        _ server: any Channel,
        role: RTSPClientSession.Role,
        _ stream: RTSPClientHandler.Stream,
        for client: ClientHandlerTests.Client,
        credentials: RTSPCredentials? = nil,
        limits: RTSPSessionLimits = .default
    ) async throws -> any Channel {
        let url = try RTSPURL(parsing: "rtsp://127.0.0.1:\(server.localAddress?.port ?? 0)/stadium/studio")
        let session = RTSPClientSession(
            role: role,
            url: url,
            credentials: credentials,
            transport: .tcp,
            seed: Array(0..<32),
            limits: limits
        )
        return try await ClientBootstrap(group: Self.loops)
            .channelOption(ChannelOptions.writeBufferWaterMark, value: RTSPServerHandler.bufferLimits)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        RTSPClientHandler(session: session, stream: stream, delegate: client, limits: limits)
                    )
                }
            }
            .connect(host: "127.0.0.1", port: Int(url.port)).get()
    }

    private func filled() throws -> RTSPFanOut {
        let fanOut = settledFanOut(try TestTracks.h264())
        fanOut.consume(TestTracks.picture(0, isKeyframe: true))
        return fanOut
    }

    /// Pictures of all sizes, of several packets and of one.
    private static let sizes = (1..<200).map { 20 + $0 * $0 % 9_000 }

    /// What a sample's coded pictures are, without the parameter sets that go along.
    private func slices(_ sample: MediaSample) -> [UInt8] {
        var units: [UInt8] = []
        sample.payload.withUnsafeReadableBytes { payload in
            var reader = NALUnits(payload, lengthSize: 4)
            while let unit = reader.next() {
                if let first = unit.first, [1, 5].contains(first & 0x1F) { units += Array(unit) }
            }
        }
        return units
    }

    /// The last pictures wait for others that may have to be shown before them: some come behind those that count.
    private func feedMore(_ fanOut: RTSPFanOut) {
        for index in 500..<520 { fanOut.consume(TestTracks.picture(index, isKeyframe: false)) }
    }

    /// Compares what came with what was sent, as far as that goes.
    private func expectSame(_ samples: [MediaSample], sent: [MediaSample]) {
        let samples = samples.prefix(sent.count)
        #expect(samples.count == sent.count)
        let different = zip(samples, sent).enumerated().filter { _, pair in
            slices(pair.0) != slices(pair.1) || pair.0.isKeyframe != pair.1.isKeyframe
        }
        #expect(different.map(\.offset) == [])
        // Times begin elsewhere, and go on as they did.
        let steps = zip(samples.dropFirst(), samples).map { $0.presentationTime.ticks(since: $1.presentationTime) }
        #expect(Set(steps) == [3_600])
    }

    @Test("What is published comes out as it went in")
    func publish() async throws {
        let place = TestPlace()
        let gate = TestGate(["studio": place])
        let listener = try await listen(gate)
        let fanOut = try filled()
        let offer = try #require(fanOut.offer(at: .now()))
        let client = ClientHandlerTests.Client()
        var lines = client.changes.stream.makeAsyncIterator()
        let channel = try await call(listener, role: .record(offer.description), .record(fanOut, offer), for: client)
        #expect(await lines.next() == "ready")
        var sent: [MediaSample] = []
        for (index, size) in Self.sizes.enumerated() {
            sent.append(TestTracks.picture(index + 1, isKeyframe: index == 0, byteCount: size))
        }
        for sample in sent { fanOut.consume(sample) }
        feedMore(fanOut)
        let seen = await place.leg.wait { $0.samples.count >= sent.count }
        expectSame(seen.samples, sent: sent)
        #expect(seen.tracks.first?.codec == .h264)
        client.state.withLock { $0.connection }?.end()
        let after = await place.leg.wait { $0.log.count == 2 }
        #expect(after.log.first == "connected")
        try await channel.closeFuture.get()
        for await _ in gate.departures.stream.prefix(1) {}
        #expect(place.log.all == ["publish", "receives", "leave"])
        try await listener.close().get()
    }

    @Test("What is played comes out as it went in, from the next keyframe on")
    func play() async throws {
        let fanOut = try filled()
        let place = TestPlace(fanOut: fanOut)
        let listener = try await listen(TestGate(["studio": place]))
        var sent: [MediaSample] = []
        for (index, size) in Self.sizes.enumerated() {
            sent.append(TestTracks.picture(index + 1, isKeyframe: index == 0, byteCount: size))
        }
        let leg = TestLeg()
        let client = ClientHandlerTests.Client()
        var lines = client.changes.stream.makeAsyncIterator()
        let channel = try await call(listener, role: .play, .play(leg), for: client)
        #expect(await lines.next() == "ready")
        for sample in sent { fanOut.consume(sample) }
        feedMore(fanOut)
        let seen = await leg.wait { $0.samples.count >= sent.count }
        expectSame(seen.samples, sent: sent)
        // Another track is another stream.
        fanOut.consume(TestTracks.aac())
        #expect(await lines.next()?.hasPrefix("failed: ") == true)
        try await channel.closeFuture.get()
        try await listener.close().get()
    }

    @Test("A player that comes before the stream waits for it; wrong credentials do not get there, right ones do")
    func early() async throws {
        let fanOut = RTSPFanOut { _ in }
        let credentials = RTSPCredentials(username: "u", password: "right")
        let place = TestPlace(credentials: credentials, fanOut: fanOut)
        let listener = try await listen(TestGate(["studio": place]))
        let wrong = ClientHandlerTests.Client()
        var wrongLines = wrong.changes.stream.makeAsyncIterator()
        let guess = RTSPCredentials(username: "u", password: "wrong")
        _ = try await call(listener, role: .play, .play(TestLeg()), for: wrong, credentials: guess)
        #expect(
            await wrongLines.next()
                == "failed: describe: the server wants a user name and password, or other ones"
        )
        let client = ClientHandlerTests.Client()
        var lines = client.changes.stream.makeAsyncIterator()
        let channel = try await call(listener, role: .play, .play(TestLeg()), for: client, credentials: credentials)
        // Half a second passes before the tracks are taken for all.
        fanOut.consume(try TestTracks.h264())
        fanOut.consume(TestTracks.picture(0, isKeyframe: true))
        #expect(await lines.next() == "ready")
        try await channel.close().get()
        try await listener.close().get()
    }

    @Test("Where no stream begins within five seconds, a player is told that there is none")
    func noStream() async throws {
        let place = TestPlace(fanOut: RTSPFanOut { _ in })
        let listener = try await listen(TestGate(["studio": place]))
        let client = ClientHandlerTests.Client()
        var lines = client.changes.stream.makeAsyncIterator()
        let start = MonotonicTime.now()
        _ = try await call(listener, role: .play, .play(TestLeg()), for: client)
        #expect(await lines.next() == "failed: describe: the server answers 404 Not Found")
        #expect(MonotonicTime.now() >= start.advanced(by: RTSPServerHandler.offerPatience))
        #expect(!place.log.all.contains("play"))
        try await listener.close().get()
    }

    @Test("A publisher without media is closed, and its leg hears why")
    func mediaTimeout() async throws {
        let place = TestPlace()
        var limits = RTSPSessionLimits()
        limits.mediaIdle = .milliseconds(200)
        let gate = TestGate(["studio": place])
        let listener = try await listen(gate, limits: limits)
        let fanOut = try filled()
        let offer = try #require(fanOut.offer(at: .now()))
        let client = ClientHandlerTests.Client()
        _ = try await call(listener, role: .record(offer.description), .record(fanOut, offer), for: client)
        let seen = await place.leg.wait { $0.log.count == 2 }
        #expect(seen.log == ["connected", "no media came for 200 ms"])
        for await _ in gate.departures.stream.prefix(1) {}
        #expect(place.log.all == ["publish", "receives", "leave"])
        try await listener.close().get()
    }

    @Test("A player that stops reading loses samples, then the connection; the one beside it loses nothing")
    func stalledPlayer() async throws {
        let fanOut = try filled()
        let place = TestPlace(fanOut: fanOut)
        let gate = TestGate(["studio": place])
        var limits = RTSPSessionLimits()
        limits.stall = .milliseconds(300)
        let listener = try await listen(gate, limits: limits)
        let (slow, quick) = (ClientHandlerTests.Client(), ClientHandlerTests.Client())
        let leg = TestLeg()
        var channels: [any Channel] = []
        for (client, leg) in [(slow, TestLeg()), (quick, leg)] {
            var lines = client.changes.stream.makeAsyncIterator()
            channels.append(try await call(listener, role: .play, .play(leg), for: client))
            #expect(await lines.next() == "ready")
        }
        try await channels[0].setOption(ChannelOptions.autoRead, value: false).get()
        var departures = gate.departures.stream.makeAsyncIterator()
        let feeder = Task {
            // More than the sockets and the queue hold, and on for as long as the connection lives; at a pace that the
            // other one can follow.
            for index in 1... {
                fanOut.consume(TestTracks.picture(index, isKeyframe: true, byteCount: 128 << 10))
                let count = index
                _ = await leg.wait { $0.samples.count >= count - 8 }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        await departures.next()
        feeder.cancel()
        #expect(gate.log.all.contains("the player does not read"))
        #expect(place.log.all == ["play", "play", "leave"])
        let connections = gate.connections
        #expect((connections.first?.counters.packetsDropped ?? 0) > 0)
        #expect(connections.last?.counters.packetsDropped == 0)
        #expect(quick.log == ["ready"])
        // The slow one may have noticed its end.
        for channel in channels { try? await channel.close().get() }
        try await listener.close().get()
    }

    @Test("A server that stops reading loses samples, then the connection")
    func stalledServer() async throws {
        let accepted = AsyncStream.makeStream(of: (any Channel).self)
        let gate = TestGate(["studio": TestPlace()])
        let listener = try await ServerBootstrap(group: Self.loops)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    accepted.continuation.yield(channel)
                    try channel.pipeline.syncOperations.addHandler(RTSPServerHandler(delegate: gate, isSecured: false))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let fanOut = try filled()
        let offer = try #require(fanOut.offer(at: .now()))
        let client = ClientHandlerTests.Client()
        var lines = client.changes.stream.makeAsyncIterator()
        var limits = RTSPSessionLimits()
        limits.stall = .milliseconds(300)
        _ = try await call(
            listener,
            role: .record(offer.description),
            .record(fanOut, offer),
            for: client,
            limits: limits
        )
        #expect(await lines.next() == "ready")
        for await channel in accepted.stream.prefix(1) {
            try await channel.setOption(ChannelOptions.autoRead, value: false).get()
        }
        let feeder = Task {
            for index in 1... {
                fanOut.consume(TestTracks.picture(index, isKeyframe: true, byteCount: 256 << 10))
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        #expect(await lines.next() == "failed: the server does not read")
        feeder.cancel()
        #expect((client.state.withLock { $0.connection }?.counters.packetsDropped ?? 0) > 0)
        try await listener.close().get()
    }

    // MARK: Peers that do not read the answers

    enum Asker: CaseIterable {
        case stranger, player, publisher

        var farewell: String { self == .player ? "the player does not read" : "it does not read what it is answered" }
    }

    /// A client that is let in as what it is, and is about to read nothing.
    private func connect(_ asker: Asker, to listener: any Channel) async throws -> any Channel {
        guard asker != .stranger else {
            return try await ClientBootstrap(group: Self.loops)
                .channelOption(ChannelOptions.autoRead, value: false)
                .connect(host: "127.0.0.1", port: listener.localAddress?.port ?? 0).get()
        }
        let client = ClientHandlerTests.Client()
        var lines = client.changes.stream.makeAsyncIterator()
        let fanOut = try filled()
        let offer = try #require(fanOut.offer(at: .now()))
        let channel =
            asker == .player
            ? try await call(listener, role: .play, .play(TestLeg()), for: client)
            : try await call(listener, role: .record(offer.description), .record(fanOut, offer), for: client)
        #expect(await lines.next() == "ready")
        try await channel.setOption(.autoRead, value: false).get()
        return channel
    }

    @Test(
        "A client that asks on and does not read the answers is not read from, and then given up",
        arguments: Asker.allCases
    )
    func deafClient(_ asker: Asker) async throws {
        var limits = RTSPSessionLimits()
        limits.stall = .milliseconds(300)
        limits.request = .seconds(600)
        let place = TestPlace(fanOut: try filled())
        let gate = TestGate(["studio": place])
        // Buffers that little fills, as a slow machine may answer few questions within the client's patience.
        let listener = try await listen(gate, limits: limits, sendBuffer: 65_536)
        let channel = try await connect(asker, to: listener)
        try await channel.setOption(.socketOption(.so_rcvbuf), value: 65_536).get()
        let questions = Questions(
            "\(asker == .stranger ? "DESCRIBE" : "OPTIONS") \(stadium) RTSP/1.0\r\nCSeq: 9\r\n\r\n"
        )
        questions.send(over: channel)
        for await _ in gate.departures.stream.prefix(1) {}
        #expect(gate.log.all == ["connected", asker.farewell, "disconnected"])
        #expect(place.leg.seen.log == (asker == .publisher ? ["connected", asker.farewell] : []))
        #expect(questions.bytesTaken < Questions.most / 2)
        try? await channel.close().get()
        try await listener.close().get()
    }

    @Test("A server that asks on and does not read the answers is not read from, and then given up")
    func deafServer() async throws {
        let questions = Questions("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n")
        let listener = try await ServerBootstrap(group: Self.loops)
            .childChannelOption(ChannelOptions.autoRead, value: false)
            .childChannelInitializer { $0.pipeline.addHandler(questions) }
            .bind(host: "127.0.0.1", port: 0).get()
        var limits = RTSPSessionLimits()
        limits.stall = .milliseconds(300)
        limits.response = .seconds(600)
        let client = ClientHandlerTests.Client()
        var lines = client.changes.stream.makeAsyncIterator()
        let channel = try await call(listener, role: .play, .play(TestLeg()), for: client, limits: limits)
        #expect(await lines.next() == "failed: the server does not read")
        #expect(questions.bytesTaken < Questions.most / 2)
        try await channel.closeFuture.get()
        try await listener.close().get()
    }
}

/// Far more questions than the sockets and the limits hold, and than they hold of the answers; of a server, from when a
/// client is there.
private final class Questions: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    static let most = 64 << 20

    private let bytes: ByteBuffer
    private let taken = Mutex(0)

    init(_ question: String) {
        bytes = ByteBuffer(string: String(repeating: question, count: 1_000))
    }

    var bytesTaken: Int { taken.withLock { $0 } }

    func channelActive(context: ChannelHandlerContext) { send(over: context.channel) }

    func send(over channel: any Channel) {
        let byteCount = bytes.readableBytes
        for _ in 0..<(Self.most / byteCount) {
            channel.write(bytes).whenSuccess { self.taken.withLock { $0 += byteCount } }
        }
        channel.flush()
    }
}
