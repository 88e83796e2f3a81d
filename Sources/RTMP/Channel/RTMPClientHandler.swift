import Delivery
package import Media
package import NIOCore

/// One connection that the gateway opened to an RTMP server, to play a stream from it or to publish one to it.
///
/// One-shot: it tells its delegate once that the stream runs, and once that it is over, and is not used again.
package final class RTMPClientHandler: SocketReader, DeadlineHandler {
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

    private let url: RTMPURL
    private let stream: Stream
    private let delegate: any RTMPClientDelegate
    private let limits: RTMPSessionLimits
    /// Nil when it is over.
    private var handshake: ClientHandshake?
    private var bytesReceived: UInt64 = 0
    /// From the handshake to the end. The two change in place: copies would cost more than most messages.
    private var session: RTMPClientSession?
    private var wire = RTMPWire()
    private var writer: SocketWriter?
    private let pressure: BackPressure
    /// What goes out with the next `flush`.
    private var reply = ByteBuffer()
    private let timer = DeadlineTimer()
    private var connection: PeerConnection?
    private var reader = FLVReader()
    private var receiver: RTMPReceiver?
    /// Something of the stream that is played has come.
    private var hasMedia = false
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
        pressure = BackPressure(limit: limits.stall)
        let time = UInt32(truncatingIfNeeded: MonotonicTime.now().nanoseconds / 1_000_000)
        handshake = ClientHandshake(time: time)
    }

    // MARK: Channel events

    package func channelActive(context: ChannelHandlerContext) {
        guard let handshake else { return }
        connection = PeerConnection(channel: context.channel)
        writer = SocketWriter(context.channel, isSecured: url.scheme == .rtmps)
        reply.writeImmutableBuffer(handshake.opening)
        flush()
        timer.set(to: MonotonicTime.now().advanced(by: limits.handshake), for: self, context)
    }

    package func read(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        if handshake != nil { shakeHands(&bytes, context) }
        if session != nil, bytes.readableBytes > 0 { received(&bytes, context) }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        pressure.writabilityChanged(context) { [weak self] in self?.stalled(context) }
        context.fireChannelWritabilityChanged()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        over(context)
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
        perform(session?.finish(), context)
        close(context)
    }

    // MARK: Messages

    private func shakeHands(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        bytesReceived &+= UInt64(bytes.readableBytes)
        do throws(HandshakeError) {
            guard let step = try handshake?.received(&bytes) else { return }
            if let answer = step.reply { reply.writeImmutableBuffer(answer) }
            guard step.isDone else {
                flush()
                return
            }
        } catch {
            finish(.failed("what answers is not an RTMP server"), context)
            return
        }
        handshake = nil
        session = RTMPClientSession(role: stream.role, url: url, limits: limits)
        // The server was chosen: it may send what a publisher may.
        wire = RTMPWire(bytesReceived: bytesReceived &- UInt64(bytes.readableBytes), limits: .publishing)
        timer.cancel()
        perform(session?.start(at: .now()), context)
        finishTurn(context)
    }

    private func received(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        let now = MonotonicTime.now()
        wire.append(&bytes)
        do throws(ChunkError) {
            while session?.isFinished == false, let message = try wire.nextMessage() {
                if session?.mediaReceived(message, at: now) == true {
                    media(message)
                } else {
                    perform(session?.messageReceived(message, at: now), context)
                }
            }
        } catch {
            end = .failed("the server's chunk stream is malformed: \(error.clause)")
            _ = session?.finish()
        }
        if let window = session?.acknowledgementWindow { wire.acknowledge(window: window, into: &reply) }
        finishTurn(context)
    }

    private func perform(_ actions: [RTMPClientAction]?, _ context: ChannelHandlerContext) {
        for action in actions ?? [] {
            switch action {
            case .send(let message, let chunkStreamID):
                wire.encode(message, chunkStreamID: chunkStreamID, into: &reply)
            case .setOutgoingChunkSize(let size): wire.setChunkSize(size)
            case .ready(let streamID): ready(streamID, context)
            case .media(let message): media(message)
            case .ended: end = .ended
            case .redirect(let target): end = .redirected(target)
            case .failed(let failure): end = .failed(failure.sentence)
            }
        }
    }

    /// Sends what the server is to be told, and sees what comes next.
    private func finishTurn(_ context: ChannelHandlerContext) {
        guard let isFinished = session?.isFinished else { return }
        if isFinished {
            close(context)
        } else {
            flush()
            if !timer.isSet { schedule(context) }
        }
    }

    private func flush() {
        if reply.readableBytes > 0 { writer?.writeOut(reply.takeAll()) }
    }

    private func ready(_ streamID: UInt32, _ context: ChannelHandlerContext) {
        guard let connection, let writer else { return }
        delegate.ready(connection)
        guard case .publish(let fanOut) = stream else { return }
        let receiver = RTMPReceiver(
            writer: writer,
            audience: .server,
            streamID: streamID,
            counters: connection.counters
        )
        self.receiver = receiver
        fanOut.add(receiver, on: context.eventLoop)
    }

    private func media(_ message: RTMPMessage) {
        guard case .play(let sink) = stream, let connection else { return }
        do throws(FLVError) {
            try reader.read(message) { event in
                if !hasMedia, event.isMedia {
                    hasMedia = true
                    delegate.mediaArrives(connection)
                }
                switch event {
                case .track(let track): sink.consume(track)
                case .sample(let sample): sink.consume(sample)
                case .metadata: break
                case .unsupportedCodec(_, let name): delegate.unsupportedCodec(name, connection)
                }
            }
        } catch {
            end = .failed("what the server sends is malformed: \(error.clause)")
            _ = session?.finish()
        }
    }

    // MARK: Deadlines and the end

    /// Arms the timer: deadlines move on with each message, and the timer looks again when it fires.
    private func schedule(_ context: ChannelHandlerContext) {
        timer.set(to: session?.nextDeadline, for: self, context)
    }

    package func timePassed(_ context: ChannelHandlerContext) {
        if handshake != nil {
            finish(.failed("the server did not answer the handshake within \(limits.handshake.words)"), context)
        } else {
            perform(session?.timePassed(at: .now()), context)
            finishTurn(context)
        }
    }

    private func stalled(_ context: ChannelHandlerContext) {
        finish(.failed("the server does not read"), context)
    }

    private func finish(_ end: RTMPClientEnd, _ context: ChannelHandlerContext) {
        if self.end != nil { self.end = end }
        close(context)
    }

    /// Closes after what is waiting was sent.
    private func close(_ context: ChannelHandlerContext) {
        flush()
        over(context)
        context.closeWhenSent()
    }

    private func over(_ context: ChannelHandlerContext) {
        timer.cancel()
        pressure.end()
        handshake = nil
        session = nil
        tellEnd(context)
    }

    private func tellEnd(_ context: ChannelHandlerContext) {
        if let receiver, case .publish(let fanOut) = stream { fanOut.remove(receiver, on: context.eventLoop) }
        receiver = nil
        guard let end else { return }
        self.end = nil
        delegate.ended(end)
    }
}
