import Media
import NIOCore
import Testing

@testable import RTSP

@Suite("RTSP server session: proofs and decisions")
struct ServerAccessTests {
    private static let user = RTSPCredentials(username: "user", password: "pw")

    /// A client's request with its proof.
    private func proved(
        _ request: RTSPRequest,
        _ actions: [RTSPServerAction],
        _ credentials: RTSPCredentials = user
    ) -> RTSPRequest {
        var client = RTSPClientAuthenticator(credentials: credentials, seed: [1])
        client.challenged(by: actions.responses.last?.headers.all(.wwwAuthenticate) ?? [], allowsBasic: true)
        var request = request
        request.headers[.authorization] = client.authorization(for: request.method, uri: request.uri)
        return request
    }

    @Test("Without credentials everybody is let in")
    func open() {
        var session = makeServer(.decidingPlay)
        #expect(session.authenticate(nil, at: .zero) == nil)
        #expect(session.allow(pictureAndSound, at: .zero).statuses == [.ok])
    }

    @Test(
        "A client is asked for a proof, gives it, and is not asked again for SETUP and PLAY",
        arguments: [RTSPMethod.describe, .announce]
    )
    func proof(_ method: RTSPMethod) {
        var session = makeServer()
        let first = request(method, body: announcement)
        _ = session.requestReceived(first, at: .zero)
        let challenge = session.authenticate(Self.user, at: .zero) ?? []
        #expect(challenge.statuses == [.unauthorized])
        #expect(challenge.others == [])
        #expect(session.requestReceived(proved(first, challenge), at: .zero).count == 1)
        #expect(session.authenticate(Self.user, at: .zero) == nil)
        #expect(session.allow(pictureAndSound, at: .zero).statuses == [.ok])
        let track = method == .announce ? "/streamid=0" : "/trackID=0"
        #expect(session.requestReceived(request(.setup, stadium + track, tcpTransport), at: .zero).statuses == [.ok])
    }

    @Test("Wrong proofs are told and counted, then the connection is closed")
    func guessing() {
        var session = makeServer()
        let wrong = RTSPCredentials(username: "user", password: "guess")
        let access = RTSPAccessRequest(role: .play, path: RTSPPath(flow: "stadium", name: "studio"))
        _ = session.requestReceived(request(.describe), at: .zero)
        var answer = session.authenticate(Self.user, at: .zero) ?? []
        for _ in 0..<2 {
            _ = session.requestReceived(proved(request(.describe), answer, wrong), at: .zero)
            answer = session.authenticate(Self.user, at: .zero) ?? []
            #expect(answer.statuses == [.unauthorized])
            #expect(answer.others == [.proofFailed(access)])
        }
        _ = session.requestReceived(proved(request(.describe), answer, wrong), at: .zero)
        answer = session.authenticate(Self.user, at: .zero) ?? []
        #expect(answer.statuses == [.unauthorized])
        #expect(answer.others == [.proofFailed(access), .close(.tooManyFailedProofs)])
    }

    @Test("A proof that is too old is no wrong one")
    func stale() {
        var session = makeServer()
        _ = session.requestReceived(request(.describe), at: .zero)
        let challenge = session.authenticate(Self.user, at: .zero) ?? []
        let late = MonotonicTime.seconds(301)
        _ = session.requestReceived(proved(request(.describe), challenge), at: late)
        let again = session.authenticate(Self.user, at: late) ?? []
        #expect(again.others == [])
        #expect(again.header(.wwwAuthenticate)?.contains("stale=TRUE") == true)
        _ = session.requestReceived(proved(request(.describe), again), at: late)
        #expect(session.authenticate(Self.user, at: late) == nil)
    }

