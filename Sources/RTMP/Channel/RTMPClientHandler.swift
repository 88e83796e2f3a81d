import Delivery
package import Media
package import NIOCore

/// One connection that the gateway opened to an RTMP server, to play a stream from it or to publish one to it.
///
/// One-shot: it tells its delegate once that the stream runs, and once that it is over, and is not used again.
package final class RTMPClientHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// What the connection is for.
    package enum Stream: Sendable {
        /// The server's stream goes to the sink.
        case play(any SampleSink)
        /// The server is sent what the fan-out is fed with.
        case publish(RTMPFanOut)

        var role: RTMPClientSession.Role {
            switch self {
            case .play: .play
            case .publish: .publish
            }
        }
    }

    private enum Phase {
        case handshake(ClientHandshake)
        case session(RTMPClientSession, RTMPWire)
        case closed
    }

    private let url: RTMPURL
    private let stream: Stream
    private let delegate: any RTMPClientDelegate
    private let limits: RTMPSessionLimits
    private var phase: Phase
    private var bytesReceived: UInt64 = 0
    private var timer: Scheduled<Void>?
    private var connection: PeerConnection?
    private var reader = FLVReader()
    private var receiver: RTMPReceiver?
    /// Nil once the delegate was told.
    private var end: RTMPClientEnd? = .failed("the server closed the connection")

    package init(
        url: RTMPURL,
        stream: Stream,
        delegate: any RTMPClientDelegate,
        limits: RTMPSessionLimits = .default
    ) {
        self.url = url
        self.stream = stream
        self.delegate = delegate
        self.limits = limits
        let time = UInt32(truncatingIfNeeded: MonotonicTime.now().nanoseconds / 1_000_000)
        phase = .handshake(ClientHandshake(time: time))
    }

    // MARK: Channel events

    package func channelActive(context: ChannelHandlerContext) {
        guard case .handshake(let handshake) = phase else { return }
        connection = PeerConnection(channel: context.channel)
        context.writeAndFlush(wrapOutboundOut(handshake.opening), promise: nil)
        schedule(at: MonotonicTime.now().advanced(by: limits.handshake), context)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .handshake(var handshake):
            bytesReceived &+= UInt64(bytes.readableBytes)
            do throws(HandshakeError) {
                let step = try handshake.received(&bytes)
                phase = .handshake(handshake)
                if let reply = step.reply { context.writeAndFlush(wrapOutboundOut(reply), promise: nil) }
                guard step.isDone else { return }
            } catch {
                finish(.failed("what answers is not an RTMP server"), context)
                return
            }
            phase = .session(
                RTMPClientSession(role: stream.role, url: url, limits: limits),
                // The server was chosen: it may send what a publisher may.
                RTMPWire(bytesReceived: bytesReceived &- UInt64(bytes.readableBytes), limits: .publishing)
            )
            withSession(context) { session, _ in session.start(at: .now()) }
            if bytes.readableBytes > 0 { received(bytes, context) }
        case .session: received(bytes, context)
        case .closed: break
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        phase = .closed
        tellEnd(context)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failed(delegate.explain(error)), context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? PeerConnection.Event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        switch event {
        case .refuse(let refusal): end = .refused(refusal)
        case .end: end = .stopped
        }
        withSession(context) { session, _ in session.finish() }
        close(context)
    }

    // MARK: Messages

    private func received(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        var bytes = bytes
        withSession(context) { session, wire in
            wire.append(&bytes)
            return []
        }
    }

    /// Lets the session decide on something, and on every whole message that is there, and does what it says.
    private func withSession(
        _ context: ChannelHandlerContext,
        _ body: (inout RTMPClientSession, inout RTMPWire) -> [RTMPClientAction]
    ) {
        guard case .session(var session, var wire) = phase else { return }
        // So that session and wire have one owner while they change.
        phase = .closed
        var reply = ByteBuffer()
        var actions = body(&session, &wire)
        do throws(ChunkError) {
            perform(actions, &session, &wire, &reply, context)
            while !session.isFinished, let message = try wire.nextMessage() {
                actions = session.messageReceived(message, at: .now())
                perform(actions, &session, &wire, &reply, context)
            }
        } catch {
            end = .failed("the server's chunk stream is malformed: \(error)")
            _ = session.finish()
        }
        wire.acknowledge(window: session.acknowledgementWindow, into: &reply)
        if reply.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(reply), promise: nil) }
        guard !session.isFinished else {
            close(context)
            return
        }
        phase = .session(session, wire)
        reschedule(context)
    }

    private func perform(
        _ actions: [RTMPClientAction],
        _ session: inout RTMPClientSession,
        _ wire: inout RTMPWire,
        _ reply: inout ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        for action in actions {
            switch action {
            case .send(let message, let chunkStreamID):
                wire.encode(message, chunkStreamID: chunkStreamID, into: &reply)
            case .setOutgoingChunkSize(let size): wire.setChunkSize(size)
            case .ready(let streamID): ready(streamID, context)
            case .media(let message):
                guard let problem = media(message) else { continue }
                end = .failed(problem)
                _ = session.finish()
            case .ended: end = .ended
            case .redirect(let target): end = .redirected(target)
            case .failed(let failure): end = .failed(failure.sentence)
            }
        }
    }

    private func ready(_ streamID: UInt32, _ context: ChannelHandlerContext) {
        guard let connection else { return }
        delegate.ready(connection)
        guard case .publish(let fanOut) = stream else { return }
        let receiver = RTMPReceiver(
            channel: context.channel,
            isSecured: url.scheme == .rtmps,
            audience: .server,
            streamID: streamID,
            counters: connection.counters,
            stallLimit: limits.stall,
            onStall: { [weak self] in
                self?.finish(.failed("the server does not read"), context)
            }
        )
        self.receiver = receiver
        fanOut.add(receiver, on: context.eventLoop)
    }

    /// What is wrong with the message, if something is.
    private func media(_ message: RTMPMessage) -> String? {
        guard case .play(let sink) = stream, let connection else { return nil }
        do throws(FLVError) {
            try reader.read(message) { event in
                switch event {
                case .track(let track): sink.consume(track)
                case .sample(let sample): sink.consume(sample)
                case .metadata: break
                case .unsupportedCodec(_, let name): delegate.unsupportedCodec(name, connection)
                }
            }
            return nil
        } catch {
            return "a media message of the server is malformed: \(error)"
        }
    }

    // MARK: Deadlines and the end

    /// Arms the timer when none runs: deadlines move on with each message, and the timer looks again when it fires.
    private func reschedule(_ context: ChannelHandlerContext) {
        guard timer == nil, case .session(let session, _) = phase, let deadline = session.nextDeadline else { return }
        schedule(at: deadline, context)
    }

    private func schedule(at deadline: MonotonicTime, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let delay = max(1_000_000, deadline.nanoseconds(since: .now()))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: .nanoseconds(delay)) {
            let (handler, context) = bound.value
            handler.timePassed(context)
        }
    }

    private func timePassed(_ context: ChannelHandlerContext) {
        timer = nil
        switch phase {
        case .handshake: finish(.failed("the server did not answer the handshake within \(limits.handshake)"), context)
        case .session: withSession(context) { session, _ in session.timePassed(at: .now()) }
        case .closed: break
        }
    }

    private func finish(_ end: RTMPClientEnd, _ context: ChannelHandlerContext) {
        if self.end != nil { self.end = end }
        phase = .closed
        close(context)
    }

    /// Closes after what is waiting was sent.
    private func close(_ context: ChannelHandlerContext) {
        phase = .closed
        timer?.cancel()
        timer = nil
        tellEnd(context)
        context.closeWhenSent()
    }

    private func tellEnd(_ context: ChannelHandlerContext) {
        if let receiver, case .publish(let fanOut) = stream { fanOut.remove(receiver, on: context.eventLoop) }
        receiver = nil
        guard let end else { return }
        self.end = nil
        delegate.ended(end)
    }
}
