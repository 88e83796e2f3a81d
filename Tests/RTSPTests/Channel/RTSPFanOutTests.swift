import Delivery
import Foundation
import Glibc
import Media
import NIOCore
import NIOEmbedded
import RTP
import Synchronization
import Testing

@testable import RTSP

@Suite("Fan-out to RTSP sessions")
struct RTSPFanOutTests {
    private struct Receiver {
        let channel: EmbeddedChannel
        let connection: PeerConnection
        let receiver: RTSPReceiver

        init(
            _ offer: RTSPOffer,
            on loop: EmbeddedEventLoop,
            channels: [Int: RTPChannelPair] = [0: RTPChannelPair(rtp: 0, rtcp: 1)]
        ) {
            channel = EmbeddedChannel(loop: loop)
            connection = PeerConnection(channel: channel)
            receiver = RTSPReceiver(
                writer: SocketWriter(channel, isSecured: false),
                channels: channels,
                generation: offer.generation,
                counters: connection.counters
            )
        }

        /// The frames that were sent since the last look.
        func received() throws -> [InterleavedFrame] {
            var decoder = RTSPMessageDecoder()
            var frames: [InterleavedFrame] = []
            while var bytes = try channel.readOutbound(as: ByteBuffer.self) {
                decoder.append(&bytes)
                while let message = try decoder.nextMessage() { frames += [message].frames }
            }
            return frames
        }

        /// The pictures among them, by what they are filled with.
        func pictures() throws -> [Int] {
            try received().filter { $0.channel % 2 == 0 && $0.payload.readableBytes > 80 }.compactMap { frame in
                frame.payload.readableBytesView.last.map { Int($0 & 0x7F) }
            }
        }
    }

    private let loop = EmbeddedEventLoop()
    private let fanOut: RTSPFanOut

    init() throws {
        fanOut = settledFanOut(try TestTracks.h264())
    }

    private func feed(_ index: Int, isKeyframe: Bool = false) {
        fanOut.consume(TestTracks.picture(index, isKeyframe: isKeyframe))
        loop.run()
    }

