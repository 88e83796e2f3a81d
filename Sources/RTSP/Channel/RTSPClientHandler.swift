import Delivery
package import Media
package import NIOCore
import NetworkAddress

/// One connection that the gateway opened to an RTSP server, to play a stream from it or to publish one to it.
///
/// One-shot: it tells its delegate once that the stream runs, and once that it is over, and is not used again.
package final class RTSPClientHandler: SocketReader, DeadlineHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// What the connection is for.
    package enum Stream: Sendable {
        /// The server's stream goes to the sink.
        case play(any LegSink)
        /// The server is sent what the fan-out is fed with.
        case record(RTSPFanOut, RTSPOffer)
    }

    private let stream: Stream
    private let isSecured: Bool
    private let delegate: any RTSPClientDelegate
    private let limits: RTSPSessionLimits
    private var decoder = RTSPMessageDecoder()
    private var session: RTSPClientSession
    private var streams = RTSPSessionStreams()
    private let timer = DeadlineTimer()
    private var connection: PeerConnection?
    private var receiver: RTSPReceiver?
    private let outbox: RTSPOutbox
    /// Nil once the delegate was told.
    private var end: RTSPClientEnd? = .failed("the server closed the connection")

    /// - Parameter session: one that waits for a connection.
    package init(
        session: RTSPClientSession,
        stream: Stream,
        delegate: any RTSPClientDelegate,
        limits: RTSPSessionLimits = .default
    ) {
        self.session = session
        self.stream = stream
        self.delegate = delegate
        self.limits = limits
        outbox = RTSPOutbox(stallLimit: limits.stall)
        isSecured = session.url.scheme == .rtsps
    }

    // MARK: Channel events

    package func channelActive(context: ChannelHandlerContext) {
        connection = PeerConnection(channel: context.channel)
        outbox.open(context.channel, isSecured: isSecured)
        perform(session.connected(peer: peer(context), at: .now()), context)
        outbox.flush()
        schedule(context)
    }

    package func read(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        guard end != nil else { return }
        let now = MonotonicTime.now()
        decoder.append(&bytes)
        do throws(RTSPWireError) {
            while end != nil, let message = try decoder.nextMessage() {
                switch message {
                case .interleaved(let frame): received(frame, at: now)
                case .request(let request): perform(session.requestReceived(request, at: now), context)
                case .response(let response): perform(session.responseReceived(response, at: now), context)
                }
            }
        } catch {
            perform(session.decodingFailed(error), context)
        }
        outbox.flush()
        schedule(context)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        outbox.writabilityChanged(context) { [weak self] in
            self?.finish(.failed("the server does not read"), context)
        }
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        perform(session.connectionClosed(), context)
        close(context)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end = end.map { _ in .failed(delegate.explain(error)) }
        close(context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? PeerConnection.Event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard end != nil else { return }
        switch event {
        case .refuse(let refusal): end = .refused(refusal)
        case .end: end = .stopped
        }
        perform(session.finish(), context)
        close(context)
    }

    // MARK: The session

    private func received(_ frame: InterleavedFrame, at now: MonotonicTime) {
        guard let target = session.packetReceived(channel: frame.channel, at: now) else { return }
        streams.received(frame.payload, target, at: now)
    }

    /// Carries out the actions, and those that follow from them.
    private func perform(_ actions: [RTSPClientAction], _ context: ChannelHandlerContext) {
        let now = MonotonicTime.now()
        for action in actions {
            switch action {
            case .send(let request): request.write(into: &outbox.messages)
            case .respond(let response): response.write(into: &outbox.messages)
            case .chooseTracks(let description): choose(from: description, at: now, context)
            case .openPorts(let track): openPorts(track, at: now, context)
            case .setUp(let track): streams.setUp(track.index, track.transport)
            case .started(let tracks): start(tracks, at: now, context)
            case .reconnect: finish(.moved(session), context)
            case .ended: finish(.ended, context)
            case .failed(let failure): finish(.failed(failure.description), context)
            }
        }
    }

    private func choose(
        from description: SessionDescription,
        at now: MonotonicTime,
        _ context: ChannelHandlerContext
    ) {
        guard case .play(let sink) = stream, let connection else { return }
        let (choice, delegate) = (RTSPTrackChoice(description, isAnnounced: false), delegate)
        for name in choice.unsupported { delegate.unsupportedCodec(name, connection) }
        let reception = RTSPReception(choice, sink: sink) { name in delegate.unsupportedCodec(name, connection) }
        streams.reception = reception
        if let reception { delegate.receives(reception) }
        perform(session.choose(choice.indices, at: now), context)
    }

    private func openPorts(_ track: Int, at now: MonotonicTime, _ context: ChannelHandlerContext) {
        streams.closePorts(ofTrack: track)
        guard let peer = peer(context),
            let ports = delegate.openPorts(track: track, peer: peer, streams.handler)
        else {
            let fallback = session.fallBackToTCP()
            if fallback.isEmpty { finish(.failed("no UDP port is free"), context) } else { perform(fallback, context) }
            return
        }
        streams.opened(ports, track: track)
        perform(session.openedPorts(ports.own, at: now), context)
    }

    private func start(_ tracks: [RTSPClientTrack], at now: MonotonicTime, _ context: ChannelHandlerContext) {
        guard let connection else { return }
        delegate.ready(connection)
        switch stream {
        case .play:
            for track in tracks {
                guard let timestamp = track.timestamp else { continue }
                streams.reception?.playInfoReceived(track: track.index, timestamp: timestamp)
            }
            streams.beginReports(at: now)
        case .record(let fanOut, let offer):
            guard let reports = join(fanOut, offer, connection, context) else {
                finish(.failed("the stream has changed"), context)
                return
            }
            outbox.flush()
            receiver?.begin(with: reports)
        }
    }

    private func join(
        _ fanOut: RTSPFanOut,
        _ offer: RTSPOffer,
        _ connection: PeerConnection,
        _ context: ChannelHandlerContext
    ) -> [RTSPFrame]? {
        if !streams.ports.isEmpty, !fanOut.add(streams.ports, offer, connection) { return nil }
        guard !streams.channels.isEmpty, let writer = outbox.writer else { return [] }
        let receiver = RTSPReceiver(
            writer: writer,
            channels: streams.channels,
            generation: offer.generation,
            counters: connection.counters
        )
        self.receiver = receiver
        return fanOut.add(receiver, offer, connection, on: context.eventLoop)
    }

    private func peer(_ context: ChannelHandlerContext) -> IPAddress? {
        context.remoteAddress?.ipAddress.flatMap(IPAddress.init)
    }

    // MARK: Deadlines and the end

    private func schedule(_ context: ChannelHandlerContext) {
        let deadlines = [session.nextDeadline, streams.nextDeadline].compactMap { $0 }
        timer.set(to: end == nil ? nil : deadlines.min(), for: self, context)
    }

    package func timePassed(_ context: ChannelHandlerContext) {
        let now = MonotonicTime.now()
        if let media = streams.lastArrivals.media { session.mediaReceived(at: media) }
        streams.timePassed(at: now) { $0.write(into: &outbox.messages) }
        perform(session.timePassed(at: now), context)
        outbox.flush()
        schedule(context)
    }

    private func finish(_ end: RTSPClientEnd, _ context: ChannelHandlerContext) {
        if self.end != nil { self.end = end }
        close(context)
    }

    /// Closes after what is waiting was sent.
    private func close(_ context: ChannelHandlerContext) {
        timer.cancel()
        guard let end else { return }
        self.end = nil
        if case .record(let fanOut, _) = stream, let connection {
            fanOut.remove(receiver, connection, on: context.eventLoop)
        }
        receiver = nil
        streams.close(at: .now())
        outbox.flush()
        outbox.close()
        delegate.ended(end)
        context.closeWhenSent()
    }
}
