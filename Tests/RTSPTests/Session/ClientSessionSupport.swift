import Media
import NIOCore
import NetworkAddress

@testable import RTSP

let camera = "rtsp://camera/stream"

/// What a camera describes: a picture, sound, and something else.
let cameraDescription = """
    v=0
    o=- 0 0 IN IP4 0.0.0.0
    s=Media
    a=control:*
    m=video 0 RTP/AVP 96
    a=rtpmap:96 H264/90000
    a=control:trackID=1
    m=audio 0 RTP/AVP 8
    a=control:trackID=2
    m=application 0 RTP/AVP 107
    a=rtpmap:107 vnd.onvif.metadata/90000
    a=control:trackID=3

    """.wire

extension [RTSPClientAction] {
    var requests: [RTSPRequest] { compactMap { if case .send(let request) = $0 { request } else { nil } } }
    var methods: [RTSPMethod] { requests.map(\.method) }
    var others: [RTSPClientAction] { filter { if case .send = $0 { false } else { true } } }
    var failure: RTSPClientFailure? {
        for case .failed(let failure) in self { return failure }
        return nil
    }
    func header(_ name: RTSPHeaderName) -> String? { requests.last?.headers[name] }
}

/// A client session with the server's part played by a test.
struct ClientPlay {
    var session: RTSPClientSession
    /// What the session did last.
    var actions: [RTSPClientAction] = []
    /// The requests so far.
    var sent: [RTSPRequest] = []

    init(
        _ role: RTSPClientSession.Role = .play,
        _ url: String = camera,
        credentials: RTSPCredentials? = nil,
        transport: RTSPClientSession.TransportPreference = .tcp,
        limits: RTSPSessionLimits = .default
    ) throws {
        session = RTSPClientSession(
            role: role,
            url: try RTSPURL(parsing: url),
            credentials: credentials,
            transport: transport,
            seed: Array(0..<16),
            limits: limits
        )
    }

    private mutating func note(_ actions: [RTSPClientAction]) {
        self.actions = actions
        sent += actions.requests
    }

    mutating func connect(peer: String? = "192.0.2.9", at now: MonotonicTime = .zero) {
        note(session.connected(peer: peer.flatMap { IPAddress($0) }, at: now))
    }

    /// The server answers the last request.
    mutating func answer(
        _ status: RTSPStatus = .ok,
        _ fields: (String, String)...,
        body: String = "",
        at now: MonotonicTime = .zero
    ) {
        var headers = RTSPHeaders()
        headers.cSeq = sent.last?.headers.cSeq
        for field in fields { headers.add(RTSPHeaderName(rawValue: field.0), field.1) }
        note(
            session.responseReceived(RTSPResponse(status, headers: headers, body: ByteBuffer(string: body)), at: now)
        )
    }

    mutating func choose(_ indices: [Int] = [0, 1], at now: MonotonicTime = .zero) {
        note(session.choose(indices, at: now))
    }

    mutating func open(_ rtp: UInt16, at now: MonotonicTime = .zero) {
        note(session.openedPorts(RTPPortPair(rtp: rtp, rtcp: rtp + 1), at: now))
    }

    mutating func pass(to now: MonotonicTime) { note(session.timePassed(at: now)) }
    mutating func fallBack() { note(session.fallBackToTCP()) }
    mutating func ask(_ request: RTSPRequest) { note(session.requestReceived(request, at: .zero)) }

    /// Up to and with the description.
    mutating func describe(base: String = camera + "/", publicMethods: String = "OPTIONS, DESCRIBE, GET_PARAMETER") {
        connect()
        answer(.ok, ("Public", publicMethods))
        answer(.ok, ("Content-Base", base), ("Content-Type", "application/sdp"), body: cameraDescription)
    }

    /// Up to and with PLAY over TCP, with one track.
    mutating func start(session: String = "12345678;timeout=40", publicMethods: String = "GET_PARAMETER") {
        describe(publicMethods: publicMethods)
        choose([0])
        answer(.ok, ("Session", session), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
        answer()
    }

    /// Up to and with PLAY over UDP, with one track.
    mutating func startUDP() {
        describe()
        choose([0])
        open(7_000)
        answer(
            .ok,
            ("Session", "12345678"),
            ("Transport", "RTP/AVP;unicast;client_port=7000-7001;server_port=8000-8001;source=192.0.2.9")
        )
        answer()
    }
}
