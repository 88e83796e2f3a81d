import Media
import NIOCore
import NetworkAddress
import Testing

@testable import RTSP

/// Our client and our server, through the bytes that each of them writes.
private struct Loopback {
    var client: RTSPClientSession
    var server: RTSPServerSession
    let credentials: RTSPCredentials?
    var started: [RTSPClientTrack]?
    var failure: RTSPClientFailure?
    var announced: SessionDescription?
    var serverTracks: [RTSPServerTrack] = []

    init(
        _ role: RTSPClientSession.Role,
        _ transport: RTSPClientSession.TransportPreference,
        _ methods: [RTSPServerAuthenticator.Method] = [],
        password: String = "pw",
        allowsUDP: Bool = true
    ) throws {
        credentials = methods.isEmpty ? nil : RTSPCredentials(username: "user", password: "pw")
        client = RTSPClientSession(
            role: role,
            url: try RTSPURL(parsing: "rtsp://user:\(password)@gateway/stadium/studio"),
            transport: transport,
            seed: [1]
        )
        server = RTSPServerSession(
            seed: [2],
            peer: IPAddress("192.0.2.1"),
            allowsUDP: allowsUDP,
            methods: methods,
            at: .zero
        )
    }

    mutating func connect() throws { try obey(client.connected(peer: IPAddress("192.0.2.2"), at: .zero)) }
    mutating func finish() throws { try obey(client.finish()) }

    private mutating func obey(_ actions: [RTSPClientAction]) throws {
        for action in actions {
            switch action {
            case .send(let request):
                guard case .request(let read) = try decode(request.bytes).first else { throw RTSPWireError.notRTSP }
                try obey(server.requestReceived(read, at: .zero))
            case .chooseTracks(let description):
                try obey(client.choose(Array(description.media.indices), at: .zero))
            case .openPorts(let track):
                let port = UInt16(7_000 + track * 2)
                try obey(client.openedPorts(RTPPortPair(rtp: port, rtcp: port + 1), at: .zero))
            case .started(let tracks): started = tracks
            case .failed(let failure): self.failure = failure
            case .respond, .setUp, .reconnect, .ended: break
            }
        }
    }

    private mutating func obey(_ actions: [RTSPServerAction]) throws {
        for action in actions {
            switch action {
            case .send(let response):
                guard case .response(let read) = try decode(response.bytes).first else { throw RTSPWireError.notRTSP }
                try obey(client.responseReceived(read, at: .zero))
            case .decideAccess(let access):
                if let answer = server.authenticate(credentials, at: .zero) {
                    try obey(answer)
                } else {
                    announced = access.description
                    try obey(server.allow(pictureAndSound, at: .zero))
                }
            case .openPorts(let track):
                let port = UInt16(8_000 + track * 2)
                try obey(server.openedPorts(RTPPortPair(rtp: port, rtcp: port + 1), at: .zero))
            case .startPlaying(let tracks):
                serverTracks = tracks
                try obey(server.startedPlaying(at: .zero))
            case .startRecording(let tracks): serverTracks = tracks
            case .setUp, .proofFailed, .pause, .ended, .close: break
            }
        }
    }
}

@Suite("RTSP sessions: our client and our server")
struct LoopbackTests {
    @Test(
        "Each way of proving oneself, playing and publishing, over TCP and UDP",
        arguments: [[], [.digest(.md5)], [.digest(.sha256)], [.basic], [.digest(.sha256), .digest(.md5), .basic]]
            as [[RTSPServerAuthenticator.Method]],
        [RTSPClientSession.TransportPreference.tcp, .udp]
    )
    func both(
        _ methods: [RTSPServerAuthenticator.Method],
        _ transport: RTSPClientSession.TransportPreference
    ) throws {
        for role in [RTSPClientSession.Role.play, .record(pictureAndSound)] {
            var loopback = try Loopback(role, transport, methods)
            try loopback.connect()
            let started = try #require(loopback.started)
            #expect(started.map(\.index) == [0, 1])
            #expect(loopback.serverTracks.map(\.index) == [0, 1])
            for (ours, theirs) in zip(started, loopback.serverTracks) {
                switch (ours.transport, theirs.transport) {
                case (.udp(let own, let peer), .udp(let theirOwn, let theirPeer)):
                    #expect(own == theirPeer && peer == theirOwn)
                case (.interleaved(let own), .interleaved(let theirs)): #expect(own == theirs)
                default: Issue.record("\(ours) \(theirs)")
                }
            }
            if role != .play {
                #expect(loopback.announced?.media.map(\.stream) == pictureAndSound.media.map(\.stream))
            }
            try loopback.finish()
            #expect(loopback.server.setup == nil)
        }
    }

    @Test(
        "A wrong password plays nothing",
        arguments: [RTSPServerAuthenticator.Method.digest(.md5), .digest(.sha256), .basic]
    )
    func wrong(_ method: RTSPServerAuthenticator.Method) throws {
        var loopback = try Loopback(.play, .tcp, [method], password: "guess")
        try loopback.connect()
        #expect(loopback.started == nil)
        #expect(loopback.failure == RTSPClientFailure(.unauthorized, .describe))
    }

    @Test("Where UDP is not to be had TCP is taken")
    func fallBack() throws {
        var loopback = try Loopback(.play, .automatic, allowsUDP: false)
        try loopback.connect()
        #expect(loopback.started?.first?.transport == .interleaved(RTPChannelPair(rtp: 0, rtcp: 1)))
    }
}
