import Delivery
import Media
package import NIOCore

/// One connection to the gateway's RTMP port: obeys the handshake and the session, and moves media.
package final class RTMPServerHandler: SocketReader, DeadlineHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let delegate: any RTMPServerDelegate
    private let isSecured: Bool
    private let limits: RTMPSessionLimits
    /// Nil when it is over.
    private var handshake: ServerHandshake?
    private var bytesReceived: UInt64 = 0
    /// From the handshake to the end. The two change in place: copies would cost more than most messages.
    private var session: RTMPServerSession?
    private var wire = RTMPWire()
    private var writer: SocketWriter?
    private let pressure: BackPressure
    /// What goes out with the next `flush`.
    private var reply = ByteBuffer()
    private var address: SocketAddress?
    private var connection: PeerConnection?
    private var isAdmitted = false
    private let timer = DeadlineTimer()

    private var reader = FLVReader()
    private var sink: (any SampleSink & PeerSink)?
    private var fanOut: RTMPFanOut?
    private var receiver: RTMPReceiver?
    /// Why the publisher goes, for the sink.
    private var farewell = "the publisher closed the connection"

    /// - Parameter isSecured: Whether a handler before this one encrypts.
    package init(delegate: any RTMPServerDelegate, isSecured: Bool, limits: RTMPSessionLimits = .default) {
        self.delegate = delegate
        self.isSecured = isSecured
        self.limits = limits
        pressure = BackPressure(limit: limits.stall)
        let time = UInt32(truncatingIfNeeded: MonotonicTime.now().nanoseconds / 1_000_000)
        handshake = ServerHandshake(time: time)
    }

    /// For the channel: beyond it, a player's frames are dropped.
    package static let bufferLimits = RTMPReceiver.bufferLimits

    // MARK: Channel events

    package func channelActive(context: ChannelHandlerContext) {
        address = context.remoteAddress
        let connection = PeerConnection(channel: context.channel)
        self.connection = connection
        writer = SocketWriter(context.channel, isSecured: isSecured)
        if delegate.connected(address) != nil {
            handshake = nil
            context.close(promise: nil)
            return
        }
        isAdmitted = true
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
        end(context)
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
        let now = MonotonicTime.now()
        switch event {
        case .refuse(let refusal):
            farewell = "refused: \(refusal.rawValue)"
            perform(session?.refuse(refusal, at: now), context)
            finishTurn(context)
        case .end:
            farewell = "the input was stopped"
            perform(session?.endPlay(at: now), context)
            close(context)
        }
    }

    // MARK: Messages

    private func shakeHands(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        bytesReceived &+= UInt64(bytes.readableBytes)
        do throws(HandshakeError) {
            guard let step = try handshake?.received(&bytes) else { return }
            if let answer = step.reply { reply.writeImmutableBuffer(answer) }
            flush()
            // Nil: the answer found the connection broken.
            guard step.isDone, handshake != nil else { return }
        } catch {
            fail("the handshake is malformed", context)
            return
        }
        handshake = nil
        session = RTMPServerSession(limits: limits, at: .now())
        wire = RTMPWire(bytesReceived: bytesReceived &- UInt64(bytes.readableBytes))
        timer.cancel()
        schedule(context)
    }

    private func received(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        let now = MonotonicTime.now()
        perform(session?.bytesReceived(bytes.readableBytes), context)
        wire.append(&bytes)
        do throws(ChunkError) {
            while session?.isClosed == false, let message = try wire.nextMessage() {
                if session?.mediaReceived(message, at: now) == true {
                    if let problem = media(message) {
                        fail(problem, context)
                        return
                    }
                } else {
                    perform(session?.messageReceived(message, at: now), context)
                }
            }
        } catch {
            fail("the chunk stream is malformed: \(error.clause)", context)
            return
        }
        if let window = session?.acknowledgementWindow { wire.acknowledge(window: window, into: &reply) }
        finishTurn(context)
    }

    /// Carries out the actions, and those that follow from them.
    private func perform(_ asked: [RTMPServerAction]?, _ context: ChannelHandlerContext) {
        var actions: [RTMPServerAction] = []
        func add(_ more: [RTMPServerAction]?) {
            // Why the connection ends is known before what ends with it.
            for case .close(let reason) in more ?? [] { note(reason) }
            actions += more ?? []
        }

        guard asked?.isEmpty == false else { return }
        add(asked)
        var index = 0
        while index < actions.count {
            let action = actions[index]
            index += 1
            switch action {
            case .send(let message, let chunkStreamID):
                wire.encode(message, chunkStreamID: chunkStreamID, into: &reply)
            case .setOutgoingChunkSize(let size): wire.setChunkSize(size)
            case .publishRequested(let name): add(publish(name))
            case .playRequested(let name): add(play(name))
            case .media(let message):
                if let problem = media(message) {
                    misbehaved(problem)
                    add(session?.refuse(.malformedStream, at: .now()))
                }
            case .publishEnded: publishEnded()
            case .playEnded: playEnded(context)
            // Whoever asked sees that the session is closed.
            case .close: break
            }
            // The player's first frames must come after what tells it that playing starts.
            if index == actions.count, let fanOut, receiver == nil, let streamID = session?.playingStreamID {
                flush()
                // Unless the answer found the connection broken.
                if self.fanOut === fanOut { startPlaying(fanOut, streamID: streamID, context) }
            }
        }
    }

    /// Sends what the peer is to be told, and sees what comes next.
    private func finishTurn(_ context: ChannelHandlerContext) {
        guard let isClosed = session?.isClosed else { return }
        if isClosed {
            close(context)
        } else {
            flush()
            if !timer.isSet { schedule(context) }
        }
    }

    private func flush() {
        if reply.readableBytes > 0 { writer?.writeOut(reply.takeAll()) }
    }

    // MARK: Publishing

    private func publish(_ name: RTMPStreamName) -> [RTMPServerAction] {
        guard let connection else { return [] }
        switch delegate.publish(name, from: address, connection) {
        case .failure(let refusal): return session?.refuse(refusal.reason, at: .now()) ?? []
        case .success(let sink):
            self.sink = sink
            reader = FLVReader()
            wire.raiseLimits()
            sink.peerConnected(connection.remote)
            return session?.acceptPublish(at: .now()) ?? []
        }
    }

    /// What is wrong with the message, if something is.
    private func media(_ message: RTMPMessage) -> String? {
        guard let sink else { return nil }
        do throws(FLVError) {
            try reader.read(message) { event in
                switch event {
                case .track(let track): sink.consume(track)
                case .sample(let sample): sink.consume(sample)
                case .metadata: break
                case .unsupportedCodec(_, let name):
                    if let connection { delegate.unsupportedCodec(name, connection) }
                }
            }
            return nil
        } catch {
            return error.clause
        }
    }

    private func publishEnded() {
        guard let sink, let connection else { return }
        self.sink = nil
        sink.peerDisconnected(farewell)
        delegate.publishEnded(connection)
    }

    // MARK: Playing

    private func play(_ name: RTMPStreamName) -> [RTMPServerAction] {
        guard let connection else { return [] }
        switch delegate.play(name, from: address, connection) {
        case .failure(let refusal): return session?.refuse(refusal.reason, at: .now()) ?? []
        case .success(let fanOut):
            self.fanOut = fanOut
            return session?.acceptPlay(at: .now()) ?? []
        }
    }

    private func startPlaying(_ fanOut: RTMPFanOut, streamID: UInt32, _ context: ChannelHandlerContext) {
        guard let connection, let writer else { return }
        let receiver = RTMPReceiver(
            writer: writer,
            audience: .player,
            streamID: streamID,
            counters: connection.counters
        )
        self.receiver = receiver
        fanOut.add(receiver, on: context.eventLoop)
    }

    private func playEnded(_ context: ChannelHandlerContext) {
        guard let fanOut else { return }
        if let receiver { fanOut.remove(receiver, on: context.eventLoop) }
        self.fanOut = nil
        receiver = nil
        if let connection { delegate.playEnded(connection) }
    }

    // MARK: Deadlines and the end

    /// Arms the timer: deadlines move on with each message, and the timer looks again when it fires.
    private func schedule(_ context: ChannelHandlerContext) {
        timer.set(to: session?.nextDeadline, for: self, context)
    }

    package func timePassed(_ context: ChannelHandlerContext) {
        if handshake != nil {
            fail("the handshake took longer than \(limits.handshake.words)", context)
        } else {
            perform(session?.timePassed(at: .now()), context)
            finishTurn(context)
        }
    }

    private func note(_ reason: RTMPCloseReason) {
        switch reason {
        case .refused(let refusal): farewell = "refused: \(refusal.rawValue)"
        case .mediaTimeout: farewell = "no media came for \(limits.mediaIdle.words)"
        case .requestTimeout: misbehaved("it neither published nor played within \(limits.request.words)")
        case .tooManyUnprovedBytes: misbehaved("it sent more than \(limits.unprovedBytes) bytes before it was let in")
        case .commandOutOfOrder(let name): misbehaved("the command \(name) came out of order")
        case .malformedCommand: misbehaved("a command is malformed")
        case .malformedControl: misbehaved("a control message is malformed")
        case .withdrawn: break
        }
    }

    private func misbehaved(_ message: String) {
        farewell = message
        if let connection { delegate.misbehaved(message, connection) }
    }

    private func fail(_ message: String, _ context: ChannelHandlerContext) {
        misbehaved(message)
        close(context)
    }

    /// Closes at once: what waits is what the peer does not take.
    private func stalled(_ context: ChannelHandlerContext) {
        if fanOut == nil {
            misbehaved("it does not read what it is answered")
        } else if let connection {
            delegate.stalled(connection)
        }
        end(context)
        context.close(promise: nil)
    }

    /// Closes after what is waiting was sent.
    private func close(_ context: ChannelHandlerContext) {
        flush()
        end(context)
        context.closeWhenSent()
    }

    private func end(_ context: ChannelHandlerContext) {
        timer.cancel()
        pressure.end()
        handshake = nil
        session = nil
        publishEnded()
        playEnded(context)
    }
}
