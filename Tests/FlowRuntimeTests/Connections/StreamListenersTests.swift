import FlowPlanner
import NIOCore
import NIOPosix
import NetworkAddress
import Testing

@testable import FlowRuntime

@Suite("TCP ports that listen")
struct StreamListenersTests {
    /// Greets whoever connects.
    private final class Greeter: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(ByteBuffer(string: "hello")), promise: nil)
        }
    }

    private let eventLoops = EventLoops()
    private let listeners: StreamListeners

    init() {
        listeners = StreamListeners(
            eventLoops: eventLoops,
            bufferLimits: .init(low: 1, high: 2),
            refusals: RefusalLedger { _ in }
        )
    }

    private func listen(_ port: UInt16 = 0, scheme: String = "rtsp") throws {
        let endpoint = IPEndpoint(address: try #require(IPAddress("127.0.0.1")), port: port)
        try listeners.listen(on: endpoint, scheme: scheme, certificate: nil) { Greeter() }
    }

    @Test("Port 0 is told as the one that was bound, and each protocol has its own")
    func ports() throws {
        #expect(listeners.all.isEmpty)
        #expect(listeners.port("rtsp") == nil)
        try listen()
        try listen(scheme: "rtsps")
        let ports = listeners.all.map(\.endpoint.port)
        #expect(Set(ports).count == 2)
        #expect(!ports.contains(0))
        #expect([listeners.port("rtsp"), listeners.port("rtsps")] == ports.map { $0 })
        listeners.stop()
        #expect(listeners.all.isEmpty)
    }

    @Test("A connection gets a handler, which may write")
    func connects() async throws {
        try listen()
        let received = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: eventLoops.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(received.continuation))
                }
            }
            .connect(host: "127.0.0.1", port: Int(try #require(listeners.port("rtsp")))).get()
        for await bytes in received.stream.prefix(1) { #expect(bytes == ByteBuffer(string: "hello")) }
        try await channel.close().get()
        listeners.stop()
    }

    @Test("A port that somebody has is told as that, with the flag that would help")
    func inUse() throws {
        try listen()
        let port = try #require(listeners.port("rtsp"))
        let failure = #expect(throws: ApplyFailure.self) { try listen(port) }
        #expect(failure?.reason == "PortInUse")
        #expect(failure?.remedy == .retry)
        #expect(failure?.message.contains("--rtsp off") == true)
        #expect(listeners.all.count == 1)
        listeners.stop()
    }

    private final class Reader: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
    }
}
