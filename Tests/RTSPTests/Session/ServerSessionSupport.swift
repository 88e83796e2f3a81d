import Media
import NIOCore
import NetworkAddress

@testable import RTSP

/// A request with a number, as clients send it.
func request(
    _ method: RTSPMethod,
    _ uri: String = "rtsp://gateway:8554/stadium/studio",
    _ fields: (String, String)...,
    cSeq: UInt32 = 7,
    body: String = ""
) -> RTSPRequest {
    var headers = RTSPHeaders([.init(.cSeq, "\(cSeq)")])
    for field in fields { headers.add(RTSPHeaderName(rawValue: field.0), field.1) }
    return RTSPRequest(method, uri, headers: headers, body: ByteBuffer(string: body))
}

let stadium = "rtsp://gateway:8554/stadium/studio"
let tcpTransport = ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")
let udpTransport = ("Transport", "RTP/AVP;unicast;client_port=5000-5001")

/// Two tracks, as an output has them.
let pictureAndSound = SessionDescription(media: [
    MediaDescription(RTSPStream(kind: .video, payloadType: 96, clockRate: 90_000, format: .h264(H264Format()))),
    MediaDescription(RTSPStream(kind: .audio, payloadType: 0, clockRate: 8_000, channelCount: 1, format: .g711(.mu))),
])

/// What ffmpeg announces.
let announcement = """
    v=0
    o=- 0 0 IN IP4 127.0.0.1
    s=No Name
    t=0 0
    m=video 0 RTP/AVP 96
    a=rtpmap:96 H264/90000
    a=fmtp:96 packetization-mode=1
    a=control:streamid=0
    m=audio 0 RTP/AVP 0
    a=control:streamid=1

    """.wire

extension [RTSPServerAction] {
    var responses: [RTSPResponse] { compactMap { if case .send(let response) = $0 { response } else { nil } } }
    var statuses: [RTSPStatus] { responses.map(\.status) }
    /// All but what is sent.
    var others: [RTSPServerAction] { filter { if case .send = $0 { false } else { true } } }
    func header(_ name: RTSPHeaderName) -> String? { responses.last?.headers[name] }
}

/// A state of the server session, by the way there.
enum ServerPhase: CaseIterable {
    case open
    case decidingPlay
    case described
    case openingPorts
    /// Set up over TCP, both tracks.
    case ready
    /// Set up over UDP, the first track.
    case readyUDP
    case startingPlay
    case playing
    case playingUDP
    case decidingPublish
    case announced
    case readyToRecord
    case recording
    case closed

    static let publishing: [ServerPhase] = [.announced, .readyToRecord, .recording]
    static let deciding: [ServerPhase] = [.decidingPlay, .openingPorts, .startingPlay, .decidingPublish]
}

/// A server session at time 0 in a state.
func makeServer(
    _ phase: ServerPhase = .open,
    peer: String? = "192.0.2.1",
    allowsUDP: Bool = true,
    methods: [RTSPServerAuthenticator.Method] = [.digest(.md5)],
    limits: RTSPSessionLimits = .default
) -> RTSPServerSession {
    var session = RTSPServerSession(
        seed: Array(0..<32),
        peer: peer.flatMap { IPAddress($0) },
        allowsUDP: allowsUDP,
        methods: methods,
        limits: limits,
        at: .zero
    )
    func send(_ requests: RTSPRequest...) {
        for request in requests { _ = session.requestReceived(request, at: .zero) }
    }
    func describe() {
        send(request(.describe))
        _ = session.allow(pictureAndSound, at: .zero)
    }
    func setUp() {
        describe()
        send(
            request(.setup, stadium + "/trackID=0", tcpTransport),
            request(.setup, stadium + "/trackID=1", ("Transport", "RTP/AVP/TCP;interleaved=2-3"))
        )
    }
    func setUpUDP() {
        describe()
        send(request(.setup, stadium + "/trackID=0", udpTransport))
        _ = session.openedPorts(RTPPortPair(rtp: 6_000, rtcp: 6_001), at: .zero)
    }
    func announce() {
        send(request(.announce, stadium, ("Content-Type", "application/sdp"), body: announcement))
        _ = session.allow(at: .zero)
    }
    func setUpRecord() {
        announce()
        send(
            request(.setup, stadium + "/streamid=0", tcpTransport),
            request(.setup, stadium + "/streamid=1", ("Transport", "RTP/AVP/TCP;interleaved=2-3;mode=record"))
        )
    }
    switch phase {
    case .open: break
    case .decidingPlay: send(request(.describe))
    case .described: describe()
    case .openingPorts:
        describe()
        send(request(.setup, stadium + "/trackID=0", udpTransport))
    case .ready: setUp()
    case .readyUDP: setUpUDP()
    case .startingPlay:
        setUp()
        send(request(.play))
    case .playing:
        setUp()
        send(request(.play))
        _ = session.startedPlaying(at: .zero)
    case .playingUDP:
        setUpUDP()
        send(request(.play))
        _ = session.startedPlaying(at: .zero)
    case .decidingPublish: send(request(.announce, body: announcement))
    case .announced: announce()
    case .readyToRecord: setUpRecord()
    case .recording:
        setUpRecord()
        send(request(.record))
    case .closed: _ = session.decodingFailed(.notRTSP, at: .zero)
    }
    return session
}
