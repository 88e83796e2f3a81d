import Media
import NIOCore
import NetworkAddress

/// What follows from the server's responses.
extension RTSPClientSession {
    /// How often one request may be sent again: because nobody asked before, because the nonce was an old one, and once
    /// more in case that one grew old on the way.
    private static let maximumProofs = 3
    private static let redirections: Set<UInt16> = [301, 302, 303, 305, 307, 308]

    mutating func answered(
        _ exchange: Exchange,
        _ response: RTSPResponse,
        at now: MonotonicTime
    ) -> [RTSPClientAction] {
        if response.status == .unauthorized, let again = prove(exchange, response, at: now) { return again }
        if Self.redirections.contains(response.status.rawValue), exchange.step != .keepAlive {
            return redirect(to: response.headers[.location], exchange.step.failureStep)
        }
        guard response.status.isSuccess else { return refused(exchange, response.status, at: now) }
        switch exchange.step {
        case .options: return answeredOptions(response, at: now)
        case .describe: return described(response)
        case .announce:
            chosen = Array(description?.media.indices ?? 0..<0)
            return setUp(0, at: now)
        case .setup(let place): return answeredSetUp(place, response, at: now)
        case .play:
            readPositions(response.headers[.rtpInfo])
            return start(at: now)
        case .record: return start(at: now)
        case .keepAlive: return []
        }
    }

    /// Sends a request again with what the server wants; nil when that is of no use.
    private mutating func prove(
        _ exchange: Exchange,
        _ response: RTSPResponse,
        at now: MonotonicTime
    ) -> [RTSPClientAction]? {
        let values = response.headers.all(.wwwAuthenticate)
        let allowsBasic = allowsBasic
        guard exchange.proofs < Self.maximumProofs,
            let challenge = authenticator?.challenged(by: values, allowsBasic: allowsBasic)
        else { return nil }
        // What was proved to this very challenge, or one like it, is wrong.
        if exchange.proofs > 0 {
            guard case .digest(let digest) = challenge, digest.isStale else { return nil }
        }
        let request = exchange.request
        let own: Set<RTSPHeaderName> = [.cSeq, .userAgent, .session, .authorization]
        return [
            send(
                exchange.step,
                request.method,
                request.uri,
                request.headers.fields.filter { !own.contains($0.name) },
                body: request.body,
                proofs: exchange.proofs + 1,
                at: now
            )
        ]
    }

    /// Goes to another address.
    mutating func redirect(to location: String?, _ step: RTSPClientFailure.Step) -> [RTSPClientAction] {
        guard redirects < limits.redirects else { return fail(.tooManyRedirects, step) }
        guard let location, var target = try? RTSPURL(parsing: location) else { return fail(.malformedResponse, step) }
        guard url.scheme == .rtsp || target.scheme == .rtsps else { return fail(.insecureRedirect, step) }
        redirects += 1
        // Somebody else's credentials are none of ours.
        target.credentials = nil
        let actions = tearDown()
        session = nil
        url = target
        authenticator?.forgetChallenge()
        if mayFallBack, target.scheme == .rtsps { lowerTransport = .tcp }
        return actions + reconnect()
    }

    private mutating func refused(
        _ exchange: Exchange,
        _ status: RTSPStatus,
        at now: MonotonicTime
    ) -> [RTSPClientAction] {
        switch exchange.step {
        // Only asked for what else there is; the next request tells.
        case .options where status != .unauthorized || authenticator == nil: return next(at: now)
        case .keepAlive where status != .sessionNotFound:
            knowsGetParameter = false
            return []
        case .setup where status == .unsupportedTransport && mayFallBack && lowerTransport == .udp:
            return takeTCP(at: now)
        case .options, .describe, .announce, .setup, .play, .record, .keepAlive:
            let kind: RTSPClientFailure.Kind = status == .unauthorized ? .unauthorized : .refused(status)
            return fail(kind, exchange.step.failureStep)
        }
    }

    // MARK: - Description

    private mutating func answeredOptions(_ response: RTSPResponse, at now: MonotonicTime) -> [RTSPClientAction] {
        let name = RTSPMethod.getParameter.rawValue
        knowsGetParameter = response.headers.list(.public).contains { $0.equals(ignoringCase: name) }
        return next(at: now)
    }

    /// What comes after OPTIONS.
    private mutating func next(at now: MonotonicTime) -> [RTSPClientAction] {
        let type = "application/sdp"
        switch role {
        case .play: return [send(.describe, .describe, url.requestURI, [.init(.accept, type)], at: now)]
        case .record(var description):
            guard !description.media.isEmpty, description.media.count <= limits.tracks else {
                return fail(.noTracks, .announce)
            }
            description.control = "*"
            for index in description.media.indices { description.media[index].control = "streamid=\(index)" }
            self.description = description
            let fields: [RTSPHeaders.Field] = [.init(.contentType, type)]
            return [send(.announce, .announce, url.requestURI, fields, body: description.body, at: now)]
        }
    }

