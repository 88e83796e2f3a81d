import HLS
import HeadgateTestKit
import Media
import NIOCore
import NIOEmbedded
import NetworkAddress
import Synchronization
import Testing

@testable import FlowRuntime

@Suite("The stream of an HLS output")
struct HLSStreamTests {
    /// AAC-LC, 48 kHz, stereo: each sample lasts 1,920 ticks, and a segment can begin with any of them.
    private static let audio = MediaTrack(id: .init(2), codec: .aac, configuration: ByteBuffer(bytes: [0x11, 0x90]))

    private let held = HeldRequests()
    private let loop = NIOAsyncTestingEventLoop()
    private let unsupported = Box<[Codec]>([])

    private final class Box<Value: Sendable>: Sendable {
        let value: Mutex<Value>
        init(_ value: Value) { self.value = Mutex(value) }
    }

    private func makeStream() -> HLSStream {
        let stream = HLSStream(
            configuration: HLSConfiguration(segmentDuration: .seconds(1)),
            held: held,
            loop: loop
        ) { [unsupported] codec in unsupported.value.withLock { $0.append(codec) } }
        stream.consume(Self.audio)
        return stream
    }

    private func feed(_ range: Range<Int>, to stream: HLSStream) {
        for index in range {
            stream.consume(
                MediaSample(
                    track: Self.audio.id,
                    decodeTime: MediaTime(ticks: Int64(index) * 1_920),
                    isKeyframe: true,
                    payload: ByteBuffer(repeating: UInt8(truncatingIfNeeded: index), count: 100)
                )
            )
        }
    }

    private func text(_ delivery: HLSDelivery) -> String? {
        guard case .content(let content) = delivery else { return nil }
        return content.pieces.map { String(buffer: $0) }.joined()
    }

