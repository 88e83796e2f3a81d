import Media
import NetworkAddress

/// How the tracks of a session come to their transports.
extension RTSPServerSession {
    private enum Target {
        case track(Int)
        case severalTracks
        case nothing
    }

    private enum Choice {
        case interleaved(TransportHeader, RTPChannelPair)
        case udp(TransportHeader)
        case none(RTSPStatus, reason: String?)
    }

    mutating func setUp(_ request: RTSPRequest, _ path: RTSPPath, at now: MonotonicTime) -> [RTSPServerAction] {
        switch state {
        case .open(let access?) where access.path == path.stream: return setUp(request, access, at: now)
        case .open(let access):
            if access?.role == .publish { return [respond(request, .notFound)] }
            let isForRecord = TransportHeader.list(request.headers[.transport] ?? "").contains { $0.mode == .record }
            guard !isForRecord else {
                return [respond(request, .methodNotValidInThisState, reason: "ANNOUNCE comes first")]
            }
            return ask(RTSPAccessRequest(role: .play, path: path.stream), request)
        case .ready(let access, _):
            guard access.path == path.stream else { return [respond(request, .methodNotValidInThisState)] }
            return setUp(request, access, at: now)
        case .running: return [respond(request, .methodNotValidInThisState)]
        case .deciding, .closed: return []
        }
    }

    /// Sets up a track of what was granted.
    mutating func setUp(_ request: RTSPRequest, _ access: Access, at now: MonotonicTime) -> [RTSPServerAction] {
        let index: Int
        switch Self.target(request.uri, of: access) {
        case .track(let found): index = found
        case .severalTracks: return [respond(request, .aggregateOperationNotAllowed)]
        case .nothing: return [respond(request, .notFound)]
        }
        guard let text = request.headers[.transport] else {
            return [respond(request, .badRequest, reason: "Transport is missing")]
        }
        switch choose(from: TransportHeader.list(text), for: index) {
        case .none(let status, let reason): return [respond(request, status, reason: reason)]
        case .interleaved(let header, let channels):
            return finishSetUp(request, RTSPServerTrack(index: index, transport: .interleaved(channels)), header)
        case .udp(let header):
            state = .deciding(.ports(track: index, header), request, from: state)
            return [.openPorts(track: index)]
        }
    }

    mutating func finishSetUp(
        _ request: RTSPRequest,
        _ track: RTSPServerTrack,
        _ header: TransportHeader
    ) -> [RTSPServerAction] {
        guard let access else { return [] }
        var setup = self.setup ?? Setup(id: makeSessionID())
        setup.tracks.removeAll { $0.track.index == track.index }
        let uri = (try? RTSPURL(parsing: request.uri))?.requestURI ?? request.uri
        setup.tracks.append(Setup.Track(track: track, uri: uri))
        state = .ready(access, setup)
        return [.setUp(track), respond(request, .ok, [.init(.transport, header.description)])]
    }

    /// The first of the client's alternatives that can be had.
    private func choose(from alternatives: [TransportHeader], for index: Int) -> Choice {
        var isProhibited = false
        for offered in alternatives where !offered.isMulticast {
            guard isPeer(offered.destination), isPeer(offered.source) else {
                isProhibited = true
                continue
            }
            var header = TransportHeader(offered.lowerTransport)
            header.namesUDP = offered.namesUDP
            if access?.role == .publish { header.mode = .record }
            switch offered.lowerTransport {
            case .tcp:
                guard let channels = channels(offered.interleaved, for: index) else { continue }
                header.interleaved = channels
                return .interleaved(header, channels)
            case .udp:
                guard allowsUDP, let ports = offered.clientPorts else { continue }
                header.clientPorts = ports
                return .udp(header)
            }
        }
        guard isProhibited else { return .none(.unsupportedTransport, reason: nil) }
        return .none(.destinationProhibited, reason: "Packets go to and come from your own address only")
    }

    /// Nothing may be sent to, or expected from, a third party.
    private func isPeer(_ address: String?) -> Bool {
        guard let address else { return true }
        return peer != nil && IPAddress(address) == peer
    }

    /// What the client wants if it is free; else what is.
    private func channels(_ wanted: RTPChannelPair?, for index: Int) -> RTPChannelPair? {
        let others = setup?.tracks.map(\.track).filter { $0.index != index } ?? []
        // Each of the others can be in the way of two.
        let usual = (0...others.count * 2).lazy.compactMap { RTPChannelPair(track: $0) }
        return ([wanted].compactMap { $0 } + usual).first { pair in
            !others.contains { $0.transport.overlaps(pair) }
        }
    }

    /// What the address of a SETUP names.
    private static func target(_ uri: String, of access: Access) -> Target {
        guard let path = try? RTSPPath(requestURI: uri) else { return .nothing }
        let media = access.description.media
        guard let name = path.track else { return media.count == 1 ? .track(0) : .severalTracks }
        let index = media.indices.first { index in
            switch access.role {
            case .play: trackName(index) == name
            case .publish: announcedName(media[index]) == name
            }
        }
        return index.map { .track($0) } ?? .nothing
    }

    /// How a publisher names a track: by the last part of what its description says.
    private static func announcedName(_ media: MediaDescription) -> String? {
        guard let control = media.control else { return nil }
        if let path = try? RTSPPath(requestURI: control) { return path.track }
        return control.hasPrefix("/") ? String(control.dropFirst()) : control
    }
}
