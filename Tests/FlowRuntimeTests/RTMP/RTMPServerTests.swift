import Delivery
import FlowHub
import FlowModel
import Media
import NIOCore
import NetworkAddress
import RTMP
import Synchronization
import Testing

@testable import FlowRuntime

@Suite("Places on the RTMP port")
struct RTMPServerTests {
    private final class Clock: Sendable {
        let seconds = Atomic<Int64>(0)
        var now: MonotonicTime { MonotonicTime(nanoseconds: seconds.load(ordering: .relaxed) * 1_000_000_000) }
    }

    private let clock = Clock()
    private let events = EventLog()
    private let hub: FlowHub
    private let server: RTMPServer

    init() {
        let (clock, events) = (clock, events)
        hub = FlowHub(settings: .init(maxBandwidth: 1_000_000), clock: { clock.now }) { event in
            events.add(FlowEvent(event, flow: "stadium"))
        }
        server = RTMPServer(eventLoops: EventLoops(), refusals: RefusalLedger { events.add($0) }) { events.add($0) }
        _ = server.addPublication(
            flow: "stadium",
            component: "camera/main",
            key: "in",
            allow: .everyone,
            leg: hub.addLeg(LegID(input: "camera", leg: "main"))
        )
        _ = server.addPresentation(flow: "stadium", component: "studio", key: "out", allow: .everyone, maximum: 9)
    }

    private func address(_ port: Int) throws -> SocketAddress { try SocketAddress(ipAddress: "192.0.2.1", port: port) }

    private func publish(_ connection: PeerConnection, key: String = "in", flow: String = "stadium") throws -> Refusal?
    {
        switch server.publish(RTMPStreamName(flow: flow, key: key), from: try address(1), connection) {
        case .success(let sink):
            sink.peerConnected(connection.remote)
            return nil
        case .failure(let refusal): return refusal.reason
        }
    }

    private func play(_ connection: PeerConnection, key: String = "out") throws -> Refusal? {
        switch server.play(RTMPStreamName(flow: "stadium", key: key), from: try address(1), connection) {
        case .success: nil
        case .failure(let refusal): refusal.reason
        }
    }

    @Test("A publisher that brings nothing for five seconds gives way to the next one, and not before")
    func silentPublisher() throws {
        let (one, other) = (try makeConnection(port: 1), try makeConnection(port: 2))
        #expect(try publish(one) == nil)
        clock.seconds.store(4, ordering: .relaxed)
        #expect(try publish(other) == .alreadyPublishing)
        clock.seconds.store(5, ordering: .relaxed)
        #expect(try publish(other) == nil)
        server.publishEnded(one)
        #expect(try publish(one) == .alreadyPublishing)
        let disconnection = try #require(events.all.first { $0.reason == "Disconnected" })
        #expect(disconnection.remote == "192.0.2.1:1")
        #expect(disconnection.message.contains(PublisherSink.reason))
        server.publishEnded(other)
        #expect(try publish(one) == nil)
    }

    @Test("What a peer does wrong is told of the leg or the output that it was let in to")
    func misbehaviour() throws {
        let (publisher, player) = (try makeConnection(port: 1), try makeConnection(port: 2))
        #expect(try publish(publisher) == nil)
        #expect(try play(player) == nil)
        server.misbehaved("wrong", publisher)
        server.stalled(player)
        server.misbehaved("wrong", try makeConnection(port: 3))
        let told = events.all.filter { ["MalformedStream", "ReceiverStalled"].contains($0.reason) }
        #expect(told.map(\.flow) == ["stadium", "stadium", ""])
        #expect(told.map(\.component) == ["camera/main", "studio", "rtmp"])
        #expect(told.map(\.message) == ["wrong", "the player does not read", "wrong"])
    }

    @Test("Who is refused is told of in the words of RTMP")
    func words() throws {
        let peers = try (1...5).map { try makeConnection("192.0.2.\($0)") }
        #expect(try publish(peers[0], key: "wrong") == .unknownStreamKey)
        #expect(try play(peers[1], key: "wrong") == .unknownStreamKey)
        #expect(try publish(peers[2], key: "in", flow: "nothing") == .unknownStreamKey)
        #expect(try publish(peers[3], key: "out") == .wrongDirection)
        #expect(try play(peers[4], key: "in") == .wrongDirection)
        #expect(
            events.all.map(\.message) == [
                "no input of the flow has the stream key that came",
                "no output of the flow has the stream key that came",
                "there is no flow of the name that was asked for",
                "a publisher asked for an output",
                "a receiver asked for an input",
            ]
        )
    }
}
