import Delivery
import HeadgateTestKit
import Media
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import FlowRuntime

@Suite("Calling a server, again and again")
struct RedialerTests {
    /// Tells its redialer what became of the connection.
    private final class Caller: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        enum Fate {
            /// The stream runs until somebody ends it.
            case runs
            /// The server wants nothing of it.
            case fails
            /// The stream runs, and is to go on over another connection at once.
            case moves
            /// As before it ran.
            case movesEarly
        }

        private let redialer: Redialer
        private let fate: Fate

        init(_ redialer: Redialer, _ fate: Fate) {
            self.redialer = redialer
            self.fate = fate
        }

        func channelActive(context: ChannelHandlerContext) {
            switch fate {
            case .runs: redialer.ready(PeerConnection(channel: context.channel))
            case .fails: end(context) { $0.ended("no", isFailure: true, with: "server") }
            case .moves:
                redialer.ready(PeerConnection(channel: context.channel))
                end(context) { $0.callAgain("moved") }
            case .movesEarly: end(context) { $0.callAgain("moved") }
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is PeerConnection.Event else { return }
            end(context) { $0.ended("over", isFailure: false, with: "server") }
        }

        private func end(_ context: ChannelHandlerContext, _ tell: (Redialer) -> Void) {
            tell(redialer)
            context.close(promise: nil)
        }
    }

    /// Keeps what is told, with when.
    private final class Diary: Sendable {
        let lines = AsyncStream.makeStream(of: String.self)
        let calls = AsyncStream.makeStream(of: MonotonicTime.self)
        let callCount = Atomic(0)

        func tell(_ event: Redialer.Event) {
            switch event {
            case .started: lines.continuation.yield("started")
            case .ended(_, let reason, _): lines.continuation.yield("ended: \(reason)")
            case .failed(let message): lines.continuation.yield("failed: \(message)")
            case .unsupportedCodec(let name, _): lines.continuation.yield("unsupported \(name)")
            }
        }

        func called() {
            callCount.add(1, ordering: .relaxed)
            calls.continuation.yield(.now())
        }
    }

    /// A fan-out of which a test says when it runs.
    private final class Stream: AwaitedFanOut {
        private let waiter = Mutex<(@Sendable () -> Void)?>(nil)

        func notifyOfNextSample(_ body: (@Sendable () -> Void)?) { waiter.withLock { $0 = body } }
        var isAwaited: Bool { waiter.withLock { $0 != nil } }
        func run() { waiter.withLock { $0.take() }?() }
    }

    private let eventLoops = EventLoops()
    private let diary = Diary()

    private func listen() async throws -> any Channel {
        try await ServerBootstrap(group: eventLoops.group).bind(host: "127.0.0.1", port: 0).get()
    }

    private func make(
        port: Int,
        _ fate: Caller.Fate,
        sending fanOut: Stream? = nil,
        hasTarget: Bool = true
    ) -> Redialer {
        let diary = diary
        return Redialer(
            eventLoops: eventLoops,
            tls: TLSClient(authoritiesFile: nil),
            sending: fanOut,
            target: { redialer in
                diary.called()
                guard hasTarget else { return nil }
                return Redialer.Target(
                    host: "127.0.0.1",
                    port: UInt16(port),
                    isSecured: false,
                    name: "server",
                    bufferLimits: .init(low: 1, high: 2)
                ) { Caller(redialer, fate) }
            },
            onEvent: { diary.tell($0) }
        )
    }

    private func port(_ listener: any Channel) -> Int { listener.localAddress?.port ?? 0 }

    /// The spans between calls, in milliseconds.
    private func pauses(_ count: Int) async -> [Int64] {
        var times: [MonotonicTime] = []
        for await time in diary.calls.stream.prefix(count + 1) { times.append(time) }
        return zip(times.dropFirst(), times).map { $0.nanoseconds(since: $1) / 1_000_000 }
    }

