import Media
import NIOCore
import NIOEmbedded
import Testing

@testable import Delivery

@Suite("A connection as its owner holds it")
struct PeerConnectionTests {
    /// Keeps the events, and may cause one in the middle of its own work.
    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = Never
        var events: [String] = []
        var isBusy = false

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            #expect(!isBusy)
            switch event as? PeerConnection.Event {
            case .refuse(let refusal): events.append("refuse \(refusal.rawValue)")
            case .end: events.append("end")
            case nil: events.append("another")
            }
        }
    }

    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    private let listener = Listener()

    init() throws {
        channel = EmbeddedChannel(handler: listener, loop: loop)
    }

    @Test("The handler is told later, also when the owner is called by it")
    func later() throws {
        let connection = PeerConnection(channel: channel)
        listener.isBusy = true
        connection.refuse(.overBandwidth)
        connection.end()
        listener.isBusy = false
        #expect(listener.events == [])
        loop.run()
        #expect(listener.events == ["refuse OverBandwidth", "end"])
    }

    @Test("What comes when the connection is gone does nothing")
    func gone() throws {
        let connection = PeerConnection(channel: channel)
        try channel.close().wait()
        loop.run()
        connection.end()
        loop.run()
        #expect(listener.events == [])
    }

    @Test(
        "Peers are named by address and port",
        arguments: [("192.0.2.7", "192.0.2.7:51234"), ("2001:db8::1", "[2001:db8::1]:51234")]
    )
    func text(_ address: String, _ text: String) throws {
        let address = try SocketAddress(ipAddress: address, port: 51_234)
        #expect(SocketAddress?.some(address).peerText == text)
        #expect(SocketAddress?.none.peerText == "unknown")
        #expect(SocketAddress?.some(try SocketAddress(unixDomainSocketPath: "/tmp/x")).peerText == "unknown")
    }

    @Test("Counters add up what was sent and what was left out")
    func counters() {
        let counters = PeerCounters()
        counters.sent(bytes: 1_000)
        counters.sent(bytes: 500, packets: 3)
        counters.dropped()
        counters.dropped(packets: 4)
        #expect(counters.bytes == 1_500)
        #expect(counters.packets == 4)
        #expect(counters.packetsDropped == 5)
    }
}
