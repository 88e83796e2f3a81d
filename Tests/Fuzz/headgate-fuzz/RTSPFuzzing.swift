import Media
import NIOCore
import NetworkAddress
import RTSP
import Synchronization

/// The input is what a peer sends, in pieces whose lengths its own bytes choose: to a server session with an owner that
/// agrees to nearly everything, to a client session, or as a description, behind which packets may come.
enum RTSPFuzzing {
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let pieceLimit = first & 4 == 0 ? Int.max : Int(first >> 3) + 1
        switch first & 3 {
        case 0: serve(bytes, pieceLimit: pieceLimit, wantsProof: false)
        case 1: serve(bytes, pieceLimit: pieceLimit, wantsProof: true)
        case 2: call(bytes, role: first & 4 == 0 ? .play : .record(offer))
        default: describe(bytes)
        }
    }

    private static let secret = RTSPCredentials(username: "secret-user", password: "secret-password")
    private static let peer = IPAddress("192.0.2.1")

    // MARK: - Server

    private static func serve(_ input: UnsafeRawBufferPointer, pieceLimit: Int, wantsProof: Bool) {
        var decoder = RTSPMessageDecoder()
        var session = RTSPServerSession(seed: [1, 2, 3], peer: peer, at: .zero)
        var time = MonotonicTime.zero
        var rest = input[...]
        while !rest.isEmpty, !session.isClosed {
            var piece = ByteBuffer(bytes: rest.prefix(pieceLimit))
            let count = piece.readableBytes
            rest = rest.dropFirst(count)
            time.nanoseconds &+= 40_000_000
            decoder.append(&piece)
            do {
                while let message = try decoder.nextMessage() {
                    switch message {
                    case .request(let request):
                        obey(session.requestReceived(request, at: time), &session, wantsProof, at: time)
                    case .response(let response): expectReadable(response)
                    case .interleaved(let frame):
                        let target = session.packetReceived(channel: frame.channel, at: time)
                        precondition((target?.track ?? 0) < RTSPSessionLimits.default.tracks, "a track that is none")
                    }
                }
            } catch {
                obey(session.decodingFailed(error, at: time), &session, wantsProof, at: time)
                precondition(session.isClosed)
            }
            let underWay = decoder.messageUnderWay
            obey(session.bytesReceived(count, messageUnderWay: underWay, at: time), &session, wantsProof, at: time)
            if let deadline = session.nextDeadline, deadline <= time {
                obey(session.timePassed(at: time), &session, wantsProof, at: time)
            }
        }
        _ = session.connectionClosed()
        precondition(session.isClosed && session.nextDeadline == nil)
    }

    /// Does what an owner does, and holds the session to what it promises.
    private static func obey(
        _ actions: [RTSPServerAction],
        _ session: inout RTSPServerSession,
        _ wantsProof: Bool,
        at time: MonotonicTime
    ) {
        for (index, action) in actions.enumerated() {
            switch action {
            case .send(let response): expectReadable(response)
            case .decideAccess(let access):
                expectOneSafeLine("\(access.path)")
                precondition(![access.path.flow, access.path.name].contains(".."), "a path goes up")
                if let answer = session.authenticate(wantsProof ? secret : nil, at: time) {
                    obey(answer, &session, wantsProof, at: time)
                } else {
                    precondition(!wantsProof, "a proof was guessed")
                    obey(session.allow(access.description ?? offer, at: time), &session, wantsProof, at: time)
                }
            case .openPorts:
                let ports = RTPPortPair(rtp: 6_000, rtcp: 6_001)
                obey(session.openedPorts(ports, at: time), &session, wantsProof, at: time)
            case .startPlaying(let tracks):
                precondition((1...RTSPSessionLimits.default.tracks).contains(tracks.count))
                obey(session.startedPlaying(at: time), &session, wantsProof, at: time)
            case .startRecording(let tracks):
                precondition((1...RTSPSessionLimits.default.tracks).contains(tracks.count))
            case .close: precondition(index == actions.count - 1 && session.isClosed, "something follows the end")
            case .setUp, .proofFailed, .pause, .ended: break
            }
        }
    }

    private static let offer = SessionDescription(media: [
        MediaDescription(RTSPStream(kind: .video, payloadType: 96, clockRate: 90_000, format: .h264(H264Format()))),
        MediaDescription(
            RTSPStream(
                kind: .audio,
                payloadType: 97,
                clockRate: 48_000,
                channelCount: 2,
                format: .opus(channelCount: 2)
            )
        ),
    ])

    /// What is sent must be one message, and tell no secret.
    private static func expectReadable(_ response: RTSPResponse) {
        var bytes = ByteBuffer()
        response.write(into: &bytes)
        let text = String(buffer: bytes)
        precondition(!text.contains("secret-password") && !text.contains("secret-user"), "a secret is told")
        expectMessage(&bytes)
    }

    private static func expectMessage(_ bytes: inout ByteBuffer) {
        // Echoes may make a line longer than one that is read.
        var decoder = RTSPMessageDecoder(
            limits: RTSPWireLimits(maximumLineBytes: 1 << 20, maximumHeaders: 1 << 10, maximumBodyBytes: 1 << 20)
        )
        decoder.append(&bytes)
        do {
            let message = try decoder.nextMessage()
            precondition(message != nil && decoder.messageUnderWay == nil, "not one message")
        } catch {
            preconditionFailure("what was written cannot be read: \(error)")
        }
    }

    // MARK: - Client

    private static func call(_ input: UnsafeRawBufferPointer, role: RTSPClientSession.Role) {
        guard let url = try? RTSPURL(parsing: "rtsp://camera/stream") else { return }
        var session = RTSPClientSession(role: role, url: url, credentials: secret, seed: [1, 2, 3])
        var decoder = RTSPMessageDecoder()
        var bytes = ByteBuffer(bytes: input)
        decoder.append(&bytes)
        obey(session.connected(peer: peer, at: .zero), &session)
        while !session.isFinished {
            do {
                guard let message = try decoder.nextMessage() else { break }
                switch message {
                case .response(var response):
                    // Numbers are hard to guess.
                    response.headers.cSeq = nil
                    obey(session.responseReceived(response, at: .zero), &session)
                case .request(let request): obey(session.requestReceived(request, at: .zero), &session)
                case .interleaved(let frame): _ = session.packetReceived(channel: frame.channel, at: .zero)
                }
            } catch {
                obey(session.decodingFailed(error), &session)
                precondition(session.isFinished)
            }
        }
        obey(session.fallBackToTCP(), &session)
        obey(session.finish(), &session)
        precondition(session.isFinished && session.nextDeadline == nil)
    }

    private static func obey(_ actions: [RTSPClientAction], _ session: inout RTSPClientSession) {
        for action in actions {
            switch action {
            case .send(let request):
                var bytes = ByteBuffer()
                request.write(into: &bytes)
                precondition(!String(buffer: bytes).contains("secret-password"), "a secret is told")
                expectMessage(&bytes)
            case .respond(let response): expectReadable(response)
            case .chooseTracks(let description):
                obey(session.choose(Array(description.media.indices), at: .zero), &session)
            case .openPorts(let track):
                let port = UInt16(20_000 + track * 2)
                obey(session.openedPorts(RTPPortPair(rtp: port, rtcp: port + 1), at: .zero), &session)
            case .reconnect(let url):
                expectOneSafeLine("\(url)")
                obey(session.connected(peer: peer, at: .zero), &session)
            case .failed(let failure): expectOneSafeLine("\(failure)")
            case .setUp, .started, .ended: break
            }
        }
    }

    // MARK: - Descriptions

    private static func describe(_ input: UnsafeRawBufferPointer) {
        let end = input.firstIndex(of: 0) ?? input.endIndex
        let packets = UnsafeRawBufferPointer(rebasing: input[end...].dropFirst())
        let input = UnsafeRawBufferPointer(rebasing: input[..<end])
        guard let url = try? RTSPURL(parsing: "rtsp://camera/stream"),
            let description = try? SessionDescription(parsing: ByteBuffer(bytes: input))
        else { return }
        receive(packets, of: description)
        let control = ControlAddress(url: url, contentBase: description.name, control: description.control)
        for media in description.media {
            let uri = control.url(control: media.control).requestURI
            precondition(uri.hasPrefix("rtsp://camera"), "another server")
            precondition(uri.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "no address")
            guard let stream = media.stream else { continue }
            var written = MediaDescription(stream, control: media.control).stream
            // What says nothing of the channels, or only what others say.
            if case .opus = stream.format { written = stream }
            if case .hevc = stream.format { written?.format = stream.format }
            if case .other = stream.format { written?.format = stream.format }
            if stream.channelCount == nil { written?.channelCount = nil }
            precondition(written == stream, "what was written is read otherwise")
        }
        guard let again = try? SessionDescription(parsing: description.body) else {
            // A description at the limits grows a little by being written.
            precondition(input.count > 1_024, "what was written cannot be read")
            return
        }
        precondition(again.media.count == description.media.count, "media sections were lost or won")
    }

    /// Each packet is behind two bytes: whose it is and whether it is RTCP, and how long it is.
    private static func receive(_ input: UnsafeRawBufferPointer, of description: SessionDescription) {
        for isAnnounced in [false, true] {
            let choice = RTSPTrackChoice(description, isAnnounced: isAnnounced)
            for name in choice.unsupported { expectOneSafeLine(name) }
            precondition(choice.indices.allSatisfy(description.media.indices.contains), "a track that is none")
            guard let reception = RTSPReception(choice, sink: Sink(), onUnsupported: { expectOneSafeLine($0) }) else {
                precondition(choice.indices.isEmpty, "tracks that were taken are refused")
                continue
            }
            var time = MonotonicTime.zero
            var rest = input[...]
            while rest.count >= 2 {
                let (kind, length) = (rest[rest.startIndex], Int(rest[rest.startIndex + 1]))
                let packet = UnsafeRawBufferPointer(rebasing: rest.dropFirst(2).prefix(length))
                rest = rest.dropFirst(2 + length)
                time.nanoseconds &+= 20_000_000
                if kind & 0x80 == 0 {
                    reception.receive(packet, track: Int(kind), at: time)
                } else {
                    reception.receiveControl(packet, track: Int(kind & 0x7F), at: time)
                }
                _ = reception.tick(at: time)
            }
            _ = reception.figures
        }
    }

    /// A leg that checks the order of what it gets.
    private final class Sink: LegSink {
        private let tracks = Mutex<Set<UInt8>>([])

        func consume(_ track: MediaTrack) { tracks.withLock { _ = $0.insert(track.id.rawValue) } }
        func consume(_ sample: MediaSample) {
            precondition(tracks.withLock { $0.contains(sample.track.rawValue) }, "a sample came before its track")
        }
        func consume(_ batch: PacketBatch) {}
        func peerConnected(_ remote: String) {}
        func peerDisconnected(_ reason: String) {}
    }

    // MARK: - Seeds

    static let seeds: [[UInt8]] = [
        seed(0, player), seed(0, publisher), seed(4 | 6 << 3, player), seed(1, player), seed(2, server),
        seed(2, redirects),
        seed(3, sound), seed(3, picture), seed(3, picture) + packets, seed(3, bytesOfSound) + packets,
    ]

    private static func seed(_ mode: UInt8, _ text: String) -> [UInt8] {
        [mode] + Array(text.utf8).flatMap { $0 == 10 ? [13, 10] : [$0] }
    }

    private static let player = """
        OPTIONS * RTSP/1.0
        CSeq: 1

        DESCRIBE rtsp://h/a/b RTSP/1.0
        CSeq: 2
        Accept: application/sdp
        Authorization: Digest username="u", realm="headgate", nonce="n", uri="rtsp://h/a/b", response="x", qop=auth, nc=1, cnonce="c"

        SETUP rtsp://h/a/b/trackID=0 RTSP/1.0
        CSeq: 3
        Transport: RTP/AVP;unicast;client_port=5000-5001;destination=192.0.2.1,RTP/AVP/TCP;interleaved=0-1

        SETUP rtsp://h/a/b/trackID=1 RTSP/1.0
        CSeq: 4
        Transport: RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=0A;mode="PLAY"

        PLAY rtsp://h/a/b/ RTSP/1.0
        CSeq: 5
        Range: npt=0.000-

        $\u{3}\u{0}\u{4}abcdGET_PARAMETER rtsp://h/a/b RTSP/1.0
        CSeq: 6

        PAUSE rtsp://h/a/b RTSP/1.0
        CSeq: 7

        TEARDOWN rtsp://h/a/b RTSP/1.0
        CSeq: 8


        """

    private static let publisher = """
        ANNOUNCE rtsp://h/a/b RTSP/1.0
        CSeq: 1
        Content-Type: application/sdp
        Content-Length: 126

        v=0
        o=- 0 0 IN IP4 127.0.0.1
        s=x
        t=0 0
        m=video 0 RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=control:streamid=0
        m=audio 0 RTP/AVP 0
        SETUP rtsp://h/a/b/streamid=0 RTSP/1.0
        CSeq: 2
        Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record

        RECORD rtsp://h/a/b RTSP/1.0
        CSeq: 3

        $\u{0}\u{0}\u{3}abc
        TEARDOWN rtsp://h/a/b RTSP/1.0
        CSeq: 4


        """

    private static let server = """
        RTSP/1.0 200 OK
        CSeq: 1
        Public: OPTIONS, GET_PARAMETER

        RTSP/1.0 401 Unauthorized
        WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth", stale=TRUE
        WWW-Authenticate: Basic realm="r"

        RTSP/1.0 200 OK
        Content-Base: rtsp://10.0.0.1/stream/
        Content-Length: 37

        v=0
        m=video 0 RTP/AVP 33
        a=control:x
        RTSP/1.0 461 Unsupported Transport

        RTSP/1.0 200 OK
        Session: 12345678;timeout=60
        Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1F;source=192.0.2.1

        RTSP/1.0 200 OK
        RTP-Info: url=rtsp://camera/stream/x;seq=1;rtptime=2

        $\u{0}\u{0}\u{3}abcSET_PARAMETER * RTSP/1.0
        CSeq: 9

        REDIRECT * RTSP/1.0
        CSeq: 10
        Location: rtsp://other/


        """

    private static let redirects = """
        RTSP/1.0 302 Moved
        Location: rtsp://u:p@other:8554/a?b

        RTSP/1.0 404 Not Found

        RTSP/1.0 301 Moved
        Location: rtsps://[::1]/


        """

    private static let sound = """
        v=0
        s=rtsp://h/x/
        a=control:*
        a=range:npt=now-
        m=audio 0 RTP/AVP 97
        b=AS:69
        a=rtpmap:97 MPEG4-GENERIC/44100/1
        a=fmtp:97 profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3; config=120856E500
        a=control:streamid=1
        m=audio 0 RTP/AVP 96
        a=rtpmap:96 MP4A-LATM/24000/2
        a=fmtp:96 cpresent=0; object=2; config=400026203fc0
        a=control:?x=y
        m=audio 0 RTP/AVP 8 98
        a=rtpmap:98 opus/48000/2
        a=fmtp:98 sprop-stereo=1
        a=recvonly

        """

    private static let bytesOfSound = """
        v=0
        m=audio 0 RTP/AVP 0
        m=video 0 RTP/AVP 33

        """

    /// Behind a description.
    private static let packets: [UInt8] = {
        var bytes: [UInt8] = [0]
        for number in 0..<6 as Range<UInt8> {
            for (track, type) in [(0, 96), (0, 0), (1, 33)] as [(UInt8, UInt8)] {
                let packet = [0x80, type, 0, number, 0, 0, 0, number, 0, 0, 0, 7, 0x65, 0x88, 0x84, number]
                bytes += [track, UInt8(packet.count)] + packet
            }
        }
        // A sender report.
        let report: [UInt8] = [0x80, 200, 0, 6, 0, 0, 0, 7] + [UInt8](repeating: 1, count: 20)
        return bytes + [0x80, UInt8(report.count)] + report
    }()

    private static let picture = """
        v=0
        o=- 0 0 IN IP4 127.0.0.1
        c=IN IP4 0.0.0.0
        a=control:rtsp://10.0.100.50/profile5/media.smp
        m=video 42504/2 RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2QAKKy0A8ARPyo=,aO4Bniw=
        a=control:/trackID=v
        m=video 0 RTP/AVP 98
        a=rtpmap:98 H265/90000
        a=fmtp:98 sprop-vps=QAEMAf//;sprop-sps=QgEBAWAA;sprop-pps=RAHAcvBTJA==;sprop-max-don-diff=1

        """
}
