import Media
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import RTSP

@Suite("RTSP server connection: wrong credentials")
struct ServerProofHandlerTests {
    private let place: TestPlace
    private let gate: TestGate
    private let play: ServerPlay

    init() throws {
        let fanOut = settledFanOut(try TestTracks.h264())
        fanOut.consume(TestTracks.picture(0, isKeyframe: true))
        place = TestPlace(credentials: RTSPCredentials(username: "user", password: "right"), fanOut: fanOut)
        gate = TestGate(["studio": place])
        gate.rules.withLock { $0.delay = .milliseconds(250) }
        play = try ServerPlay(gate)
    }

    /// A client that was challenged on a connection.
    private func challenged(_ password: String, _ play: ServerPlay) throws -> RTSPClientAuthenticator {
        let challenge = try play.ask(.describe)
        #expect(challenge.map(\.status) == [.unauthorized])
        var client = RTSPClientAuthenticator(
            credentials: RTSPCredentials(username: "user", password: password),
            seed: Array(0..<32)
        )
        let values = challenge.first?.headers.all(.wwwAuthenticate) ?? []
        #expect(client.challenged(by: values, allowsBasic: false) != nil)
        return client
    }

    private func describe(_ client: inout RTSPClientAuthenticator, _ play: ServerPlay) throws -> ByteBuffer {
        let proof = client.authorization(for: .describe, uri: stadium)
        return play.make(.describe, stadium, ("Authorization", try #require(proof)))
    }

    @Test("The answer comes after the delay; the first question is no try, and other connections do not wait")
    func held() throws {
        var wrong = try challenged("wrong", play)
        #expect(gate.log.all == ["connected"])
        try play.send(bytes: try describe(&wrong, play))
        #expect(gate.log.all == ["connected", "wrong proof"])
        let other = try ServerPlay(gate)
        var right = try challenged("right", other)
        try other.send(bytes: try describe(&right, other))
        #expect(try other.received().responses.map(\.status) == [.ok])
        play.loop.advanceTime(by: .milliseconds(249))
        #expect(try play.received().isEmpty)
        play.loop.advanceTime(by: .milliseconds(1))
        #expect(try play.received().responses.map(\.status) == [.unauthorized])
        // It may try again.
        var second = try challenged("right", play)
        try play.send(bytes: try describe(&second, play))
        #expect(try play.received().responses.map(\.status) == [.ok])
    }

    @Test("Guesses that are sent together are answered one after the other, and the connection ends with the third")
    func together() throws {
        var wrong = try challenged("wrong", play)
        var bytes = ByteBuffer()
        for _ in 0..<5 { bytes.writeImmutableBuffer(try describe(&wrong, play)) }
        try play.send(bytes: bytes)
        for number in 1...3 {
            #expect(gate.log.all.filter { $0 == "wrong proof" }.count == number)
            #expect(!play.isClosed)
            play.loop.advanceTime(by: .milliseconds(249))
            #expect(try play.received().isEmpty)
            play.loop.advanceTime(by: .milliseconds(1))
            #expect(try play.received().responses.map(\.status) == [.unauthorized])
        }
        #expect(play.isClosed)
        #expect(gate.log.all == ["connected", "wrong proof", "wrong proof", "wrong proof", "disconnected"])
        #expect(place.log.all.filter { $0 != "leave" } == [])
    }

    @Test("What a client asks while it waits is answered after that, in order")
    func inOrder() throws {
        var wrong = try challenged("wrong", play)
        var bytes = try describe(&wrong, play)
        bytes.writeImmutableBuffer(play.make(.options))
        try play.send(bytes: bytes)
        try play.send(bytes: play.make(.options))
        #expect(try play.received().isEmpty)
        play.loop.advanceTime(by: .milliseconds(250))
        #expect(try play.received().responses.map(\.status) == [.unauthorized, .ok, .ok])
    }

    @Test("Who goes while it waits is gone: nothing happens when the wait is over")
    func gone() throws {
        var wrong = try challenged("wrong", play)
        try play.send(bytes: try describe(&wrong, play))
        try play.channel.close().wait()
        play.loop.run()
        let log = gate.log.all
        #expect(log == ["connected", "wrong proof", "disconnected"])
        play.loop.advanceTime(by: .seconds(60))
        #expect(gate.log.all == log)
    }
}
