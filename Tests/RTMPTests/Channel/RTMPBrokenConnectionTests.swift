import Delivery
import Media
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import RTMP

/// What is written may find the connection broken: its handler hears of the end in the middle of what it does.
@Suite("RTMP connections that break while they are written to")
struct RTMPBrokenConnectionTests {
    /// Breaks with what is written next.
    private final class BreakingPipe: ChannelOutboundHandler, RemovableChannelHandler {
        typealias OutboundIn = ByteBuffer
        var isBroken = false

        func flush(context: ChannelHandlerContext) {
            if isBroken { context.close(promise: nil) } else { context.flush() }
        }
    }

    /// Both ends of a connection, in memory.
    private struct Pair {
        let server = TestServer()
        let client = TestClient()
        let loop = EmbeddedEventLoop()
        let serverPipe = BreakingPipe()
        let clientPipe = BreakingPipe()
        let serverEnd: EmbeddedChannel
        let clientEnd: EmbeddedChannel

        init(_ stream: RTMPClientHandler.Stream) throws {
            let url = try RTMPURL(parsing: "rtmp://192.0.2.1/live", streamName: "key")
            let address = try SocketAddress(ipAddress: "192.0.2.1", port: 1_935)
            serverEnd = EmbeddedChannel(
                handlers: [serverPipe, RTMPServerHandler(delegate: server, isSecured: false)],
                loop: loop
            )
            clientEnd = EmbeddedChannel(
                handlers: [clientPipe, RTMPClientHandler(url: url, stream: stream, delegate: client)],
                loop: loop
            )
            for end in [serverEnd, clientEnd] {
                end.remoteAddress = address
                try end.connect(to: address).wait()
            }
        }

        /// Carries bytes from the client to the server and back, once.
        ///
        /// - Returns: Whether there were any.
        func carry() throws -> Bool {
            var hasMoved = false
            for (from, to) in [(clientEnd, serverEnd), (serverEnd, clientEnd)] {
                while let bytes = try from.readOutbound(as: ByteBuffer.self) {
                    hasMoved = true
                    if to.isActive { try to.writeInbound(bytes) }
                }
            }
            loop.run()
            return hasMoved
        }
    }

    /// - Returns: How many bytes of it were sent to the connection.
    private func feed(_ fanOut: RTMPFanOut, _ loop: EmbeddedEventLoop, seenBy connection: PeerConnection?) -> UInt64 {
        let before = connection?.counters.bytes ?? 0
        fanOut.consume(MediaTrack(id: .init(1), codec: .vp9, configuration: ByteBuffer(bytes: [1])))
        loop.run()
        return (connection?.counters.bytes ?? 0) - before
    }

    @Test("Wherever in the dialogue of a player it happens, nothing of the player is left", arguments: 0..<5)
    func player(steps: Int) throws {
        let pair = try Pair(.play(TestServer.Sink()))
        for _ in 0..<steps { _ = try pair.carry() }
        pair.serverPipe.isBroken = true
        while try pair.carry() {}
        // At the latest this finds it broken.
        _ = feed(pair.server.fanOut, pair.loop, seenBy: nil)
        #expect(feed(pair.server.fanOut, pair.loop, seenBy: pair.server.player.withLock { $0 }) == 0)
        #expect(!pair.serverEnd.isActive)
        #expect(pair.server.present.withLock { $0 } == (0, 0))
    }

    @Test("The client of a server that is gone says so once", arguments: 0..<5)
    func client(steps: Int) throws {
        let fanOut = RTMPFanOut()
        let pair = try Pair(.publish(fanOut))
        for _ in 0..<steps { _ = try pair.carry() }
        pair.clientPipe.isBroken = true
        while try pair.carry() {}
        _ = feed(fanOut, pair.loop, seenBy: nil)
        #expect(feed(fanOut, pair.loop, seenBy: pair.client.connection.withLock { $0 }) == 0)
        #expect(!pair.clientEnd.isActive)
        #expect(pair.client.ends.withLock { $0 } == 1)
    }
}