    private mutating func described(_ response: RTSPResponse) -> [RTSPClientAction] {
        guard let description = try? SessionDescription(parsing: response.body) else {
            return fail(.malformedDescription, .describe)
        }
        guard !description.media.isEmpty else { return fail(.noTracks, .describe) }
        control = ControlAddress(
            url: url,
            contentBase: response.headers[.contentBase],
            contentLocation: response.headers[.contentLocation],
            control: description.control
        )
        self.description = description
        state = .choosing
        return [.chooseTracks(description)]
    }

    // MARK: - Tracks

    /// Goes on with the track at a place, or starts when all are set up.
    mutating func setUp(_ place: Int, at now: MonotonicTime) -> [RTSPClientAction] {
        guard place < chosen.count else {
            let range = RTSPHeaders.Field(.range, RangeHeader.beginning.description)
            let uri = control.aggregate.requestURI
            switch role {
            case .play: return [send(.play, .play, uri, [range], at: now)]
            case .record: return [send(.record, .record, uri, [range], at: now)]
            }
        }
        if lowerTransport == .udp {
            state = .openingPorts(place)
            return [.openPorts(track: chosen[place])]
        }
        var header = TransportHeader(.tcp)
        header.interleaved = RTPChannelPair(track: place)
        return [sendSetUp(place, header, at: now)]
    }

    mutating func sendSetUp(_ place: Int, _ header: TransportHeader, at now: MonotonicTime) -> RTSPClientAction {
        var header = header
        if role != .play { header.mode = .record }
        let media = description?.media[chosen[place]]
        let uri = control.url(control: media?.control).requestURI
        return send(.setup(place), .setup, uri, [.init(.transport, header.description)], at: now)
    }

    private mutating func answeredSetUp(
        _ place: Int,
        _ response: RTSPResponse,
        at now: MonotonicTime
    ) -> [RTSPClientAction] {
        if let header = response.headers[.session].flatMap({ SessionHeader($0) }) { session = header }
        guard let header = response.headers[.transport].flatMap({ TransportHeader.list($0).first }) else {
            return tearDown() + fail(.malformedResponse, .setup)
        }
        guard let transport = transport(header, place) else {
            if mayFallBack, lowerTransport == .udp { return takeTCP(at: now) }
            return tearDown() + fail(.unsupportedTransport, .setup)
        }
        let track = RTSPClientTrack(index: chosen[place], transport: transport, ssrc: header.ssrc)
        tracks.append(track)
        routes = PacketRoutes(tracks.lazy.map { ($0.index, $0.transport) }, carriesMedia: role == .play)
        return [.setUp(track)] + setUp(place + 1, at: now)
    }

    /// What the server settled on; nil when it is not what was asked for, or involves somebody else.
    private func transport(_ header: TransportHeader, _ place: Int) -> RTSPTrackTransport? {
        guard header.lowerTransport == lowerTransport, !header.isMulticast else { return nil }
        switch lowerTransport {
        case .tcp:
            guard let channels = header.interleaved ?? RTPChannelPair(track: place),
                !tracks.contains(where: { $0.transport.overlaps(channels) })
            else { return nil }
            return .interleaved(channels)
        case .udp:
            if let destination = header.destination.flatMap({ IPAddress($0) }), destination.isMulticast { return nil }
            guard let ownPorts, isPeer(header.source) else { return nil }
            return .udp(own: ownPorts, peer: header.serverPorts)
        }
    }

    private func isPeer(_ source: String?) -> Bool {
        guard let source else { return true }
        guard let address = IPAddress(source) else { return false }
        return address == peer || address.isUnspecified
    }

    /// Over UDP it does not work.
    private mutating func takeTCP(at now: MonotonicTime) -> [RTSPClientAction] {
        // A server that said no to the first track has nothing that would have to be undone.
        guard tracks.isEmpty, session == nil else { return fallBackToTCP() }
        lowerTransport = .tcp
        return setUp(0, at: now)
    }

    private mutating func readPositions(_ text: String?) {
        guard let text, let description else { return }
        let entries = RTPInfoHeader(parsing: text).entries
        for index in tracks.indices {
            let control = description.media[tracks[index].index].control
            let uri = self.control.url(control: control).requestURI
            let entry =
                entries.first { $0.url == uri || $0.url == control }
                ?? (entries.count == tracks.count ? entries[index] : nil)
            tracks[index].sequenceNumber = entry?.sequenceNumber
            tracks[index].timestamp = entry?.timestamp
        }
    }
}