    @Test("Neither a response nor a reason to close tells the credentials")
    func secrets() {
        let secret = RTSPCredentials(username: "secret-user", password: "secret-password")
        var session = makeServer(methods: [.digest(.sha256), .digest(.md5), .basic])
        for _ in 0..<5 {
            var describe = request(.describe)
            describe.headers.add(.authorization, "Basic c2VjcmV0LXVzZXI6eA==")
            let actions = session.requestReceived(describe, at: .zero) + (session.authenticate(secret, at: .zero) ?? [])
            #expect(!"\(actions)".contains("secret"))
            for response in actions.responses {
                #expect(!String(decoding: response.bytes, as: UTF8.self).contains("secret"))
            }
        }
        #expect(session.isClosed)
    }

    @Test("Requests wait while one is being decided, and are answered in order")
    func pipeline() {
        var session = makeServer()
        func send(_ request: RTSPRequest) -> [RTSPServerAction] { session.requestReceived(request, at: .zero) }
        #expect(send(request(.describe, cSeq: 1)).count == 1)
        #expect(send(request(.options, cSeq: 2)) == [])
        #expect(send(request(.setup, stadium + "/trackID=0", tcpTransport, cSeq: 3)) == [])
        #expect(send(request(.setup, stadium + "/trackID=1", udpTransport, cSeq: 4)) == [])
        #expect(send(request(.play, cSeq: 5)) == [])
        let first = session.allow(pictureAndSound, at: .zero)
        #expect(first.responses.map(\.headers.cSeq) == [1, 2, 3])
        #expect(first.last == .openPorts(track: 1))
        let second = session.openedPorts(RTPPortPair(rtp: 6_000, rtcp: 6_001), at: .zero)
        #expect(second.responses.map(\.headers.cSeq) == [4])
        guard case .startPlaying = second.last else {
            Issue.record("\(second)")
            return
        }
        #expect(session.startedPlaying(at: .zero).responses.map(\.headers.cSeq) == [5])
    }

    @Test("Too many requests at a time close", arguments: ServerPhase.deciding)
    func flood(_ phase: ServerPhase) {
        var session = makeServer(phase)
        for _ in 0..<16 { #expect(session.requestReceived(request(.options), at: .zero) == []) }
        #expect(session.requestReceived(request(.options), at: .zero) == [.ended, .close(.tooManyWaitingRequests)])
        #expect(session.allow(pictureAndSound, at: .zero) == [])
    }

    @Test("Answers that nobody asked for do nothing", arguments: ServerPhase.allCases)
    func uncalled(_ phase: ServerPhase) {
        var session = makeServer(phase)
        let before = session.nextDeadline
        if phase != .decidingPlay && phase != .decidingPublish {
            #expect(session.allow(pictureAndSound, at: .zero) == [])
            #expect(session.authenticate(Self.user, at: .zero) == nil)
        }
        if phase != .openingPorts { #expect(session.openedPorts(RTPPortPair(rtp: 2, rtcp: 3), at: .zero) == []) }
        if phase != .startingPlay { #expect(session.startedPlaying(at: .zero) == []) }
        if !ServerPhase.deciding.contains(phase) { #expect(session.refuse(.notFound, at: .zero) == []) }
        #expect(session.nextDeadline == before)
    }

    @Test("A connection that goes lets go of what it had", arguments: ServerPhase.allCases)
    func gone(_ phase: ServerPhase) {
        var session = makeServer(phase)
        #expect(session.connectionClosed() == (phase == .open || phase == .closed ? [] : [.ended]))
        #expect(session.isClosed)
        #expect(session.connectionClosed() == [])
    }

    @Test("After the end nothing happens any more")
    func afterTheEnd() {
        var session = makeServer(.closed)
        for method in [RTSPMethod.options, .describe, .announce, .setup, .play, .record, .teardown] {
            #expect(session.requestReceived(request(method), at: .zero) == [])
        }
        #expect(session.bytesReceived(.max, messageUnderWay: 1, at: .zero) == [])
        #expect(session.timePassed(at: .seconds(10_000)) == [])
        #expect(session.decodingFailed(.lineTooLong, at: .zero) == [])
        #expect(session.refuse(.overBandwidth, at: .zero) == [])
        #expect(session.packetReceived(channel: 0, at: .zero) == nil)
        #expect(session.nextDeadline == nil)
    }
}