    /// The number of the last segment that is complete.
    private func lastSegment(of stream: HLSStream) async throws -> Int {
        let playlist = try #require(text(await stream.answer(HLSRequest(.playlist(.transport)), to: "192.0.2.1")))
        return try #require(
            playlist.split(separator: "\n").last { !$0.hasPrefix("#") }.flatMap { Int($0.dropLast(3)) }
        )
    }

    private func wait(for count: Int, on stream: HLSStream) async throws {
        try await eventually("\(count) requests wait") { stream.waitingRequests == count }
    }

    @Test("A player that comes before there is anything to play gets the playlist as soon as there is")
    func firstPlaylist() async throws {
        let stream = makeStream()
        async let answer = stream.answer(HLSRequest(.multivariantPlaylist(.transport)), to: "192.0.2.1")
        try await wait(for: 1, on: stream)
        feed(0..<100, to: stream)
        #expect(text(await answer)?.contains("ts.m3u8") == true)
    }

    @Test("A reload that names the next part waits for it, and for nothing less")
    func blockingReload() async throws {
        let stream = makeStream()
        feed(0..<240, to: stream)
        let number = try await lastSegment(of: stream) + 1
        // The segment in progress has a few parts; the third one from here is asked for.
        let parts = try #require(text(await stream.answer(HLSRequest(.playlist(.transport)), to: "")))
            .split(separator: "\n").count { $0.contains("URI=\"\(number).") && $0.hasPrefix("#EXT-X-PART:") }
        let wanted = HLSRequest(.playlist(.transport), reload: .init(segment: number, part: parts + 1))
        let isAnswered = Box(false)
        async let answer = {
            let answer = await stream.answer(wanted, to: "192.0.2.1")
            isAnswered.value.withLock { $0 = true }
            return answer
        }()
        try await wait(for: 1, on: stream)
        var index = 240
        func isThere(_ part: Int) async -> Bool {
            let playlist = text(await stream.answer(HLSRequest(.playlist(.transport)), to: "")) ?? ""
            return playlist.contains("#EXT-X-PART:") && playlist.contains("URI=\"\(number).\(part).ts\",INDEPENDENT")
        }
        while await !isThere(parts) {
            feed(index..<index + 1, to: stream)
            index += 1
        }
        // One part came, and it was the wrong one: the request is on its way back to waiting.
        try await wait(for: 1, on: stream)
        #expect(!isAnswered.value.withLock { $0 })
        while await !isThere(parts + 1) {
            feed(index..<index + 1, to: stream)
            index += 1
        }
        #expect(text(await answer)?.contains("URI=\"\(number).\(parts + 1).ts\"") == true)
    }

    @Test("Who waits for longer than a player may gets no answer")
    func patience() async throws {
        let stream = makeStream()
        async let answer = stream.answer(HLSRequest(.playlist(.fragments)), to: "192.0.2.1")
        try await wait(for: 1, on: stream)
        await loop.advanceTime(by: .seconds(14))
        #expect(stream.waitingRequests == 1)
        await loop.advanceTime(by: .seconds(2))
        #expect(await answer == .unavailable)
        #expect(stream.waitingRequests == 0)
    }

    @Test("Who is cancelled waits no longer")
    func cancellation() async throws {
        let stream = makeStream()
        let task = Task { await stream.answer(HLSRequest(.playlist(.fragments)), to: "192.0.2.1") }
        try await wait(for: 1, on: stream)
        task.cancel()
        #expect(await task.value == .unavailable)
        #expect(stream.waitingRequests == 0)
    }

    @Test("When the output stops nobody waits, and nothing is there")
    func stop() async throws {
        let stream = makeStream()
        async let answer = stream.answer(HLSRequest(.playlist(.fragments)), to: "192.0.2.1")
        try await wait(for: 1, on: stream)
        stream.stop()
        #expect(await answer == .notFound)
        feed(0..<100, to: stream)
        #expect(await stream.answer(HLSRequest(.multivariantPlaylist(.transport)), to: "192.0.2.1") == .notFound)
    }

    @Test("So many requests wait, and no more; those that are answered make room")
    func limit() async throws {
        let stream = makeStream()
        await withTaskGroup(of: HLSDelivery.self) { group in
            for _ in 0..<HeldRequests.maximum {
                group.addTask { await stream.answer(HLSRequest(.playlist(.fragments)), to: "192.0.2.1") }
            }
            try? await wait(for: HeldRequests.maximum, on: stream)
            #expect(await stream.answer(HLSRequest(.playlist(.fragments)), to: "192.0.2.1") == .unavailable)
            feed(0..<240, to: stream)
            for await answer in group { #expect(text(answer) != nil) }
        }
        #expect(held.take())
        held.giveBack()
    }

    @Test("A change of the source is a discontinuity")
    func discontinuity() async throws {
        let stream = makeStream()
        feed(0..<240, to: stream)
        let before = try #require(text(await stream.answer(HLSRequest(.playlist(.transport)), to: "")))
        #expect(!before.contains("#EXT-X-DISCONTINUITY\n"))
        stream.sourceChanged()
        feed(240..<260, to: stream)
        let after = try #require(text(await stream.answer(HLSRequest(.playlist(.transport)), to: "")))
        #expect(after.contains("#EXT-X-DISCONTINUITY\n"))
    }

    @Test("Readers share a segment's bytes")
    func sharing() async throws {
        let stream = makeStream()
        feed(0..<240, to: stream)
        let number = try await lastSegment(of: stream)
        func address(_ delivery: HLSDelivery) -> UnsafeRawPointer? {
            guard case .content(let content) = delivery else { return nil }
            return content.pieces.first?.withUnsafeReadableBytes { $0.baseAddress }
        }
        let first = await stream.answer(HLSRequest(.segment(number, .transport)), to: "192.0.2.1")
        let second = await stream.answer(HLSRequest(.segment(number, .transport)), to: "192.0.2.2")
        #expect(address(first) != nil)
        #expect(address(first) == address(second))
        let audience = stream.audience(at: .now())
        #expect(audience.members.keys.sorted() == ["192.0.2.1", "192.0.2.2"])
        #expect(audience.requests == 3)
    }

    @Test("A codec that is not carried is told")
    func unsupportedCodec() async {
        let stream = makeStream()
        stream.consume(MediaTrack(id: .init(1), codec: .av1))
        await loop.run()
        #expect(unsupported.value.withLock { $0 } == [.av1])
    }

    @Test("What is asked for is told apart by flow, and a stream leaves only its own place")
    func streams() async {
        let streams = HLSStreams(endpoint: IPEndpoint(address: IPAddress(v4: 0), port: 0))
        let (first, second) = (makeStream(), makeStream())
        for stream in [first, second] { feed(0..<240, to: stream) }
        streams.add(first, ofFlow: "a")
        streams.add(second, ofFlow: "a")
        streams.remove(first, ofFlow: "a")
        func answer(_ name: String, _ query: String = "", of flow: String = "a") async -> HLSDelivery {
            await streams.answer(name, query: query, ofFlow: flow, to: "192.0.2.1")
        }
        #expect(text(await answer("index.m3u8")) != nil)
        #expect(await answer("index.m3u8", of: "b") == .notFound)
        #expect(await answer("index.html") == .notFound)
        #expect(await answer("live.m3u8", "_HLS_msn=x") == .badRequest)
        #expect(await answer("live.m3u8", "_HLS_msn=9999999999") == .badRequest)
        streams.remove(second, ofFlow: "a")
        #expect(await answer("index.m3u8") == .notFound)
    }
}
