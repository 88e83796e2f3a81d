import Delivery
import Media
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import RTMP

@Suite("Fan-out to RTMP receivers")
struct RTMPFanOutTests {
    private static let track = MediaTrack(id: .init(1), codec: .vp9, configuration: ByteBuffer(bytes: [1, 0, 0, 0]))

    private struct Receiver {
        let channel: EmbeddedChannel
        let receiver: RTMPReceiver
        let counters = PeerCounters()

        init(on loop: EmbeddedEventLoop, audience: FLVMetadata.Audience = .player) {
            channel = EmbeddedChannel(loop: loop)
            receiver = RTMPReceiver(
                writer: SocketWriter(channel, isSecured: false),
                audience: audience,
                streamID: 1,
                counters: counters
            )
        }

        /// The messages that were sent since the last look.
        func received() throws -> [RTMPMessage] {
            var reader = ChunkReader()
            var messages: [RTMPMessage] = []
            while var bytes = try channel.readOutbound(as: ByteBuffer.self) {
                reader.append(&bytes)
                while let message = try reader.nextMessage() { messages.append(message) }
            }
            return messages
        }
    }

    private static let audio = MediaTrack(id: .init(2), codec: .opus, configuration: ByteBuffer(bytes: [1]))

    private func sound(_ index: Int64) -> MediaSample {
        MediaSample(
            track: Self.audio.id,
            decodeTime: MediaTime(milliseconds: index * 20),
            isKeyframe: true,
            payload: ByteBuffer(repeating: UInt8(truncatingIfNeeded: index), count: 10)
        )
    }

    private func picture(_ index: Int64, isKeyframe: Bool) -> MediaSample {
        MediaSample(
            track: Self.track.id,
            decodeTime: MediaTime(milliseconds: index * 40),
            isKeyframe: isKeyframe,
            payload: ByteBuffer(repeating: UInt8(truncatingIfNeeded: index), count: 100)
        )
    }

    @Test("A receiver in the middle of a stream gets the headers and all since the keyframe, then what follows")
    func opening() throws {
        let loop = EmbeddedEventLoop()
        let fanOut = RTMPFanOut()
        fanOut.consume(Self.track)
        for index in 0..<5 { fanOut.consume(picture(Int64(index), isKeyframe: index == 2)) }
        let late = Receiver(on: loop)
        fanOut.add(late.receiver, on: loop)
        #expect(try late.received().map(\.type) == [.dataAMF0, .video, .video, .video, .video])
        fanOut.consume(picture(5, isKeyframe: false))
        loop.run()
        #expect(try late.received().map(\.timestamp) == [200])
        fanOut.remove(late.receiver, on: loop)
        fanOut.consume(picture(6, isKeyframe: false))
        loop.run()
        #expect(try late.received().isEmpty)
    }

    @Test("A receiver that does not keep up loses whole frames up to the next keyframe; the other loses none")
    func slow() throws {
        let loop = EmbeddedEventLoop()
        let fanOut = RTMPFanOut()
        fanOut.consume(Self.track)
        let (slow, quick) = (Receiver(on: loop), Receiver(on: loop))
        for receiver in [slow, quick] { fanOut.add(receiver.receiver, on: loop) }
        func send(_ index: Int64, isKeyframe: Bool = false) {
            fanOut.consume(picture(index, isKeyframe: isKeyframe))
            loop.run()
        }
        send(0, isKeyframe: true)
        send(1)
        slow.channel.isWritable = false
        send(2)
        send(3, isKeyframe: true)
        slow.channel.isWritable = true
        send(4)
        send(5, isKeyframe: true)
        send(6)
        let times = { (receiver: Receiver) in
            try receiver.received().filter { $0.type == .video && $0.payload.readableBytes > 50 }.map(\.timestamp)
        }
        #expect(try times(slow) == [0, 40, 200, 240])
        #expect(try times(quick) == [0, 40, 80, 120, 160, 200, 240])
        #expect(slow.counters.packetsDropped == 3)
        #expect(quick.counters.packetsDropped == 0)
    }

    @Test("What a receiver was sent in its opening is not sent again, nor counted as lost, when it does not keep up")
    func slowFromTheBeginning() throws {
        let loop = EmbeddedEventLoop()
        let fanOut = RTMPFanOut()
        fanOut.add(Receiver(on: loop).receiver, on: loop)
        fanOut.consume(Self.track)
        fanOut.consume(picture(0, isKeyframe: true))
        let late = Receiver(on: loop)
        fanOut.add(late.receiver, on: loop)
        late.channel.isWritable = false
        fanOut.consume(picture(1, isKeyframe: false))
        loop.run()
        #expect(try late.received().map(\.type) == [.dataAMF0, .video, .video])
        #expect(late.counters.packetsDropped == 1)
    }

