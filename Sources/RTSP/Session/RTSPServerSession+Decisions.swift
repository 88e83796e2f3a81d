package import Media

/// What the owner answers to the questions of a session. Answers that nobody asked for do nothing.
extension RTSPServerSession {
    /// Checks the proof of the client whose access is to be decided.
    /// - Parameter credentials: What the input or output wants; nil when it lets everybody in.
    /// - Returns: nil when the proof is right or not needed: go on with `allow` or `refuse`. Otherwise the client was
    ///   told, and there is nothing more to decide.
    package mutating func authenticate(
        _ credentials: RTSPCredentials?,
        at now: MonotonicTime
    ) -> [RTSPServerAction]? {
        guard case .deciding(.access(let access), let request, let from) = state, let credentials else { return nil }
        let verdict = authenticator.verify(request, credentials, at: now)
        guard verdict != .accepted else { return nil }
        state = from
        let challenges = authenticator.challenges(isStale: verdict == .stale, at: now)
        let answer = respond(request, .unauthorized, challenges.map { .init(.wwwAuthenticate, $0) })
        guard verdict == .wrong else { return resume(with: [answer], at: now) }
        failedProofs += 1
        if failedProofs >= limits.failedProofs {
            return [answer, .proofFailed(access)] + close(.tooManyFailedProofs)
        }
        return resume(with: [answer, .proofFailed(access)], at: now)
    }

    /// Lets the client in.
    /// - Parameter description: What a player gets, with a media section for each track; the session fills in where
    ///   they are controlled. Not needed for publishers.
    package mutating func allow(
        _ description: SessionDescription = SessionDescription(),
        at now: MonotonicTime
    ) -> [RTSPServerAction] {
        guard case .deciding(.access(let asked), let request, _) = state else { return [] }
        let description = asked.description ?? described(description)
        guard !description.media.isEmpty else { return refuse(.notFound, at: now) }
        let access = Access(role: asked.role, path: asked.path, description: description)
        failedProofs = 0
        open(access, at: now)
        switch request.method {
        case .describe: return resume(with: [describe(request, access)], at: now)
        case .setup: return resume(with: setUp(request, access, at: now), at: now)
        default: return resume(with: [respond(request, .ok)], at: now)
        }
    }

    /// The UDP ports of ours for the track that was asked for.
    package mutating func openedPorts(_ ports: RTPPortPair, at now: MonotonicTime) -> [RTSPServerAction] {
        guard case .deciding(.ports(let track, var header), let request, let from) = state else { return [] }
        state = from
        header.serverPorts = ports
        let transport = RTSPTrackTransport.udp(own: ports, peer: header.clientPorts)
        return resume(
            with: finishSetUp(request, RTSPServerTrack(index: track, transport: transport), header),
            at: now
        )
    }

    /// Packets follow, from the next keyframe on: which will be the first nobody knows yet.
    package mutating func startedPlaying(at now: MonotonicTime) -> [RTSPServerAction] {
        guard case .deciding(.play, let request, .ready(let access, let setup)) = state else { return [] }
        state = .running(access, setup)
        let entries = setup.tracks.map { RTPInfoHeader.Entry(url: $0.uri) }
        let fields: [RTSPHeaders.Field] = [
            .init(.range, RangeHeader.now.description),
            .init(.rtpInfo, RTPInfoHeader(entries).description),
        ]
        return resume(with: [respond(request, .ok, fields)], at: now)
    }

    /// Turns down what was asked, or ends what runs (over bandwidth, malformed), for which there is no other way than
    /// to close.
    package mutating func refuse(_ refusal: Refusal, at now: MonotonicTime) -> [RTSPServerAction] {
        guard case .deciding = state else { return close(.refused(refusal)) }
        return refuse(RefusalAnswer.status(refusal), reason: RefusalAnswer.sentence(refusal), at: now)
    }

    /// Turns down what was asked.
    package mutating func refuse(
        _ status: RTSPStatus,
        reason: String? = nil,
        at now: MonotonicTime
    ) -> [RTSPServerAction] {
        guard case .deciding(_, let request, let from) = state else { return [] }
        state = from
        var fields: [RTSPHeaders.Field] = []
        if status == .methodNotAllowed { fields.append(.init(.allow, Self.methods)) }
        return resume(with: [respond(request, status, reason: reason, fields)], at: now)
    }

    /// What the player plays came to its end. RTSP 1.0 has no other word for it than to close.
    package mutating func endPlay(at now: MonotonicTime) -> [RTSPServerAction] {
        guard access?.role == .play else { return [] }
        return close(.streamEnded)
    }

    /// A description with the addresses of its tracks.
    private func described(_ description: SessionDescription) -> SessionDescription {
        var description = description
        if description.media.count > limits.tracks {
            description.media.removeLast(description.media.count - limits.tracks)
        }
        description.control = "*"
        description.range = .now
        for index in description.media.indices {
            description.media[index].control = Self.trackName(index)
        }
        return description
    }

    static func trackName(_ index: Int) -> String { "trackID=\(index)" }
}