    private func offer() throws -> RTSPOffer { try #require(fanOut.offer(at: .now())) }

    private func add(_ receiver: Receiver, _ offer: RTSPOffer) throws {
        let reports = try #require(fanOut.add(receiver.receiver, offer, receiver.connection, on: loop))
        receiver.receiver.begin(with: reports)
    }

    @Test("A receiver that does not keep up loses whole samples up to the next keyframe; the other loses none")
    func slow() throws {
        feed(0, isKeyframe: true)
        let offer = try offer()
        let (slow, quick) = (Receiver(offer, on: loop), Receiver(offer, on: loop))
        for receiver in [slow, quick] { try add(receiver, offer) }
        // Not a place to begin.
        feed(0)
        feed(1, isKeyframe: true)
        slow.channel.isWritable = false
        feed(2)
        feed(3, isKeyframe: true)
        slow.channel.isWritable = true
        feed(4)
        feed(5, isKeyframe: true)
        feed(6)
        #expect(try slow.pictures() == [1, 5, 6])
        #expect(try quick.pictures() == [1, 2, 3, 4, 5, 6])
        // A keyframe is two packets: one with the parameter sets.
        #expect(slow.connection.counters.packetsDropped == 4)
        #expect(quick.connection.counters.packetsDropped == 0)
    }

    @Test("Nothing is offered when the stream ended; whoever plays waits, and goes on when it comes back")
    func ended() throws {
        feed(0, isKeyframe: true)
        let offer = try offer()
        let player = Receiver(offer, on: loop)
        try add(player, offer)
        feed(1, isKeyframe: true)
        fanOut.streamEnded()
        #expect(fanOut.offer(at: .now()) == nil)
        fanOut.consume(try TestTracks.h264())
        #expect(fanOut.offer(at: .now()) == nil)
        feed(2)
        #expect(try player.pictures() == [1, 2])
        #expect(fanOut.offer(at: .now())?.generation == offer.generation)
        // Nobody waits: what was told of the tracks need not hold.
        fanOut.remove(player.receiver, player.connection, on: loop)
        fanOut.streamEnded()
        fanOut.consume(TestTracks.g711())
        fanOut.consume(TestTracks.sound(0))
        #expect(fanOut.offer(at: .now())?.description.media.count == 1)
        #expect(fanOut.offer(at: .now())?.generation != offer.generation)
    }

    @Test("Tracks that ended are offered no more")
    func endedTracks() throws {
        fanOut.consume(TestTracks.g711())
        feed(0, isKeyframe: true)
        let offer = try offer()
        #expect(offer.description.media.count == 2)
        fanOut.tracksEnded(leaving: [try TestTracks.h264(), TestTracks.g711()])
        #expect(try self.offer().generation == offer.generation)
        fanOut.tracksEnded(leaving: [TestTracks.g711()])
        fanOut.consume(TestTracks.sound(1))
        let next = try self.offer()
        #expect(next.generation != offer.generation)
        #expect(next.description.media.count == 1)
        // Sound alone is a place to begin at.
        let player = Receiver(next, on: loop)
        try add(player, next)
        fanOut.consume(TestTracks.sound(2))
        loop.run()
        #expect(try player.received().contains { $0.channel == 0 })
    }

    @Test("Each gets its tracks on its channels, and reports beside them")
    func channels() throws {
        fanOut.consume(TestTracks.g711())
        feed(0, isKeyframe: true)
        let offer = try offer()
        let receiver = Receiver(offer, on: loop, channels: [1: RTPChannelPair(rtp: 10, rtcp: 11)])
        try add(receiver, offer)
        feed(1, isKeyframe: true)
        fanOut.consume(TestTracks.sound(1))
        feed(2)
        let frames = try receiver.received()
        #expect(Set(frames.map(\.channel)).isSubset(of: [10, 11]))
        #expect(frames.filter { $0.channel == 10 }.count == 1)
    }

    @Test("Under another description nobody gets anything, nor is added")
    func generations() throws {
        feed(0, isKeyframe: true)
        let old = try offer()
        let receiver = Receiver(old, on: loop)
        try add(receiver, old)
        feed(1, isKeyframe: true)
        #expect(try receiver.pictures() == [1])
        fanOut.consume(TestTracks.g711())
        feed(2, isKeyframe: true)
        #expect(try receiver.received().isEmpty)
        #expect(fanOut.add(receiver.receiver, old, receiver.connection, on: loop) == nil)
        #expect(!fanOut.add([:], old, receiver.connection))
        #expect(try offer().generation != old.generation)
    }

    @Test("Whoever waits for the stream hears of its next sample, once")
    func nextSample() {
        let calls = Mutex(0)
        fanOut.notifyOfNextSample { calls.withLock { $0 += 1 } }
        feed(0, isKeyframe: true)
        feed(1)
        #expect(calls.withLock { $0 } == 1)
        fanOut.notifyOfNextSample { calls.withLock { $0 += 1 } }
        fanOut.notifyOfNextSample(nil)
        feed(2)
        #expect(calls.withLock { $0 } == 1)
    }

    @Test("Samples from another thread reach everybody while sessions come and go")
    func threads() throws {
        feed(0, isKeyframe: true)
        let offer = try offer()
        let fanOut = fanOut
        let ports = TestPorts(20_000, track: 0, RTSPPlayerEcho())
        let connection = PeerConnection(channel: EmbeddedChannel(loop: loop))
        let feeder = Thread {
            for index in 1...100 { fanOut.consume(TestTracks.picture(index, isKeyframe: index % 10 == 0)) }
        }
        feeder.start()
        for _ in 0..<100 { #expect(fanOut.add([0: ports], offer, connection)) }
        while !feeder.isFinished { usleep(1_000) }
        #expect(ports.seen.reports == 100)
    }
}