    @Test("A player that joins when a stream has ended is sent nothing until the next one, and nothing of the last one")
    func idle() throws {
        let loop = EmbeddedEventLoop()
        let fanOut = RTMPFanOut()
        for track in [Self.track, Self.audio] { fanOut.consume(track) }
        let early = Receiver(on: loop)
        fanOut.add(early.receiver, on: loop)
        for index in 0..<5 as Range<Int64> { fanOut.consume(picture(index, isKeyframe: index == 0)) }
        fanOut.streamEnded()
        loop.run()
        _ = try early.received()
        let late = Receiver(on: loop)
        fanOut.add(late.receiver, on: loop)
        loop.run()
        #expect(try late.received().isEmpty)
        fanOut.consume(Self.audio)
        for index in 500..<502 as Range<Int64> { fanOut.consume(sound(index)) }
        loop.run()
        for receiver in [early, late] {
            let messages = try receiver.received()
            #expect(messages.map(\.type) == [.dataAMF0, .audio, .audio, .audio])
            #expect(messages.suffix(2).map(\.timestamp) == [10_000, 10_020])
            let values = try AMFDecoder().decodeAll(of: try #require(messages.first))
            let metadata = try #require(FLVMetadata.object(in: values))
            #expect(metadata["videocodecid"] == nil)
            #expect(metadata["audiocodecid"] != nil)
        }
    }

    @Test("When the pictures end players hear of it, and sound alone is a place to begin at, however long it runs")
    func soundAlone() throws {
        let loop = EmbeddedEventLoop()
        let fanOut = RTMPFanOut()
        for track in [Self.track, Self.audio] { fanOut.consume(track) }
        fanOut.consume(picture(0, isKeyframe: true))
        let early = Receiver(on: loop)
        fanOut.add(early.receiver, on: loop)
        _ = try early.received()
        // Of those that are left out, one may take the place of one that ended.
        let other = MediaTrack(id: .init(3), codec: .mp3)
        fanOut.consume(other)
        fanOut.tracksEnded(leaving: [Self.audio, other])
        loop.run()
        #expect(try early.received().map(\.type) == [.dataAMF0])
        for index in 0..<Int64(RTMPGroup.maximumFrames) + 10 { fanOut.consume(sound(index)) }
        let late = Receiver(on: loop)
        fanOut.add(late.receiver, on: loop)
        #expect(try late.received().map(\.type) == [.dataAMF0, .audio, .audio])
        fanOut.tracksEnded(leaving: [other])
        loop.run()
        #expect(try late.received().filter { $0.type == .dataAMF0 }.count == 2)
        fanOut.consume(
            MediaSample(track: other.id, decodeTime: .zero, isKeyframe: true, payload: ByteBuffer(bytes: [1]))
        )
        loop.run()
        #expect(try late.received().map(\.type) == [.audio])
    }

    @Test(
        "A player of a stream whose pictures are announced and do not come gets its sound, and pictures from a keyframe"
    )
    func missingPictures() throws {
        let loop = EmbeddedEventLoop()
        let fanOut = RTMPFanOut()
        for track in [Self.track, Self.audio] { fanOut.consume(track) }
        for index in 0..<600 as Range<Int64> { fanOut.consume(sound(index)) }
        let player = Receiver(on: loop)
        fanOut.add(player.receiver, on: loop)
        #expect(try player.received().filter { $0.payload.readableBytes > 9 && $0.type == .audio }.count == 1)
        fanOut.consume(picture(300, isKeyframe: false))
        let late = Receiver(on: loop)
        fanOut.add(late.receiver, on: loop)
        #expect(try late.received().allSatisfy { $0.timestamp == 0 })
    }

    @Test("A server is asked to set the metadata, a player is told of it")
    func metadata() throws {
        let loop = EmbeddedEventLoop()
        let fanOut = RTMPFanOut()
        fanOut.consume(Self.track)
        fanOut.consume(picture(0, isKeyframe: true))
        for (audience, first) in [(FLVMetadata.Audience.player, "onMetaData"), (.server, "@setDataFrame")] {
            let receiver = Receiver(on: loop, audience: audience)
            fanOut.add(receiver.receiver, on: loop)
            let message = try #require(try receiver.received().first { $0.type == .dataAMF0 })
            let values = try AMFDecoder().decodeAll(of: message)
            #expect(values.first?.string == first)
            #expect(FLVMetadata.object(in: values) != nil)
        }
    }

    @Test("Whoever waits for the stream hears of its next sample, once")
    func nextSample() {
        let calls = Mutex(0)
        let fanOut = RTMPFanOut()
        fanOut.consume(Self.track)
        fanOut.notifyOfNextSample { calls.withLock { $0 += 1 } }
        fanOut.consume(picture(0, isKeyframe: true))
        fanOut.consume(picture(1, isKeyframe: false))
        #expect(calls.withLock { $0 } == 1)
        fanOut.notifyOfNextSample { calls.withLock { $0 += 1 } }
        fanOut.notifyOfNextSample(nil)
        fanOut.consume(picture(2, isKeyframe: false))
        #expect(calls.withLock { $0 } == 1)
    }
}
