import Media
import NIOCore
import RTP

/// The packets' ways of one session: channels between the messages, UDP ports, and what is received on them.
struct RTSPSessionStreams {
    /// Over TCP, of each track that was set up.
    private(set) var channels: [Int: RTPChannelPair] = [:]
    /// Over UDP, of each track that was set up.
    private(set) var ports: [Int: any RTSPPorts] = [:]
    /// Opened, and not set up yet.
    private var openedPorts: [Int: any RTSPPorts] = [:]
    /// What a publisher sends, or a server that is played.
    var reception: RTSPReception?
    private let echo = RTSPPlayerEcho()
    private var reports: RTCPSchedule?

    /// Who hears what comes over UDP.
    var handler: any RTSPPacketHandler { reception ?? echo }

    mutating func opened(_ new: any RTSPPorts, track: Int) {
        openedPorts[track] = new
    }

    mutating func closePorts(ofTrack track: Int) {
        ports.removeValue(forKey: track)?.close()
        openedPorts.removeValue(forKey: track)?.close()
    }

    mutating func setUp(_ track: Int, _ transport: RTSPTrackTransport) {
        switch transport {
        case .interleaved(let pair):
            closePorts(ofTrack: track)
            channels[track] = pair
        case .udp(_, let peer):
            channels[track] = nil
            guard let opened = openedPorts.removeValue(forKey: track) else { return }
            if let peer { opened.setPeer(peer) }
            ports[track] = opened
        }
    }

    /// A packet came between the messages.
    func received(_ packet: ByteBuffer, _ target: RTSPPacketTarget, at now: MonotonicTime) {
        guard let reception else { return }
        packet.withUnsafeReadableBytes { packet in
            if target.isControl {
                reception.receiveControl(packet, track: target.track, at: now)
            } else {
                reception.receive(packet, track: target.track, at: now)
            }
        }
    }

    /// Receiver reports go out from now on.
    mutating func beginReports(at now: MonotonicTime) {
        reports = RTCPSchedule(startingAt: now.advanced(by: .seconds(1)))
    }

    /// When media and control packets came last over UDP; over TCP the session sees them itself.
    var lastArrivals: (media: MonotonicTime?, control: MonotonicTime?) {
        reception?.lastArrivals ?? (nil, echo.lastControl)
    }

    /// When `timePassed` has something to do. What waits on UDP ports is ticked there.
    var nextDeadline: MonotonicTime? {
        guard let reception else { return nil }
        let wait = ports.isEmpty ? reception.deadline : nil
        guard let report = reports?.deadline else { return wait }
        return min(wait ?? report, report)
    }

    /// Gives up what was waited for, and reports.
    ///
    /// - Parameter send: takes what goes between the messages.
    mutating func timePassed(at now: MonotonicTime, send: (InterleavedFrame) -> Void) {
        guard let reception else { return }
        if ports.isEmpty { _ = reception.tick(at: now) }
        guard reports?.isDue(at: now) == true else { return }
        reports?.reportSent(at: now, spread: .random(in: 0..<1))
        for (track, pair) in channels {
            guard let packet = reception.report(ofTrack: track, at: now) else { continue }
            send(InterleavedFrame(channel: pair.rtcp, payload: packet))
        }
        for (track, ports) in ports {
            if let packet = reception.report(ofTrack: track, at: now) { ports.sendControl(packet) }
        }
    }

    /// Lets go of everything; passes on what waits first.
    mutating func close(at now: MonotonicTime) {
        for ports in ports.values { ports.close() }
        for ports in openedPorts.values { ports.close() }
        reception?.finish(at: now)
        self = RTSPSessionStreams()
    }
}
