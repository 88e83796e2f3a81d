import Cryptography
import Delivery
import Media
package import NIOCore
import NetworkAddress

/// One connection to the gateway's RTSP port: obeys the session, and moves packets.
package final class RTSPServerHandler: SocketReader, DeadlineHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// How long a player waits for the description of a stream that is about to begin.
    static let offerPatience = Duration.seconds(5)
    static let offerInterval = Duration.milliseconds(100)

    private let delegate: any RTSPServerDelegate
    private let isSecured: Bool
    private let limits: RTSPSessionLimits
    private var decoder = RTSPMessageDecoder()
    private var session: RTSPServerSession?
    private var address: SocketAddress?
    private var connection: PeerConnection?
    private var isAdmitted = false
    private let timer = DeadlineTimer()
    private let outbox: RTSPOutbox

    /// What the client was let in to.
    private var place: (any RTSPPlace)?
    private var streams = RTSPSessionStreams()
    private var sink: (any LegSink)?
    private var offer: RTSPOffer?
    private var offerDeadline: MonotonicTime?
    private var receiver: RTSPReceiver?
    /// Whether the sink was told of the publisher.
    private var isRecording = false
    /// Why the publisher goes, for the sink.
    private var farewell = "the publisher closed the connection"

    /// - Parameter isSecured: Whether a handler before this one encrypts.
    package init(delegate: any RTSPServerDelegate, isSecured: Bool, limits: RTSPSessionLimits = .default) {
        self.delegate = delegate
        self.isSecured = isSecured
        self.limits = limits
        outbox = RTSPOutbox(stallLimit: limits.stall)
    }

    /// For the channel: beyond it, a player's samples are dropped.
    package static let bufferLimits = RTSPReceiver.bufferLimits

    // MARK: Channel events

    package func channelActive(context: ChannelHandlerContext) {
        address = context.remoteAddress
        let connection = PeerConnection(channel: context.channel)
        self.connection = connection
        outbox.open(context.channel, isSecured: isSecured)
        guard delegate.connected(address) == nil else {
            context.close(promise: nil)
            return
        }
        isAdmitted = true
        session = RTSPServerSession(
            seed: RandomBytes.make(32),
            peer: peer,
            allowsUDP: !isSecured,
            // Basic tells the password to whoever listens.
            methods: RTSPServerAuthenticator.usualMethods + (isSecured ? [.basic] : []),
            limits: limits,
            at: .now()
        )
        schedule(context)
    }

    package func read(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        guard session?.isClosed == false else { return }
        let byteCount = bytes.readableBytes
        decoder.append(&bytes)
        readMessages(byteCount, context)
    }

    /// Obeys the messages that are whole. Those of a client that has to wait for an answer wait with it.
    ///
    /// - Parameter byteCount: what came since the last time.
    private func readMessages(_ byteCount: Int, _ context: ChannelHandlerContext) {
        let now = MonotonicTime.now()
        do throws(RTSPWireError) {
            while session?.isClosed == false, !outbox.isHeld, let message = try decoder.nextMessage() {
                switch message {
                case .interleaved(let frame): received(frame, at: now)
                case .request(let request):
                    perform(session?.requestReceived(request, at: now), context)
                // Nothing is asked of clients.
                case .response: break
                }
            }
        } catch {
            perform(session?.decodingFailed(error, at: now), context)
        }
        perform(session?.bytesReceived(byteCount, messageUnderWay: messageUnderWay, at: now), context)
        outbox.flush()
        schedule(context)
    }

    /// What is not read yet by our choice is not late.
    private var messageUnderWay: UInt64? { outbox.isReading ? decoder.messageUnderWay : nil }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        outbox.writabilityChanged(context) { [weak self] in self?.stalled(context) }
        perform(session?.bytesReceived(0, messageUnderWay: messageUnderWay, at: .now()), context)
        schedule(context)
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        end(context)
        outbox.close()
        if isAdmitted {
            isAdmitted = false
            delegate.disconnected(address)
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        farewell = "the connection broke"
        context.close(promise: nil)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? PeerConnection.Event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        switch event {
        case .refuse(let refusal):
            farewell = "refused: \(refusal.rawValue)"
            perform(session?.refuse(refusal, at: .now()), context)
        case .end:
            farewell = "the input was stopped"
            perform(session?.endPlay(at: .now()), context)
            if session?.isClosed == false { close(context) }
        }
        outbox.flush()
    }

    // MARK: The session

    private func received(_ frame: InterleavedFrame, at now: MonotonicTime) {
        guard let target = session?.packetReceived(channel: frame.channel, at: now) else { return }
        streams.received(frame.payload, target, at: now)
    }

    /// Carries out the actions, and those that follow from them.
    private func perform(_ actions: [RTSPServerAction]?, _ context: ChannelHandlerContext) {
        guard let actions else { return }
        let now = MonotonicTime.now()
        // First, so that whoever is left hears why.
        if case .close(let reason)? = actions.last { note(reason) }
        for action in actions {
            switch action {
            case .send(let response): response.write(into: &outbox.messages)
            case .decideAccess(let request): decide(request, at: now, context)
            case .proofFailed: holdAnswers(context)
            case .openPorts(let track): openPorts(track, at: now, context)
            case .setUp(let track): streams.setUp(track.index, track.transport)
            case .startPlaying(let tracks): startPlaying(tracks, at: now, context)
            case .startRecording: startRecording()
            case .pause:
                stopPlaying(context)
                streams.reception?.pause()
            case .ended: leave(context)
            case .close: close(context)
            }
        }
    }

    private func decide(_ request: RTSPAccessRequest, at now: MonotonicTime, _ context: ChannelHandlerContext) {
        guard let connection else { return }
        let found: any RTSPPlace
        switch delegate.find(request, from: address, connection) {
        case .success(let place): found = place
        case .failure(let refusal):
            perform(session?.refuse(refusal.reason, at: now), context)
            return
        }
        // First, so that a wrong proof finds whose it was.
        place = found
        if let told = session?.authenticate(found.credentials, at: now) {
            perform(told, context)
            return
        }
        if let description = request.description {
            publish(description, to: found, at: now, context)
        } else {
            offerDeadline = now.advanced(by: Self.offerPatience)
            describe(at: now, context)
        }
    }

    // MARK: Publishing

    private func publish(
        _ description: SessionDescription,
        to place: any RTSPPlace,
        at now: MonotonicTime,
        _ context: ChannelHandlerContext
    ) {
        guard let connection else { return }
        let choice = RTSPTrackChoice(description, isAnnounced: true)
        for name in choice.unsupported { place.unsupportedCodec(name, connection) }
        guard !choice.indices.isEmpty else {
            perform(session?.refuse(.unsupportedCodec, at: now), context)
            return
        }
        switch place.publish(connection) {
        case .failure(let refusal): perform(session?.refuse(refusal.reason, at: now), context)
        case .success(let sink):
            self.sink = sink
            let reception = RTSPReception(choice, sink: sink) { name in place.unsupportedCodec(name, connection) }
            // Until RECORD: over UDP packets may come before.
            reception?.pause()
            streams.reception = reception
            if let reception { place.receives(reception, connection) }
            perform(session?.allow(at: now), context)
        }
    }

    private func startRecording() {
        guard let sink, let connection else { return }
        streams.reception?.resume()
        guard !isRecording else { return }
        isRecording = true
        sink.peerConnected(connection.remote)
        streams.beginReports(at: .now())
    }

    // MARK: Playing

    /// Tells the player what there is, as soon as there is something.
    private func describe(at now: MonotonicTime, _ context: ChannelHandlerContext) {
        guard let deadline = offerDeadline else { return }
        if let offer = place?.fanOut?.offer(at: now) {
            offerDeadline = nil
            self.offer = offer
            perform(session?.allow(offer.description, at: now), context)
        } else if now >= deadline {
            offerDeadline = nil
            perform(session?.refuse(.notFound, reason: "There is no stream at present", at: now), context)
        }
    }

    private func startPlaying(_ tracks: [RTSPServerTrack], at now: MonotonicTime, _ context: ChannelHandlerContext) {
        guard let place, let fanOut = place.fanOut, let offer, let connection else {
            perform(session?.refuse(.notFound, at: now), context)
            return
        }
        if let refusal = place.play(connection) {
            perform(session?.refuse(refusal.reason, at: now), context)
            return
        }
        guard let reports = join(fanOut, offer, connection, context) else {
            // What was described holds for the session as long as there is one.
            perform(session?.refuse(.notFound, reason: "The stream is another one now", at: now), context)
            perform(session?.endPlay(at: now), context)
            return
        }
        // The first packets must come after what tells the player that they do. A request that waited may have stopped
        // them already.
        let joined = receiver
        perform(session?.startedPlaying(at: now), context)
        outbox.flush()
        if let joined, joined === receiver { joined.begin(with: reports) }
    }

    private func join(
        _ fanOut: RTSPFanOut,
        _ offer: RTSPOffer,
        _ connection: PeerConnection,
        _ context: ChannelHandlerContext
    ) -> [RTSPFrame]? {
        stopPlaying(context)
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

    private func stopPlaying(_ context: ChannelHandlerContext) {
        guard let fanOut = place?.fanOut, let connection else { return }
        fanOut.remove(receiver, connection, on: context.eventLoop)
        receiver = nil
    }

    // MARK: Ports

    private func openPorts(_ track: Int, at now: MonotonicTime, _ context: ChannelHandlerContext) {
        streams.closePorts(ofTrack: track)
        guard let peer, let connection,
            let ports = delegate.openPorts(track: track, peer: peer, streams.handler, connection)
        else {
            perform(
                session?.refuse(.unsupportedTransport, reason: "No UDP port is free: use TCP", at: now),
                context
            )
            return
        }
        streams.opened(ports, track: track)
        perform(session?.openedPorts(ports.own, at: now), context)
    }

    private var peer: IPAddress? { address?.ipAddress.flatMap(IPAddress.init) }

    /// Makes whoever tries passwords wait, and nobody else. What it sent meanwhile waits with it, and so does the end.
    private func holdAnswers(_ context: ChannelHandlerContext) {
        guard let place, let connection else { return }
        let delay = delegate.proofFailed(place, from: address, connection)
        guard delay > .zero else { return }
        outbox.hold(for: delay, context) { [weak self] context in self?.holdEnded(context) }
    }

    private func holdEnded(_ context: ChannelHandlerContext) {
        guard session?.isClosed == false else { return close(context) }
        outbox.flush()
        readMessages(0, context)
    }

    // MARK: Deadlines and the end

    /// Arms the timer anew: what is due first may be nearer than before.
    private func schedule(_ context: ChannelHandlerContext) {
        let offerPoll = offerDeadline.map { _ in MonotonicTime.now().advanced(by: Self.offerInterval) }
        let deadlines = [session?.nextDeadline, streams.nextDeadline, offerPoll].compactMap { $0 }
        timer.set(to: deadlines.min(), for: self, context)
    }

    package func timePassed(_ context: ChannelHandlerContext) {
        let now = MonotonicTime.now()
        let arrivals = streams.lastArrivals
        if let media = arrivals.media { session?.mediaReceived(at: media) }
        if let control = arrivals.control { session?.peerAlive(at: control) }
        streams.timePassed(at: now) { $0.write(into: &outbox.messages) }
        describe(at: now, context)
        perform(session?.timePassed(at: now), context)
        outbox.flush()
        if session?.isClosed == false { schedule(context) }
    }

    private func note(_ reason: RTSPCloseReason) {
        guard let explanation = reason.explanation(limits) else { return }
        farewell = explanation
        if reason.isMisbehaviour, let connection { delegate.misbehaved(explanation, connection) }
    }

    /// Lets go of what the client was let in to.
    private func leave(_ context: ChannelHandlerContext) {
        stopPlaying(context)
        offer = nil
        offerDeadline = nil
        streams.close(at: .now())
        if isRecording {
            isRecording = false
            sink?.peerDisconnected(farewell)
        }
        sink = nil
        if let place, let connection { place.leave(connection) }
        place = nil
    }

    /// Closes at once: what waits is what the peer does not take.
    private func stalled(_ context: ChannelHandlerContext) {
        if receiver == nil { note(.answersUnread) } else if let connection { delegate.stalled(connection) }
        end(context)
        outbox.close()
        context.close(promise: nil)
    }

    /// Closes after what is waiting was sent.
    private func close(_ context: ChannelHandlerContext) {
        end(context)
        guard !outbox.isHeld else { return }
        outbox.flush()
        outbox.close()
        context.closeWhenSent()
    }

    /// Lets go of everything but what waits to be sent.
    private func end(_ context: ChannelHandlerContext) {
        timer.cancel()
        leave(context)
        _ = session?.connectionClosed()
    }
}