    @Test(
        "A server that does not agree is called again after pauses that grow, and told of once while it says the same"
    )
    func backsOff() async throws {
        let listener = try await listen()
        let redialer = make(port: port(listener), .fails)
        redialer.start()
        let pauses = await pauses(2)
        #expect(pauses[0] >= 375)
        #expect(pauses[1] >= 750)
        #expect(redialer.statistics.lastError == "server: no")
        #expect(redialer.statistics.reconnects == 0)
        redialer.stop()
        diary.lines.continuation.finish()
        var lines: [String] = []
        for await line in diary.lines.stream { lines.append(line) }
        #expect(lines == ["failed: server: no"])
        try await listener.close().get()
    }

    @Test("A server that is not there is told of in words")
    func notThere() async {
        let redialer = make(port: Int(FreePorts.next()), .runs)
        redialer.start()
        var lines = diary.lines.stream.makeAsyncIterator()
        #expect(await lines.next() == "failed: cannot connect to server: connection refused")
        redialer.stop()
    }

    @Test("A stream that ends is told of, and called for again; what stopped is called no more")
    func runs() async throws {
        let listener = try await listen()
        let redialer = make(port: port(listener), .runs)
        redialer.start()
        var lines = diary.lines.stream.makeAsyncIterator()
        #expect(await lines.next() == "started")
        let connection = try #require(redialer.statistics.connection)
        connection.end()
        #expect(await lines.next() == "ended: over")
        #expect(await lines.next() == "started")
        #expect(redialer.statistics.reconnects == 1)
        #expect(redialer.statistics.lastError == nil)
        redialer.stop()
        #expect(await lines.next() == "ended: over")
        // As long as the longest first pause.
        let calls = diary.callCount.load(ordering: .relaxed)
        try await Task.sleep(for: .milliseconds(700))
        #expect(diary.callCount.load(ordering: .relaxed) == calls)
        try await listener.close().get()
    }

    @Test("What moves before it runs is called at once, what moves just after that later: it could go on for ever")
    func moves() async throws {
        let listener = try await listen()
        let redialer = make(port: port(listener), .moves)
        redialer.start()
        #expect(await pauses(1)[0] >= 375)
        redialer.stop()
        try await listener.close().get()
    }

    @Test("A call that leads elsewhere is followed without a pause")
    func followed() async throws {
        let listener = try await listen()
        let redialer = make(port: port(listener), .movesEarly)
        redialer.start()
        // Each would be at least so long. A busy machine may make some of them long.
        #expect(await pauses(10).contains { $0 < 375 })
        redialer.stop()
        try await listener.close().get()
    }

    @Test("Who sends calls when there is something to send, and not before")
    func sends() async throws {
        let listener = try await listen()
        let stream = Stream()
        let redialer = make(port: port(listener), .runs, sending: stream)
        redialer.start()
        while !stream.isAwaited { await Task.yield() }
        #expect(diary.callCount.load(ordering: .relaxed) == 0)
        stream.run()
        var lines = diary.lines.stream.makeAsyncIterator()
        #expect(await lines.next() == "started")
        redialer.stop()
        #expect(await lines.next() == "ended: over")
        #expect(!stream.isAwaited)
        try await listener.close().get()
    }

    @Test("Without anybody to call it asks again soon")
    func noTarget() async throws {
        let redialer = make(port: 1, .runs, hasTarget: false)
        redialer.start()
        let pauses = await pauses(2)
        #expect(pauses.allSatisfy { $0 >= 95 })
        redialer.stop()
    }

    @Test("What was stopped while it waited for the stream is free, and so is the stream")
    func memory() async throws {
        let stream = Stream()
        weak var freed: Redialer?
        do {
            let redialer = make(port: 1, .runs, sending: stream)
            freed = redialer
            redialer.start()
            while !stream.isAwaited { await Task.yield() }
            redialer.stop()
        }
        #expect(!stream.isAwaited)
        while freed != nil { await Task.yield() }
    }

    @Test("A call that was answered after the stop is hung up")
    func stoppedWhileCalling() async throws {
        let listener = try await listen()
        for _ in 0..<20 {
            let redialer = make(port: port(listener), .runs)
            redialer.start()
            redialer.stop()
            while redialer.statistics.connection != nil { await Task.yield() }
        }
        try await listener.close().get()
    }
}
