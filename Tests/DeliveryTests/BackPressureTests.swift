import NIOCore
import NIOEmbedded
import Testing

@testable import Delivery

@Suite("Peers that do not take what they are sent")
struct BackPressureTests {
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let pressure = BackPressure(limit: .seconds(10))
        var context: ChannelHandlerContext?
        var stalls = 0

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
        func channelWritabilityChanged(context: ChannelHandlerContext) {
            pressure.writabilityChanged(context) { self.stalls += 1 }
        }
    }

    private let handler = Handler()
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel

    init() throws {
        channel = EmbeddedChannel(handler: handler, loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 5_000)).wait()
    }

    /// What waits is of another size from now on.
    private func wait(_ byteCount: Int) {
        channel.flush()
        channel.write(ByteBuffer(repeating: 0, count: byteCount), promise: nil)
    }

    private func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    /// Whether the channel was told to read by itself; nil when it was told nothing.
    private var isReading: Bool? {
        channel.options.lazy.compactMap { $0.option is ChannelOptions.Types.AutoReadOption ? $0.value as? Bool : nil }
            .first
    }

    @Test("A peer that takes nothing has stalled after the limit, and not before; it is told once")
    func stalled() {
        wait(1_000)
        setWritable(false)
        loop.advanceTime(by: .seconds(10))
        #expect(handler.stalls == 0)
        loop.advanceTime(by: .milliseconds(500))
        #expect(handler.stalls == 1)
        loop.advanceTime(by: .seconds(60))
        #expect(handler.stalls == 1)
    }

    @Test("A peer that reads slowly has not, however long it goes on; from when it stops on, it has")
    func slow() {
        wait(1_000)
        setWritable(false)
        for round in 1...20 {
            loop.advanceTime(by: .seconds(9))
            wait(1_000 - round)
        }
        #expect(handler.stalls == 0)
        loop.advanceTime(by: .seconds(10))
        #expect(handler.stalls == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(handler.stalls == 1)
    }

    @Test("What is added to what waits is no sign of life")
    func growing() {
        wait(1_000)
        setWritable(false)
        for round in 1...11 {
            loop.advanceTime(by: .seconds(1))
            wait(1_000 + round)
        }
        #expect(handler.stalls == 1)
    }

    @Test("When it flows in between the time begins anew, though as much waits as before")
    func flows() {
        wait(1_000)
        setWritable(false)
        loop.advanceTime(by: .seconds(9))
        setWritable(true)
        loop.advanceTime(by: .seconds(60))
        setWritable(false)
        loop.advanceTime(by: .seconds(10))
        #expect(handler.stalls == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(handler.stalls == 1)
    }

    @Test("Nothing is read from a peer that does not read, nor from one that is held, but from one that is neither")
    func reading() throws {
        let context = try #require(handler.context)
        #expect(handler.pressure.isReading)
        setWritable(false)
        #expect(isReading == false)
        handler.pressure.setHeld(true, context)
        setWritable(true)
        #expect(isReading == false)
        #expect(!handler.pressure.isReading)
        setWritable(false)
        handler.pressure.setHeld(false, context)
        #expect(isReading == false)
        setWritable(true)
        #expect(isReading == true)
        #expect(handler.pressure.isReading)
    }

    @Test("A peer that is held and takes nothing stalls as well, from when it takes nothing on")
    func held() throws {
        let context = try #require(handler.context)
        setWritable(false)
        loop.advanceTime(by: .seconds(6))
        handler.pressure.setHeld(true, context)
        loop.advanceTime(by: .seconds(5))
        #expect(handler.stalls == 1)
    }

    @Test("After the end nobody is told, whatever the channel does")
    func end() throws {
        let context = try #require(handler.context)
        setWritable(false)
        handler.pressure.end()
        setWritable(true)
        setWritable(false)
        handler.pressure.setHeld(false, context)
        loop.advanceTime(by: .seconds(60))
        #expect(handler.stalls == 0)
        #expect(isReading == false)
    }
}
