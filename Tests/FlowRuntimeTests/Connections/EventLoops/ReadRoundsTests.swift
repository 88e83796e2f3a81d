import Delivery
import HeadgateTestKit
import NIOCore
import NIOPosix
import Testing

@testable import FlowRuntime

@Suite("Connections that an event loop reads in rounds")
struct ReadRoundsTests {
    /// Rounds that begin with a few reads, also on a machine that is slow, and go on whatever they find.
    private static let eager = rhythm(readsToGoOn: 0)

    private static func rhythm(readsToGoOn: Int) -> ReadRhythm {
        ReadRhythm(interval: .milliseconds(10), span: 300, readsToBegin: 4, readsToGoOn: readsToGoOn)
    }

    @Test("Every byte comes, in order", arguments: [true, false])
    func order(isPastPipeline: Bool) async throws {
        let server = try EchoServer(Self.eager, isPastPipeline: isPastPipeline)
        let (first, second) = (try server.connect(), try server.connect())
        try await server.echoUntilInRounds(first, second)
        for piece in 0..<12 {
            let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ piece) }
            #expect(try first.echo(bytes) == bytes)
        }
        #expect(try second.echo([7]) == [7])
        #expect(try server.isReadInRounds == [true, true])
        try server.stop()
    }

    @Test("What a peer sent before it closed is read, and then its end is seen")
    func closed() async throws {
        let server = try EchoServer(Self.eager)
        var first: TCPConnection? = try server.connect()
        let second = try server.connect()
        try await server.echoUntilInRounds(try #require(first), second)
        try server.perform { $0[0].isEchoing = false }
        let before = try server.perform { $0[0].byteCount }
        try first?.send([UInt8](repeating: 1, count: 500_000))
        first = nil
        try await eventually("the end is seen") { try server.perform { $0[0].hasEnded } }
        #expect(try server.perform { $0[0].byteCount } == before + 500_000)
        // Its place is another's now.
        let third = try server.connect()
        try await eventually("the newcomer is read in rounds") {
            _ = try third.echo([3])
            return try server.isReadInRounds == [false, true, true]
        }
        #expect(try second.echo([2]) == [2])
        #expect(try third.echo([4, 5]) == [4, 5])
        try server.stop()
    }

    @Test("The end of a connection that breaks is seen, and no other notices")
    func reset() async throws {
        let server = try EchoServer(Self.eager)
        var first: TCPConnection? = try server.connect()
        let second = try server.connect()
        try await server.echoUntilInRounds(try #require(first), second)
        first?.resetAtEnd()
        first = nil
        try await eventually("the end is seen") { try server.perform { $0[0].hasEnded } }
        #expect(try server.perform { $0[0].hasFailed })
        #expect(try server.isReadInRounds == [false, true])
        #expect(try second.echo([2]) == [2])
        try server.stop()
    }

    @Test("Nothing is read from a peer that is held, and what it sent meanwhile when it is held no longer")
    func held() async throws {
        let server = try EchoServer(Self.eager)
        let (first, second) = (try server.connect(), try server.connect())
        try await server.echoUntilInRounds(first, second)
        let before = try server.perform { echoes in
            try echoes[0].hold(true)
            return echoes[0].byteCount
        }
        try first.send([1, 2, 3])
        for _ in 0..<20 { #expect(try second.echo([9]) == [9]) }
        #expect(try server.perform { $0[0].byteCount } == before)
        #expect(try server.isReadInRounds == [false, true])
        try server.perform { try $0[0].hold(false) }
        #expect(try first.receive() == [1, 2, 3])
        try server.stop()
    }

    @Test("With little to read each is read on its own again, until there is much once more")
    func rest() async throws {
        let server = try EchoServer(Self.rhythm(readsToGoOn: .max))
        let (first, second) = (try server.connect(), try server.connect())
        for _ in 0..<2 {
            try await server.echoUntilInRounds(first, second)
            try await eventually("the rounds end") { try server.isReadInRounds == [false, false] }
            #expect(try first.echo([1]) == [1])
            #expect(try second.echo([2]) == [2])
        }
        try server.stop()
    }
}

extension TCPConnection {
    /// What comes back for some bytes.
    fileprivate func echo(_ bytes: [UInt8]) throws -> [UInt8] {
        try send(bytes)
        var answer: [UInt8] = []
        while answer.count < bytes.count {
            let more = try receive()
            guard !more.isEmpty else { break }
            answer += more
        }
        return answer
    }
}

/// Sends everybody back what they send.
private final class EchoServer: Sendable {
    final class Echo: SocketReader {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        var isEchoing = true
        private(set) var byteCount = 0
        private(set) var hasEnded = false
        private(set) var hasFailed = false
        private var context: ChannelHandlerContext?
        private let pressure = BackPressure(limit: .seconds(60))

        func hold(_ isHeld: Bool) throws {
            pressure.setHeld(isHeld, try #require(context))
        }

        func read(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
            byteCount += bytes.readableBytes
            let answer = ByteBuffer(bytes: bytes.readableBytesView)
            if isEchoing { context.writeAndFlush(wrapOutboundOut(answer), promise: nil) }
        }

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
        func channelInactive(context: ChannelHandlerContext) { hasEnded = true }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { hasFailed = true }
    }

    private final class Local {
        let rounds: ReadRounds
        var echoes: [Echo] = []
        var handlers: [RoundReadHandler] = []

        init(_ rounds: ReadRounds) { self.rounds = rounds }
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let local: NIOLoopBoundBox<Local>
    private let port: UInt16

    init(_ rhythm: ReadRhythm, isPastPipeline: Bool = true) throws {
        let loop = group.next()
        let rounds = try ReadRounds(loop: loop, rhythm: rhythm)
        let local = NIOLoopBoundBox.makeBoxSendingValue(Local(rounds), eventLoop: loop)
        let channel = try ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let echo = Echo()
                    let handler = RoundReadHandler(local.value.rounds, for: isPastPipeline ? echo : nil)
                    local.value.echoes.append(echo)
                    local.value.handlers.append(handler)
                    try channel.pipeline.syncOperations.addHandlers([echo, handler])
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = UInt16(channel.localAddress?.port ?? 0)
        self.local = local
    }

    /// In the order in which they are answered.
    func connect() throws -> TCPConnection {
        let connection = try TCPConnection(to: port)
        _ = try connection.echo([0])
        return connection
    }

    func echoUntilInRounds(_ first: TCPConnection, _ second: TCPConnection) async throws {
        try await eventually("both are read in rounds") {
            for _ in 0..<20 {
                _ = try first.echo([1])
                _ = try second.echo([2])
            }
            return try isReadInRounds == [true, true]
        }
    }

    var isReadInRounds: [Bool] {
        get throws { try group.next().submit { self.local.value.handlers.map(\.isReadInRounds) }.wait() }
    }

    /// On the event loop.
    @discardableResult
    func perform<Value: Sendable>(_ body: @escaping @Sendable ([Echo]) throws -> Value) throws -> Value {
        try group.next().submit { try body(self.local.value.echoes) }.wait()
    }

    func stop() throws {
        try group.syncShutdownGracefully()
    }
}
