import Delivery
import Glibc
import NIOCore

/// Last in the pipeline of a connection that media may come on: while its event loop reads in rounds, the connection's
/// socket is read there, and what was read goes to the handler that moves the media.
///
/// The channel does not read meanwhile, as it is not told to; that the peer closed it finds by itself. What the peer
/// sends is left alone while ``BackPressure`` holds it.
final class RoundReadHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// A connection that was read from less often is at its dialogue, which should not wait for rounds.
    private static let readsOfDialogue = 8
    /// Buffers read from a connection in one round; what is more waits for the next.
    private static let readsPerRound = 8

    private let rounds: ReadRounds
    /// What takes the bytes; nil when they have to go through the pipeline.
    private let reader: (any SocketReader)?
    private var readerContext: ChannelHandlerContext?
    private var context: ChannelHandlerContext?
    private var reads = 0
    private var isHeld = false
    /// While what was read from the socket is passed on.
    private var isPassingOn = false
    /// While the rounds read the socket.
    private var seat: (place: Int, socket: CInt)?

    init(_ rounds: ReadRounds, for reader: (any SocketReader)?) {
        self.rounds = rounds
        self.reader = reader
    }

    var isReadInRounds: Bool { seat != nil }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        readerContext = reader.flatMap { try? context.pipeline.syncOperations.context(handler: $0) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        readerContext = nil
        vacate(isOpen: context.channel.isActive)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if seat == nil, !isHeld, !isPassingOn {
            reads += 1
            rounds.readEnded(by: self)
            if rounds.areUnderWay, reads > Self.readsOfDialogue { join(context) }
        }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if seat == nil { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? BackPressure.Event {
        case .held:
            isHeld = true
            vacate(isOpen: true)
        case .released: isHeld = false
        case nil: context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Rounds

    /// Takes what the socket has.
    func readSocket(into buffer: inout ByteBuffer) {
        isPassingOn = true
        defer { isPassingOn = false }
        var hasRead = false
        for _ in 0..<Self.readsPerRound {
            // The number of a socket that was closed may be another's: a handler may have closed this one, in this round.
            guard let context, context.channel.isActive, let socket = seat?.socket else { break }
            buffer.clear()
            let room = buffer.writableBytes
            var code: CInt = 0
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
                let count = recv(socket, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT))
                if count < 0 { code = errno }
                return max(0, count)
            }
            guard count > 0 else {
                if code == 0 {
                    // The channel sees it as well, and ends in good order.
                    leave()
                } else if code != EAGAIN, code != EINTR {
                    // Told once: the channel would find the end alone.
                    context.pipeline.syncOperations.fireErrorCaught(IOError(errnoCode: code, reason: "recv"))
                    context.close(promise: nil)
                }
                break
            }
            hasRead = true
            if let reader, let readerContext {
                reader.read(&buffer, readerContext)
            } else {
                context.pipeline.syncOperations.fireChannelRead(NIOAny(buffer))
            }
            guard count == room else { break }
        }
        // TLS passes on then what it has made of the bytes.
        if hasRead, reader == nil { context?.pipeline.syncOperations.fireChannelReadComplete() }
    }

    /// Has the channel read again.
    func leave() {
        vacate(isOpen: true)
        context?.read()
    }

    private func join(_ context: ChannelHandlerContext) {
        let socket = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            $0
        }
        guard let socket, let place = rounds.join(self, socket: socket) else { return }
        seat = (place, socket)
    }

    private func vacate(isOpen: Bool) {
        guard let (place, socket) = seat.take() else { return }
        rounds.leave(place, socket: isOpen ? socket : nil)
    }
}
