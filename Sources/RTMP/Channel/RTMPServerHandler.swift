import Delivery
import Media
package import NIOCore

/// One connection to the gateway's RTMP port: obeys the handshake and the session, and moves media.
package final class RTMPServerHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum Phase {
        case handshake(ServerHandshake)
        case session(RTMPServerSession, RTMPWire)
        case closed
    }

    private let delegate: any RTMPServerDelegate
    private let isSecured: Bool
    private let limits: RTMPSessionLimits
    private var phase: Phase
    private var bytesReceived: UInt64 = 0
    private var address: SocketAddress?
    private var connection: PeerConnection?
    private var isAdmitted = false
    private var timer: Scheduled<Void>?

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
        let time = UInt32(truncatingIfNeeded: MonotonicTime.now().nanoseconds / 1_000_000)
        phase = .handshake(ServerHandshake(time: time))
    }

    /// For the channel: beyond it, a player's frames are dropped.
    package static let bufferLimits = RTMPReceiver.bufferLimits

    // MARK: Channel events

    package func channelActive(context: ChannelHandlerContext) {
        address = context.remoteAddress
        let connection = PeerConnection(channel: context.channel)
        self.connection = connection
        if delegate.connected(address) != nil {
            phase = .closed
            context.close(promise: nil)
            return
        }
        isAdmitted = true
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
                fail("the handshake is malformed", context)
                return
            }
            let rest = bytes.readableBytes
            let now = MonotonicTime.now()
            phase = .session(
                RTMPServerSession(limits: limits, at: now),
                RTMPWire(bytesReceived: bytesReceived &- UInt64(rest))
            )
            reschedule(context)
            if rest > 0 { received(&bytes, context) }
        case .session: received(&bytes, context)
        case .closed: break
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        phase = .closed
        publishEnded()
        playEnded(context)
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
            withSession(context) { session, _ in session.refuse(refusal, at: now) }
        case .end:
            farewell = "the input was stopped"
            withSession(context) { session, _ in session.endPlay(at: now) }
            close(context)
        }
    }

    // MARK: Messages

    private func received(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) {
        guard case .session(var session, var wire) = phase else { return }
        // So that session and wire have one owner while they change.
        phase = .closed
        let now = MonotonicTime.now()
        var actions = session.bytesReceived(bytes.readableBytes)
        wire.append(&bytes)
        var reply = ByteBuffer()
        var failure: String?
        do throws(ChunkError) {
            while actions.isEmpty, let message = try wire.nextMessage() {
                if session.mediaReceived(message, at: now) {
                    if let problem = media(message) {
                        failure = problem
                        break
                    }
                } else {
                    actions = session.messageReceived(message, at: now)
                    perform(&actions, &session, &wire, &reply, context)
                }
            }
        } catch {
            failure = "the chunk stream is malformed: \(error)"
        }
        perform(&actions, &session, &wire, &reply, context)
        wire.acknowledge(window: session.acknowledgementWindow, into: &reply)
        if reply.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(reply), promise: nil) }
        if session.isClosed {
            close(context)
        } else {
            phase = .session(session, wire)
        }
        if let failure {
            fail(failure, context)
        } else if timer == nil {
            reschedule(context)
        }
    }

    /// Lets the session decide something and does it.
    private func withSession(
        _ context: ChannelHandlerContext,
        _ body: (inout RTMPServerSession, inout RTMPWire) -> [RTMPServerAction]
    ) {
        guard case .session(var session, var wire) = phase else { return }
        phase = .closed
        var reply = ByteBuffer()
        var actions = body(&session, &wire)
        perform(&actions, &session, &wire, &reply, context)
        if reply.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(reply), promise: nil) }
        if session.isClosed {
            close(context)
        } else {
            phase = .session(session, wire)
        }
    }

    /// Carries out the actions, and those that follow from them; leaves the list empty.
    private func perform(
        _ actions: inout [RTMPServerAction],
        _ session: inout RTMPServerSession,
        _ wire: inout RTMPWire,
        _ reply: inout ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        var index = 0
        while index < actions.count {
            let action = actions[index]
            index += 1
            switch action {
            case .send(let message, let chunkStreamID):
                wire.encode(message, chunkStreamID: chunkStreamID, into: &reply)
            case .setOutgoingChunkSize(let size): wire.setChunkSize(size)
            case .publishRequested(let name): actions += publish(name, &session, &wire)
            case .playRequested(let name): actions += play(name, &session)
            case .media(let message):
                if media(message) != nil { actions += session.refuse(.malformedStream, at: .now()) }
            case .publishEnded: publishEnded()
            case .playEnded: playEnded(context)
            case .close(let reason): note(reason)
            }
            // The player's first frames must come after what tells it that playing starts.
            if index == actions.count, let fanOut, receiver == nil, let streamID = session.playingStreamID {
                if reply.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(reply), promise: nil) }
                reply.clear()
                startPlaying(fanOut, streamID: streamID, context)
            }
        }
        actions = []
    }

    // MARK: Publishing

    private func publish(
        _ name: RTMPStreamName,
        _ session: inout RTMPServerSession,
        _ wire: inout RTMPWire
    ) -> [RTMPServerAction] {
        guard let connection else { return [] }
        switch delegate.publish(name, from: address, connection) {
        case .failure(let refusal): return session.refuse(refusal.reason, at: .now())
        case .success(let sink):
            self.sink = sink
            reader = FLVReader()
            wire.raiseLimits()
            sink.peerConnected(connection.remote)
            return session.acceptPublish(at: .now())
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
            return "a media message is malformed: \(error)"
        }
    }

    private func publishEnded() {
        guard let sink, let connection else { return }
        self.sink = nil
        sink.peerDisconnected(farewell)
        delegate.publishEnded(connection)
    }

    // MARK: Playing

    private func play(_ name: RTMPStreamName, _ session: inout RTMPServerSession) -> [RTMPServerAction] {
        guard let connection else { return [] }
        switch delegate.play(name, from: address, connection) {
        case .failure(let refusal): return session.refuse(refusal.reason, at: .now())
        case .success(let fanOut):
            self.fanOut = fanOut
            return session.acceptPlay(at: .now())
        }
    }

    private func startPlaying(_ fanOut: RTMPFanOut, streamID: UInt32, _ context: ChannelHandlerContext) {
        guard let connection else { return }
        let receiver = RTMPReceiver(
            channel: context.channel,
            isSecured: isSecured,
            audience: .player,
            streamID: streamID,
            counters: connection.counters,
            stallLimit: limits.stall,
            onStall: { [weak self] in
                guard let self else { return }
                self.delegate.misbehaved("the player does not read", connection)
                self.playEnded(context)
                context.close(promise: nil)
            }
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

    private func reschedule(_ context: ChannelHandlerContext) {
        guard case .session(let session, _) = phase, let deadline = session.nextDeadline else { return }
        schedule(at: deadline, context)
    }

    private func schedule(at deadline: MonotonicTime, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let delay = max(1_000_000, deadline.nanoseconds(since: .now()))
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: .nanoseconds(delay)) {
            handler.value.timePassed(bound.value)
        }
    }

    private func timePassed(_ context: ChannelHandlerContext) {
        timer = nil
        switch phase {
        case .handshake: fail("the handshake took longer than \(limits.handshake)", context)
        case .session:
            withSession(context) { session, _ in session.timePassed(at: .now()) }
            reschedule(context)
        case .closed: break
        }
    }

    private func note(_ reason: RTMPCloseReason) {
        switch reason {
        case .refused(let refusal): farewell = "refused: \(refusal.rawValue)"
        case .mediaTimeout: farewell = "no media came for \(limits.mediaIdle)"
        case .requestTimeout: misbehaved("it neither published nor played within \(limits.request)")
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

    /// Closes after what is waiting was sent.
    private func close(_ context: ChannelHandlerContext) {
        phase = .closed
        timer?.cancel()
        timer = nil
        publishEnded()
        playEnded(context)
        context.closeWhenSent()
    }
}
